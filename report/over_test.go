package report

import (
	"slices"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestResumeIsAdvisedWhereItWorks: not after the run's time, and not for a run
// of another kind; a container is soaked instead.
func TestResumeIsAdvisedWhereItWorks(t *testing.T) {
	f := interrupted()
	resume := Fact{Label: "next", Text: "leakcheck soak --resume " + f.report.Run.ID, Command: true}
	for name, c := range map[string]struct {
		kind soak.RunKind
		read time.Time
		want bool
	}{
		"in time":  {soak.KindSoak, f.now, true},
		"too late": {soak.KindSoak, f.now.Add(1000 * time.Hour), false},
		"verify":   {soak.KindVerify, f.now, false},
	} {
		r := f.report
		r.Run.Kind = c.kind
		facts := NewStoredView(r, f.series, f.now, c.read).Targets[0].Facts
		next := slices.IndexFunc(facts, func(x Fact) bool { return x.Label == "next" })
		if next < 0 || (facts[next] == resume) != c.want || !facts[next].Command {
			t.Errorf("%s: %+v", name, facts)
		}
	}
}

// TestWhatEndedWithLeakcheckIsStartedAgain: a command that it had started is not
// resumed, nor is anybody told to leave it running; a process of its own is.
func TestWhatEndedWithLeakcheckIsStartedAgain(t *testing.T) {
	for name, want := range map[string]string{
		"node":     "leakcheck soak --load gentle --until-sure --duration 3h --url http://h -- node server.js",
		"pid 4711": "leakcheck soak --resume ",
	} {
		f := interrupted()
		f.report.Run.Targets = []soak.TargetInfo{{Name: name, Kind: "process", Command: "node server.js", Flags: "--url http://h"}}
		f.report.Memory = each(f.report.Memory, func(m *soak.MemoryResult) { m.Target, m.HoursToDecide = name, ptr(1.5) })
		f.report.Events, f.report.Checks = nil, nil
		next, dont := "", false
		for _, x := range f.view().Targets[0].Facts {
			dont = dont || x.Label == "don't"
			if x.Command {
				next = x.Text
			}
		}
		if dont == (name == "node") || len(next) < len(want) || next[:len(want)] != want {
			t.Errorf("%s: next %q, don't %v", name, next, dont)
		}
	}
}
