package cmd

import (
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	for in, want := range map[string]times{"2x": 2, "1.5": 1.5, " 10x": 10} {
		var x times
		if err := x.Set(in); err != nil || x != want {
			t.Errorf("%q = %v, %v; want %v", in, float64(x), err, float64(want))
		}
	}
	for _, in := range []string{"", "x", "1x", "0", "-2x", "NaNx", "11x", "twice"} {
		var x times
		if x.Set(in) == nil {
			t.Errorf("%q was taken for %v", in, float64(x))
		}
	}
}

func TestBaseline(t *testing.T) {
	for length, want := range map[time.Duration]time.Duration{3 * time.Minute: time.Minute, time.Hour: 6 * time.Minute, 24 * time.Hour: 10 * time.Minute} {
		if got := baseline(length); got != want {
			t.Errorf("the noise of %s is known after %s, want %s", length, got, want)
		}
	}
}
