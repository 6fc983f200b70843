package cmd

import (
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
