package judge

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// through is what a tap has counted by a time, from its beginning on.
func through(d time.Duration, requests, missing, repeats float64) soak.Signal {
	return soak.Signal{At: at(d), Target: node, Name: soak.TapSignal, Count: 1, Values: map[string]float64{
		"requests": requests, "keys": 100, "missing_keys": missing, "repeats": repeats, "retries": repeats, "not_found": missing + repeats, "status_404": missing + repeats,
	}}
}

func TestTapFacts(t *testing.T) {
	firstHour := func(c *soak.Check) { c.Window.To = soak.Duration(time.Hour) }
	later := func(c *soak.Check) { c.Window.From = soak.Duration(time.Hour) }
	bug := []soak.Signal{through(time.Minute, 168, 56, 112), through(90*time.Minute, 336, 56, 280)}
	fix := []soak.Signal{through(time.Minute, 56, 56, 0), through(90*time.Minute, 60, 56, 0)}
	resumed := []soak.Signal{through(time.Minute, 168, 56, 112), through(90*time.Minute, 10, 5, 5)}
	for _, c := range []struct {
		name, expr string
		window     func(*soak.Check)
		signals    []soak.Signal
		want       soak.Outcome
		says       string
	}{
		{"the bug", "tap.requests_per_missing_key <= 1", firstHour, bug, soak.Fail, "56 missing keys, asked for again 112 times"},
		{"the fix", "tap.requests_per_missing_key <= 1", firstHour, fix, soak.Pass, ""},
		{"the first hour's requests", "tap.requests == 168", firstHour, bug, soak.Pass, ""},
		{"those after it", "tap.not_found == 168", later, bug, soak.Pass, ""},
		{"one after the fix", "tap.status_404 == 0", later, fix, soak.Pass, ""},
		{"a status that never came", "tap.status_500 == 0", firstHour, fix, soak.Pass, ""},
		{"per client", "tap.requests_per_client_request == 56", firstHour, fix, soak.Pass, ""},
		{"a tap that began again", "tap.requests == 10", later, resumed, soak.Pass, ""},
		{"no tap", "tap.requests > 0", firstHour, nil, soak.NotRun, "no tap was used"},
		{"nothing missing", "tap.requests_per_missing_key <= 1", firstHour, []soak.Signal{through(time.Minute, 10, 0, 0)}, soak.Inconclusive, "nothing that the node asked for was missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, check(c.expr, c.window))
			s.samples(quiet(), 0, 2*time.Hour, 30*time.Second)
			s.record(soak.Batch{Signals: c.signals, Load: []soak.LoadInterval{fired(time.Minute, "workout", 1, time.Millisecond)}})
			got := outcome(t, s.end(2*time.Hour), "x")
			if got.Outcome != c.want || !strings.Contains(got.Evidence, c.says) {
				t.Errorf("%s, %q; want %s, %q", got.Outcome, got.Evidence, c.want, c.says)
			}
		})
	}
}

// TestATapThatNothingWentThrough tells a tap that the node passes by from none.
func TestATapThatNothingWentThrough(t *testing.T) {
	s := tell(t, check("tap.retries == 0"), func(info *soak.RunInfo) { info.Tap = "http://127.0.0.1:8766" })
	s.samples(quiet(), 0, time.Hour, 30*time.Second)
	got := outcome(t, s.end(time.Hour), "x")
	if want := "must call its service at http://127.0.0.1:8766"; got.Outcome != soak.Inconclusive || !strings.Contains(got.Evidence, want) {
		t.Errorf("%s, %q; want inconclusive, %q", got.Outcome, got.Evidence, want)
	}
}
