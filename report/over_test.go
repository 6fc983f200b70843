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

// TestNoResumeOfWhatEndedWithLeakcheck: a command that it had started.
func TestNoResumeOfWhatEndedWithLeakcheck(t *testing.T) {
	r := interrupted().report
	r.Run.Targets = slices.Clone(r.Run.Targets)
	r.Run.Targets[0].Kind = "process"
	for _, f := range NewView(r, nil, interrupted().now).Targets[0].Facts {
		if f.Command {
			t.Errorf("%+v", f)
		}
	}
}
