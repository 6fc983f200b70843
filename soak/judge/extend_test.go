package judge

import (
	"testing"
	"time"

	"leakcheck/soak"
)

// TestAnOpenRunIsMadeLonger: ten minutes of noise leave a leak that matters
// open; the rest of a day rules it out, and what is asked of the run's end is
// asked of the new one.
func TestAnOpenRunIsMadeLonger(t *testing.T) {
	p := &soak.Profile{Name: "p", Ceiling: 1e9, Checks: []soak.Check{{
		ID: "unchanged", Text: "the pattern stays", Expr: "not memory.pattern_changed", Severe: soak.SeverityFail,
	}}}
	s := tell(t, p, func(i *soak.RunInfo) { i.Planned = 600 })
	m := quiet()
	s.samples(m, 0, 10*time.Minute, 15*time.Second)
	if !s.j.Open(at(10 * time.Minute)) {
		t.Fatal("ten minutes decide: the test needs another curve")
	}
	if s.j.ended {
		t.Error("asking ended the run")
	}
	s.j.Extend(24 * time.Hour)
	s.samples(m, 10*time.Minute+15*time.Second, 24*time.Hour, 2*time.Minute)
	if s.j.Open(at(24 * time.Hour)) {
		t.Errorf("still open after a day: %+v", s.j.Report(at(24*time.Hour)).Checks)
	}
	if fail := (soak.CheckResult{ID: "gate", Outcome: soak.Inconclusive, Severity: soak.SeverityFail}); !s.j.Open(at(24*time.Hour), fail) {
		t.Error("an open gate does not count")
	}
	r := s.end(24 * time.Hour)
	if c := outcome(t, r, "unchanged"); c.Outcome != soak.Pass || r.Run.Planned != 86400 {
		t.Errorf("%s (%s), planned %.0f s", c.Outcome, c.Evidence, r.Run.Planned)
	}
}

func TestWhatALengthSees(t *testing.T) {
	s := tell(t, &soak.Profile{Name: "p", Ceiling: 1e9})
	if _, ok := s.j.Sees(node, time.Hour); ok {
		t.Error("before the first sample it says what an hour sees")
	}
	s.samples(quiet(), 0, 10*time.Minute, 5*time.Second)
	hour, ok := s.j.Sees(node, time.Hour)
	day, _ := s.j.Sees(node, 24*time.Hour)
	if !ok || day >= hour || day <= 0 {
		t.Errorf("an hour sees %.3g B/h, a day %.3g B/h", hour, day)
	}
	if needs := s.j.Needs(node, day); needs < 20*time.Hour || needs > 28*time.Hour {
		t.Errorf("what a day sees needs %s", needs)
	}
	if _, ok := s.j.Sees("another", time.Hour); ok || s.j.Needs("another", 1) != 0 {
		t.Error("it knows the noise of a target that is not there")
	}
}

// TestALookIsNoVerdict: ten minutes of a steep rise are a leak to somebody who
// looks once, and not yet to somebody who looks all the time.
func TestALookIsNoVerdict(t *testing.T) {
	s := tell(t, &soak.Profile{Name: "p", Ceiling: 2e9})
	s.samples(leaking(900e6), 0, 10*time.Minute, 5*time.Second)
	now := at(10 * time.Minute)
	if once := s.j.Report(now).Memory[0]; once.Leak != soak.LeakYes {
		t.Fatalf("leak %s: the test needs another curve", once.Leak)
	}
	if again := s.j.Look(now).Memory[0]; again.Leak != soak.LeakInconclusive || again.Pattern != soak.PatternInconclusive {
		t.Errorf("leak %s, %s: %s", again.Leak, again.Pattern, again.Why)
	}
	s.j.Finish(false)
	if end := s.j.Look(now).Memory[0]; end.Leak != soak.LeakYes {
		t.Errorf("at the end: leak %s", end.Leak)
	}
}
