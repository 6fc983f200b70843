package soak

import (
	"testing"
	"time"
)

func TestPlanned(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "1m", time.Minute: "1m", time.Minute + 1: "2m", 2 * time.Hour: "2h", 2*time.Hour + 1: "3h",
		47*time.Hour + 30*time.Minute: "2d",
	} {
		if got := Planned(d).String(); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}

// A run that decides is longer than the one that did not: what is open is not
// told by as much more alone, since a new run begins anew.
func TestEnoughCountsFromTheBeginning(t *testing.T) {
	open := func(seconds, hours float64) Result {
		return Result{Leak: LeakInconclusive, Duration: seconds, HoursToDecide: &hours}
	}
	for _, x := range []struct {
		result Result
		want   string
	}{
		{open(1800, 0.1), "45m"}, // 36 min and a quarter
		{open(20, 0.32), "25m"},
		{open(3600, 9), "13h"},
		{open(60, 31*24), "0s"},
		{Result{Leak: LeakInconclusive, Duration: 60}, "0s"},
		{Result{Leak: LeakYes, Duration: 60, HoursToDecide: new(float64)}, "0s"},
	} {
		if got := x.result.Enough().String(); got != x.want {
			t.Errorf("%s, want %s", got, x.want)
		}
	}
}
