package cmd

import (
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/experiment"
)

// Memory that stays up after a firing at a container names the command that
// tells more, on the same target; a process that was started for it is gone.
func TestFiredNamesWhatTellsMore(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(1_700_000_000+int64(s), 0) }
	for want, target := range map[string]soak.TargetInfo{
		"leakcheck diagnose --container api --profile shop.yaml --scenario 'search all'": {Name: "api", Kind: "container", Flags: "--profile shop.yaml"},
		"": {Name: "api", Kind: "process"},
	} {
		f := &fired{shots: &experiment.Shots{Target: "api", All: []*experiment.Shot{{}}}, tally: newTally(),
			design: soak.FiringDesign{Scenario: "search all", Shots: []string{"search all"}, Times: 1}}
		b := soak.Batch{Load: []soak.LoadInterval{{At: at(3), Scenario: "search all", Requests: 1}}}
		for i, phase := range []string{"before", "firing", "after"} {
			b.Signals = append(b.Signals, soak.Signal{At: at(3 * i), Target: "api", Name: soak.ShotSignal, Text: phase, Values: map[string]float64{"shot": 0}})
			for second := range 3 {
				var v soak.Values
				v.Set(soak.Anon, int64(100e6+50e6*float64(min(i, 1))))
				b.Samples = append(b.Samples, soak.Sample{At: at(3*i + second), Target: "api", Life: 1, Values: v})
			}
		}
		_ = experiment.Marks{Shots: f.shots}.Record(b)
		_ = f.shots.Record(b)
		_ = f.Record(b)
		r := f.result(soak.RunInfo{Targets: []soak.TargetInfo{target}})
		if r.ExitCode != soak.ExitInconclusive || r.Next != want {
			t.Errorf("%s: exit %d, %s; next %q, want %q", target.Kind, r.ExitCode, r.Why, r.Next, want)
		}
	}
}
