package cmd

import (
	"strings"
	"testing"
	"time"

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
