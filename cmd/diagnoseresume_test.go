package cmd

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"leakcheck/soak"
	"leakcheck/soak/experiment"
)

// An experiment is gone on with only on the same life of the same node, and with
// the same arms.
func TestGoesOnWithTheSameOnly(t *testing.T) {
	began := time.Unix(1_700_000_000, 0)
	design := soak.Design{Arms: twoArms, Matters: 1, Tolerance: 1, Block: 60, Pause: 30, Max: 600}
	for want, c := range map[string]struct {
		id      string
		started time.Time
		arms    []soak.ArmDesign
	}{
		"":                     {"c1", began, twoArms},
		"has restarted since":  {"c1", began.Add(time.Minute), twoArms},
		"restarted since run":  {"c2", began, twoArms},
		"2 arms and not 1":     {"c1", began, twoArms[:1]},
		"the arm idle and not": {"c1", began, []soak.ArmDesign{twoArms[0], {Name: "voice", Kind: soak.ArmCommand}}},
	} {
		e, err := experiment.New(experiment.OptionsOf(design))
		if err != nil {
			t.Fatal(err)
		}
		r := &resumption{info: soak.RunInfo{Design: &design, Targets: []soak.TargetInfo{{Name: "api", ID: "c1", Started: began}}}, e: e, path: "x.db"}
		tr := &trial{node: node{info: soak.TargetInfo{Name: "api", ID: c.id, Started: c.started}}}
		d, err := r.goOn(tr, c.arms, soak.Duration(time.Hour))
		switch {
		case want == "" && (err != nil || d.Max != 3600 || design.Max != 600 || tr.path != "x.db"):
			t.Errorf("%v: %+v, %q", err, d, tr.path)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// What an experiment is made of cannot be given again when it is gone on with,
// any flag that is new included: only what its record does not keep is taken.
func TestGoesOnWithoutAnotherDesign(t *testing.T) {
	value := map[string]string{
		"arm": "voice=on;off", "block": "10s", "container": "b", "fills": "1MB", "interval": "1s", "log": "none", "matters": "9kB", "max": "9h",
		"no-observer": "true", "pause": "5s", "pid": "7", "rate": "3", "seed": "3", "tolerance": "1MB/h", "url": "http://b:1",
	}
	taken := func(r *resumption, getenv func(string) string, args ...string) error {
		root := newRoot(&app{getenv: getenv})
		c, args, err := root.Find(append([]string{"diagnose", "--resume", "x1"}, args...))
		if err == nil {
			err = c.ParseFlags(args)
		}
		if err != nil {
			t.Fatal(err)
		}
		var o diagnoseOptions
		o.url, _ = c.Flags().GetString("url")
		o.commands, _ = c.Flags().GetStringArray("arm")
		o.command = c.Flags().Args()
		if err := r.takes(o, c.Flags(), getenv); err != nil {
			return err
		}
		return r.takesArms(o.commands)
	}
	none := func(string) string { return "" }
	design := soak.Design{Arms: append(slices.Clone(twoArms), soak.ArmDesign{Name: "voice", Kind: soak.ArmCommand})}
	of := func(kind, url string, d soak.Design) *resumption {
		return &resumption{info: soak.RunInfo{ID: "x1", Design: &d, Targets: []soak.TargetInfo{{Name: "api", Kind: kind, URL: url}}}}
	}
	r := of("container", "http://a:1", design)
	diagnose, _, _ := newRoot(&app{getenv: none}).Find([]string{"diagnose"})
	refused := 0
	diagnose.LocalFlags().VisitAll(func(x *pflag.Flag) {
		args := []string{"--" + x.Name + "=" + value[x.Name]}
		if x.Name != "arm" {
			args = append(args, "--arm=voice=on;off")
		}
		err := taken(r, none, args...)
		may := slices.Contains([]string{"max", "format", "html", "docker-host", "log", "tap", "tap-key", "arm", "resume", "help"}, x.Name)
		switch {
		case may && err != nil && x.Name != "help":
			t.Errorf("--%s may change: %v", x.Name, err)
		case may:
		case err == nil || !strings.Contains(err.Error(), "--"+x.Name+" is part of the experiment that is gone on with"):
			t.Errorf("--%s: %v", x.Name, err)
		default:
			refused++
		}
	})
	if refused < 12 {
		t.Errorf("%d flags were refused", refused)
	}
	for want, err := range map[string]error{
		"give the same --arm flags": taken(r, none),
		"which has none":            taken(of("container", "", soak.Design{Arms: twoArms}), none, "--arm", "voice=on;off"),
		"leave out `-- node x.js`":  taken(r, none, "--arm", "voice=on;off", "--", "node", "x.js"),
		"":                          taken(of("process", "http://u:xxxxx@a:1", design), none, "--arm", "voice=on;off", "--pid", "7", "--url", "http://u:p@a:1"),
		"(LEAKCHECK_RATE in the environment)": taken(r, func(n string) string {
			return map[string]string{"LEAKCHECK_RATE": "3"}[n]
		}, "--rate", "3", "--arm", "voice=on;off"),
	} {
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// An experiment whose suspects were confirmed cannot decide what else is open,
// and says what can.
func TestWhatCannotBeGoneOnWithIsToldAnew(t *testing.T) {
	design := soak.Design{Arms: append([]soak.ArmDesign{{Name: "noisy", Kind: soak.ArmScenario}, {Name: "leaky", Kind: soak.ArmScenario}}, soak.ArmDesign{Name: "idle", Kind: soak.ArmIdle}),
		Seed: 1, Matters: 500, Tolerance: 36e6, Block: 60, Pause: 30, Max: 90*27 + 30}
	info := soak.RunInfo{ID: "x1", Design: &design, Targets: []soak.TargetInfo{{Name: "api", Kind: "container"}}}
	story, err := newDiagnosed(info)
	if err != nil {
		t.Fatal(err)
	}
	e, level := story.Experiment(), 100e6
	e.Begin(experiment.Floor{Level: level, Samples: 9})
	for n := 0; ; n++ {
		b, ok := e.Next()
		if !ok {
			break
		}
		m := experiment.Measured{Block: b, On: time.Minute, Span: 90 * time.Second}
		switch design.Arms[b.Arm].Name {
		case "noisy":
			m.Requests = 100
			level += []float64{1e5, -1e5, 4e4, 0}[n%4]
		case "leaky":
			m.Requests = int64(100 * b.Dose)
			level += 1e6 * float64(b.Dose)
		}
		m.Floor = experiment.Floor{Level: level, Samples: 9}
		e.Add(m)
	}
	r := &resumption{info: info, story: story, e: e}
	err = r.options(&diagnoseOptions{}, pflag.NewFlagSet("", pflag.ContinueOnError), nil)
	if err == nil || !strings.Contains(err.Error(), "leaks through leaky") || !strings.Contains(err.Error(), "only a new one with a longer --max") {
		t.Errorf("%v\n%s", err, e.Result().Arms[1].Why)
	}
}
