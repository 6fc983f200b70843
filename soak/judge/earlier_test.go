package judge

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestWhatEarlierRunsSentIsNotThisRuns: a look at what runs already reads
// records of earlier runs; it did not send what they sent.
func TestWhatEarlierRunsSentIsNotThisRuns(t *testing.T) {
	s := tell(t, check("load.requests >= 500", func(c *soak.Check) { c.Window = soak.Window{} }), func(r *soak.RunInfo) { r.Started = began.Add(time.Hour) })
	s.samples(quiet(), 0, 2*time.Hour, 5*time.Second)
	s.record(soak.Batch{Load: []soak.LoadInterval{fired(time.Minute, "workout", 500, time.Millisecond)}})
	r := s.end(2 * time.Hour)
	if r.Load.Earlier != 500 || len(r.Load.Scenarios) != 0 {
		t.Errorf("load %+v, want 500 earlier ones alone", r.Load)
	}
	if got := outcome(t, r, "x"); got.Outcome != soak.Pass {
		t.Errorf("the check of the whole time is %s: %s", got.Outcome, got.Evidence)
	}
}

// TestChecksStandInTheOrderOfTheirEnds, those of the whole run last.
func TestChecksStandInTheOrderOfTheirEnds(t *testing.T) {
	p := check("memory.leak == \"no\"")
	for id, w := range map[string]soak.Window{"hour": {To: soak.Duration(time.Hour)}, "five": {To: soak.Duration(5 * time.Minute)}} {
		p.Checks = append(p.Checks, soak.Check{ID: id, Text: id, Expr: "node.deaths == 0", Window: w})
	}
	p.Checks = append(p.Checks, soak.Check{ID: "second", Text: "second", Expr: "node.deaths == 0", Window: soak.Window{From: soak.Duration(time.Hour), To: soak.Duration(2 * time.Hour)}})
	s := tell(t, p)
	s.samples(quiet(), 0, 10*time.Minute, 5*time.Second)
	var got []string
	for _, c := range s.end(10 * time.Minute).Checks {
		got = append(got, c.ID)
	}
	if want := "five hour second x no-oom-kill"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// TestAnUndecidedSlopeIsNoForecast: it neither warns nor fails.
func TestAnUndecidedSlopeIsNoForecast(t *testing.T) {
	s := tell(t, check("memory.hours_to_wall > 168"))
	s.samples(leaking(40e6), 0, 20*time.Minute, 5*time.Second)
	r := s.end(20 * time.Minute)
	if m := r.Memory[0]; m.Leak != soak.LeakInconclusive || m.Forecast == nil || m.Forecast.Hours.Low == nil || m.Forecast.Hours.Estimate == nil {
		t.Fatalf("the curve is %s with the forecast %+v: this test shows nothing", m.Leak, m.Forecast)
	}
	if got := outcome(t, r, "x"); got.Outcome != soak.Inconclusive {
		t.Errorf("%s: %s %s", got.Outcome, got.Value, got.Evidence)
	}
}
