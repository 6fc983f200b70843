package load

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leakcheck/soak"
)

func anyFiring(t *rapid.T) (soak.Firing, time.Duration) {
	f := soak.Firing{Rate: rapid.Float64Range(0.01, 5000).Draw(t, "rate")}
	if rapid.Bool().Draw(t, "ramp") {
		f.RampTo = rapid.Float64Range(0.01, 5000).Draw(t, "to")
	}
	return f, time.Duration(rapid.Int64Range(1, 7*24*3600).Draw(t, "length")) * time.Second
}

// dueAt is the inverse of dueBy: iteration n is due when n are.
func TestDueAtInvertsDueBy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, length := anyFiring(t)
		n := rapid.Int64Range(0, max(int64(dueBy(f, length, length)), 0)).Draw(t, "n")
		at := dueAt(f, n, length)
		if at < 0 || at > length+time.Millisecond {
			t.Fatalf("iteration %d of %v is due at %v", n, dueBy(f, length, length), at)
		}
		// A nanosecond's rounding is worth at most the rate in iterations.
		if got := dueBy(f, at, length); math.Abs(got-float64(n)) > 1e-5+1e-9*float64(n) {
			t.Fatalf("due by %v: %v iterations, want %d", at, got, n)
		}
	})
}

func TestDueTimesRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, length := anyFiring(t)
		n := rapid.Int64Range(0, 1_000_000).Draw(t, "n")
		if a, b := dueAt(f, n, length), dueAt(f, n+1, length); b < a {
			t.Fatalf("iteration %d is due at %v, the next at %v", n, a, b)
		}
	})
}

// What is announced is what is due.
func TestAnnounceCountsWhatIsDue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, length := anyFiring(t)
		count := 0
		for dueAt(f, int64(count), length) < length && count < 20_000 {
			count++
		}
		if count == 20_000 {
			t.Skip("more than can be counted here")
		}
		if got := iterations(f, length, length); math.Abs(got-float64(count)) > 1 {
			t.Fatalf("announced %v, due %d", got, count)
		}
	})
}

func TestScaled(t *testing.T) {
	plan := []soak.Phase{
		{Name: "steady", For: soak.Duration(time.Hour), Fire: []soak.Firing{
			{Scenario: "a", Every: soak.Duration(30 * time.Second), After: soak.Duration(5 * time.Minute)},
			{Scenario: "b", Every: soak.Duration(time.Hour)}, {Scenario: "c", Rate: 5}, {Scenario: "d", Every: soak.Duration(time.Millisecond)}}},
		{Name: "end"},
	}
	got := Scaled(plan, 60)
	f := got[0].Fire
	if got[0].For.D() != time.Minute || f[0].Every.D() != time.Second || f[0].After.D() != 5*time.Second ||
		f[1].Every.D() != time.Minute || f[2].Rate != 5 || f[3].Every.D() != time.Millisecond || got[1].For != 0 {
		t.Errorf("%+v", got)
	}
	if plan[0].For.D() != time.Hour || plan[0].Fire[0].Every.D() != 30*time.Second {
		t.Error("the plan itself was changed")
	}
}

func TestAnnounce(t *testing.T) {
	scenarios := map[string]*soak.Scenario{
		"workout": {Steps: []soak.Step{{Path: "/api/records", Query: map[string]string{"limit": "5", "key": "${env:KEY}"}}}},
		"burst":   {Workers: 10, Steps: []soak.Step{{Method: "post", Path: "/a"}, {Path: "/b"}}},
	}
	plan := []soak.Phase{{Name: "steady", Fire: []soak.Firing{
		{Scenario: "workout", Every: soak.Duration(30 * time.Second)},
		{Scenario: "burst", Every: soak.Duration(time.Hour), After: soak.Duration(time.Minute)},
		{Scenario: "unknown", Rate: 1},
	}}}
	for name, c := range map[string]struct {
		duration time.Duration
		want     []string
	}{
		"a day": {24 * time.Hour, []string{
			"workout: 2880 requests (120 an hour): GET /api/records?key=${env:KEY}&limit=5",
			"burst: 480 requests (20 an hour), 10 clients at a time: POST /a, GET /b"}},
		"without end": {0, []string{
			"workout: 120 requests (120 an hour): GET /api/records?key=${env:KEY}&limit=5",
			"burst: 20 requests (20 an hour), 10 clients at a time: POST /a, GET /b"}},
		"too short": {30 * time.Second, []string{
			"workout: 1 requests (120 an hour): GET /api/records?key=${env:KEY}&limit=5",
			"burst: 0 requests (0.0 an hour), 10 clients at a time: POST /a, GET /b"}},
	} {
		got := Announce(plan, scenarios, c.duration)
		for i, want := range c.want {
			if i >= len(got) || got[i].String() != want {
				t.Errorf("%s: %v, want %q", name, got, want)
			}
		}
	}
	closed := Announce(phase(60, soak.Firing{Loops: -1}), one(soak.Step{Path: "/"}, 2), 0)
	if got := closed[0].String(); got != "s: as fast as it is answered, 2 clients at a time: GET /" {
		t.Error(got)
	}
}
