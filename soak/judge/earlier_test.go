package judge

import (
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
