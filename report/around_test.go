package report

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestTheLifeBeforeIsTheLastThatEnded: of several short lives the last one is
// told, and a kill for memory explains no end but its own.
func TestTheLifeBeforeIsTheLastThatEnded(t *testing.T) {
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	v := &View{}
	v.Report.Events = []soak.Event{
		{At: at(20), Target: node, Kind: soak.EventOOM, Text: "the kernel killed for memory"},
		{At: at(20), Target: node, Kind: soak.EventExit, Text: "ended with exit code 137: killed by the kernel for memory (OOM)", Exit: &soak.Exit{Code: 137, OOMKilled: true}},
		{At: at(60), Target: node, Kind: soak.EventExit, Text: "ended with exit code 1", Exit: &soak.Exit{Code: 1}},
	}
	target := &Target{Name: node, Series: &Series{Lives: []Life{
		{Number: 1, From: at(0), To: at(20), Peak: 9e6}, {Number: 2, From: at(49), To: at(60), Peak: 5e6}, {Number: 3, From: at(61), To: at(70), Peak: 1e6},
	}}}
	if got, want := v.previousLife(target), "ended with exit code 1, after 11 s, peak 5 MB"; !strings.HasSuffix(got, want) {
		t.Errorf("%q, want %q at its end", got, want)
	}
	v.Report.Events = v.Report.Events[:2]
	if got, want := v.previousLife(target), "for memory (OOM), after 20 s, peak 9 MB"; !strings.HasSuffix(got, want) {
		t.Errorf("%q, want %q at its end", got, want)
	}
}

// TestARequestOnItsWayIsNoAnswer: a node that hangs is not said to answer
// before the first request has timed out.
func TestARequestOnItsWayIsNoAnswer(t *testing.T) {
	for want, s := range map[string]soak.ScenarioResult{
		"has not answered its 1 health request yet":    {Requests: 1, Open: 1},
		"answered 0 of 1 health requests, p95 10 s":    {Requests: 2, Open: 1, P95: 10_000, Errors: map[soak.ErrorKind]int64{soak.ErrorTimeout: 1}},
		"answered 29 of 29 health requests, p95 12 ms": {Requests: 30, Open: 1, P95: 12},
	} {
		s.Name = soak.HealthScenario
		v := &View{}
		v.Report.Load.Scenarios = []soak.ScenarioResult{s}
		if got, _ := v.healthRequests(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
