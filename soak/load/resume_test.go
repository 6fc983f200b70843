package load

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/soak"
)

// TestAPlanGoesOnWhereItWas begins in the middle of a plan, as a run does that
// was killed: what was due before is neither fired nor missed.
func TestAPlanGoesOnWhereItWas(t *testing.T) {
	ok := func(http.ResponseWriter, *http.Request) {}
	for name, f := range map[string]soak.Firing{
		"every":       {Every: seconds64(2), After: seconds64(1)},
		"rate":        {Rate: 0.5},
		"never again": {Loops: 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			f.Scenario = "s"
			plan := []soak.Phase{
				{Name: "warm-up", For: seconds64(10), Fire: []soak.Firing{{Scenario: "s", Every: seconds64(1)}}},
				{Name: "steady", For: seconds64(100), Fire: []soak.Firing{f}},
			}
			all := virtualFrom(t, 60*time.Second, plan, one(soak.Step{Path: "/"}, 1), 9500*time.Millisecond, ok)
			want := int64(5)
			if f.Loops > 0 {
				want = 0
			}
			if in, _ := sum(all); in.Requests != want || in.Due != want {
				t.Errorf("%s: %d of %d requests are sent in 9.5 s, want %d", name, in.Requests, in.Due, want)
			}
			for _, b := range all {
				for _, e := range b.Events {
					if e.Text != "load phase steady goes on" {
						t.Errorf("%s: %s", name, e.Text)
					}
				}
			}
		})
	}
}

// TestTheEndOfARunLeavesNothingUnsent stops plans in the middle of their steps:
// what was never to be sent was not due.
func TestTheEndOfARunLeavesNothingUnsent(t *testing.T) {
	slow := func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(900 * time.Millisecond):
		case <-r.Context().Done():
		}
	}
	for name, f := range map[string]soak.Firing{"every": {Every: seconds64(2)}, "rate": {Rate: 1}, "loops": {Loops: -1}} {
		synctest.Test(t, func(t *testing.T) {
			f.Scenario = "s"
			s := map[string]*soak.Scenario{"s": {Steps: []soak.Step{{Path: "/1"}, {Path: "/2"}, {Path: "/3"}}, Workers: 2}}
			in, _ := sum(virtual(t, []soak.Phase{{Fire: []soak.Firing{f}}}, s, 10*time.Second, slow))
			if in.Due != in.Requests || in.Requests < 20 {
				t.Errorf("%s: %d of %d requests are sent", name, in.Requests, in.Due)
			}
		})
	}
}
