package cmd

import (
	"slices"
	"strings"
	"testing"

	"leakcheck/soak"
)

// A scenario that the load plan does not fire is said to be left out, unless
// the user picked what to try.
func TestScenariosThatAreLeftOutAreNamed(t *testing.T) {
	p := &soak.Profile{
		Scenarios: map[string]*soak.Scenario{"browse": {}, "order": {}, "search": {}},
		Load:      map[soak.LoadLevel][]soak.Phase{soak.LoadGentle: {{Fire: []soak.Firing{{Scenario: "browse"}}}}},
	}
	for why, picked := range map[string][]string{"the profile's load does not fire it; --scenario search tries it": nil, "--scenario named others; --scenario search tries it": {"browse"}} {
		got := leftOut(p, picked)
		if len(got) != 2 || got[0].Name != "order" || got[1].Name != "search" || !strings.HasSuffix(got[1].Why, why) {
			t.Errorf("%v: %+v", picked, got)
		}
	}
}

// The command that is advised is the one that was given, with what must change.
func TestTheCommandAgain(t *testing.T) {
	root := newRoot(&app{getenv: func(string) string { return "" }})
	c, args, err := root.Find([]string{"diagnose", "--scenario", "a b", "--scenario", "c", "--max=2s", "--no-observer", "--seed", "7", "--url", "http://u:secret@h:1", "--arm", "voice=curl -H 'Authorization: Bearer 5up3rS3cretT0ken' u;off", "--", "node", "it's.js"})
	if err == nil {
		err = c.ParseFlags(args)
	}
	if err != nil {
		t.Fatal(err)
	}
	got := again("diagnose", c.Flags(), c.Flags().Args(), map[string]string{"max": "10m"})
	want := `leakcheck diagnose --arm 'voice=curl -H '\''Authorization: (removed)'\'' u;off' --no-observer --scenario 'a b' --scenario c --url 'http://(removed)@h:1' --max 10m -- node 'it'\''s.js'`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// The command that goes on with an experiment has what its record does not keep:
// the arms, the engine and the tap as they were given, and only a place for the
// arms' commands when it is told again from the record. One that was restarted
// cannot be gone on with.
func TestTheCommandThatGoesOn(t *testing.T) {
	design := soak.Design{Arms: append(slices.Clone(twoArms), soak.ArmDesign{Name: "voice", Kind: soak.ArmCommand}), Matters: 1, Tolerance: 1, Block: 60, Pause: 30, Max: 1800}
	info := soak.RunInfo{ID: "x1", Design: &design, Targets: []soak.TargetInfo{{Name: "api", Kind: "container"}}}
	for _, c := range []struct {
		args, live, retold string
		ended              soak.EventKind
	}{
		{
			args:   "--container api --rate 3 --docker-host tcp://e:1 --tap :1=:2 --arm",
			live:   `leakcheck diagnose --resume x1 --max 41m --arm 'voice=./on.sh;./off.sh' --docker-host tcp://e:1 --tap :1=:2`,
			retold: `leakcheck diagnose --resume x1 --max 41m --arm 'voice=SWITCH ON;SWITCH OFF'`,
		},
		{args: "--container api --arm", ended: soak.EventEnded},
	} {
		d, err := newDiagnosed(info)
		if err == nil {
			err = d.Record(soak.Batch{Events: []soak.Event{{Kind: c.ended, Text: "the node restarted"}}})
		}
		if err != nil {
			t.Fatal(err)
		}
		told := d.diagnosis(info)
		if told.Next != c.retold {
			t.Errorf("told again: %s\nwant        %s", told.Next, c.retold)
		}
		var o diagnoseOptions
		f, _, err := newRoot(&app{getenv: func(string) string { return "" }}).Find([]string{"diagnose"})
		if err == nil {
			err = f.ParseFlags(append(strings.Fields(c.args), "voice=./on.sh;./off.sh"))
		}
		if err != nil {
			t.Fatal(err)
		}
		if o.advise(&told, d, info, f.Flags()); told.Next != c.live {
			t.Errorf("%s\nwant %s", told.Next, c.live)
		}
	}
}
