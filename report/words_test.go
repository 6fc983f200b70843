package report

import (
	"testing"
	"time"

	"leakcheck/soak"
)

func TestRateInterval(t *testing.T) {
	for _, c := range []struct {
		e, l, h float64
		want    string
	}{
		{12.4e6, 11.8e6, 13.1e6, "+12.4 MB/h [11.8, 13.1]"},
		{60e6, -90e6, 210e6, "+60 MB/h [-90, 210]"},
		{30.1e9, 29.4e9, 30.8e9, "+30.1 GB/h [29.4, 30.8]"},
		{-0.4e6, -6.1e6, 5.2e6, "-0.4 MB/h [-6.1, 5.2]"},
		{0, 0, 0, "0 B/h [0, 0]"},
		{3e3, -12e6, 16e6, "+0.003 MB/h [-12, 16]"},
	} {
		if got := rateInterval(soak.Interval{Estimate: c.e, Low: c.l, High: c.h}); got != c.want {
			t.Errorf("rateInterval(%g, %g, %g) = %q, want %q", c.e, c.l, c.h, got, c.want)
		}
	}
}

func TestHoursInterval(t *testing.T) {
	for _, c := range []struct {
		h    soak.Hours
		want string
	}{
		{hoursOf(0.667, 0.633, 0.717), "40 min [38, 43]"},
		{soak.Hours{Estimate: ptr(110.), Low: ptr(31.4)}, "4.6 days [31 h, never]"},
		{soak.Hours{Estimate: ptr(0.667), Low: ptr(0.633)}, "40 min [38, never]"},
		{hoursOf(12, 5.43, 29), "12 h [5 h 26 min, 29 h]"},
		{hoursOf(4.25, 3.25, 5.25), "4 h 15 min [3 h 15 min, 5 h 15 min]"},
		{hoursOf(8, 7.9, 9), "8 h [7 h 54 min, 9 h]"},
		{hoursOf(0.667, 0.02, 0.717), "40 min [72 s, 43 min]"},
		{soak.Hours{Estimate: ptr(5.5)}, "5 h 30 min"},
		{soak.Hours{}, ""},
		{hoursOf(1e9, 1e8, 1e12), "years [years, years]"},
	} {
		if got := hoursInterval(c.h); got != c.want {
			t.Errorf("hoursInterval(%v) = %q, want %q", c.h, got, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 45 * time.Second: "45 s", 38 * time.Minute: "38 min", 130 * time.Minute: "2 h 10 min", 3 * time.Hour: "3 h",
		26 * time.Hour: "26 h", 113 * time.Hour: "4.7 days", 7 * 24 * time.Hour: "7 days", -time.Second: "0 s",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestClock(t *testing.T) {
	now := time.Date(2024, 12, 9, 3, 12, 0, 0, time.FixedZone("CET", 3600))
	for _, c := range []struct {
		away time.Duration
		want string
	}{
		{40 * time.Minute, "03:52"}, {-7 * time.Hour, "20:12"}, {25 * time.Hour, "Tue 04:12"}, {-20 * 24 * time.Hour, "19 Nov 03:12"},
		{400 * 24 * time.Hour, "13 Jan 2026"},
	} {
		if got := clock(now.Add(c.away).UTC(), now); got != c.want {
			t.Errorf("clock(now%+v) = %q, want %q", c.away, got, c.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -999: "-999", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestElapsed(t *testing.T) {
	for d, want := range map[time.Duration]string{12 * time.Minute: "12m0s", 24 * time.Hour: "24h0m", 74 * time.Hour: "3d2h", 64*time.Minute + 5*time.Second: "1h4m"} {
		if got := elapsed(d); got != want {
			t.Errorf("elapsed(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestDriftText(t *testing.T) {
	d := &soak.Drift{P95: &soak.Interval{Estimate: 0.031, Low: -0.02, High: 0.08}, Errors: &soak.Interval{Estimate: 0, Low: -0.0012, High: 0.001}}
	if got := driftText(d); got != "p95 +3.1 % [-2, 8], errors +0 points [-0.12, 0.1]" {
		t.Error(got)
	}
	if got := driftText(nil) + driftText(&soak.Drift{}); got != "" {
		t.Error(got)
	}
}
