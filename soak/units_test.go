package soak_test

import (
	"math"
	"testing"
	"time"

	"leakcheck/soak"
)

// FuzzUnits reads sizes, time spans and rates as people write them: nothing
// panics, nothing is below zero, and what is printed is read back.
func FuzzUnits(f *testing.F) {
	for _, s := range []string{"5GB", "1.2GiB", "64 MB", "0", "1e400", "-3kB", "90s", "24h", "7d", "1w2d", "1MB/h", "2kB/s", "9223372036854775808B", "٣MB", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := soak.ParseSize(s); err == nil && n < 0 {
			t.Errorf("size %q is %d", s, n)
		}
		var d soak.Duration
		if d.Set(s) == nil {
			var again soak.Duration
			if err := again.Set(d.String()); err != nil || (again.D()-d.D()).Abs() > time.Millisecond+d.D().Abs()/1000 {
				t.Errorf("time span %q is %s, which is read as %s (%v)", s, d, again, err)
			}
		}
		var r soak.Rate
		if r.Set(s) == nil && !(r >= 0) {
			t.Errorf("rate %q is %v", s, r)
		}
	})
}

func TestFormatBytes(t *testing.T) {
	for n, want := range map[float64]string{
		0: "0 B", -0.3: "0 B", 0.3: "0 B", 999: "999 B", 999.7: "1 kB", -1500: "-1.5 kB", 12.44e6: "12.4 MB", math.Inf(1): "unknown",
	} {
		if got := soak.FormatBytes(n); got != want {
			t.Errorf("FormatBytes(%g) = %q, want %q", n, got, want)
		}
	}
}

func TestRoundDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 1234567 * time.Nanosecond: "1ms", 1500 * time.Millisecond: "2s", 59*time.Minute + 54093*time.Millisecond: "59m54s",
		24*time.Hour + 29*time.Second: "1d", 2*time.Hour + 8*time.Minute + 31*time.Second: "2h9m", 49*time.Hour + 40*time.Minute: "2d2h",
	} {
		if got := soak.RoundDuration(d).String(); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
