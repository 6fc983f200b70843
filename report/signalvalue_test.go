package report

import (
	"testing"

	"leakcheck/soak"
)

// TestCapturesPrintInTheirUnits: by the unit that the rule gives, not by name.
func TestCapturesPrintInTheirUnits(t *testing.T) {
	got := signalValues(soak.SignalResult{
		Values: map[string]float64{"current": 52.3e9, "rate": 30e9, "over": 60, "to_crash": -2400, "full": 12.5, "ratio": 1.5, "heap": 250000, "age": 1e12},
		Units: map[string]string{"current": "bytes", "rate": "bytes per hour", "over": "seconds", "to_crash": "seconds", "full": "percent",
			"ratio": "share", "age": "seconds"},
	})
	if want := "age 1000000000000 s, current 52.3 GB, full 12.5 %, heap 250,000, over 1m, rate 30 GB/h, ratio 150 %, to_crash -40m"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
