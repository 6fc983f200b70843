package judge

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestCountersOfTheLog: what a node's memory line says of its heap tells where
// growth lies, and a counter beyond what the container holds is called wrong.
func TestCountersOfTheLog(t *testing.T) {
	for _, c := range []struct {
		name     string
		values   func(level float64) map[string]float64
		why      string
		mismatch bool
	}{
		{"the heap grows", func(x float64) map[string]float64 {
			return map[string]float64{"rss": x, "heap": x - 50e6, "external": 2e6}
		}, "nearly all of the growth is in the heap of its runtime", false},
		{"something else grows", func(x float64) map[string]float64 {
			return map[string]float64{"rss": x, "heap": 40e6, "external": x - 60e6}
		}, "nearly all of the growth is outside the heap of its runtime", false},
		{"external memory of three times the container", func(x float64) map[string]float64 {
			return map[string]float64{"rss": x, "external": 3 * x}
		}, "", true},
		{"a capacity without the process's memory", func(x float64) map[string]float64 {
			return map[string]float64{"heap": 3 * x}
		}, "", false},
		{"megabytes without a unit", func(x float64) map[string]float64 {
			return map[string]float64{"rss": x / 1e6, "heap": x / 1e6}
		}, "", false},
	} {
		start := time.Date(2024, 12, 8, 6, 0, 0, 0, time.UTC)
		tg, err := newTarget("a", nil, soak.RunInfo{Started: start, Interval: 10}, Options{}, lists{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 720 {
			at, level := start.Add(time.Duration(i)*10*time.Second), 100e6+2e5*float64(i)
			if i%6 == 3 { // the first samples come before the first line
				tg.signal(soak.Signal{At: at, Target: "a", Name: "memory", Count: 1, Values: c.values(level)})
			}
			x := soak.Sample{At: at, Target: "a", Life: 1}
			x.Set(soak.Anon, int64(level))
			x.Set(soak.Usage, int64(level+20e6))
			tg.sample(x)
		}
		r := tg.result()
		if r.Leak != soak.LeakYes || !strings.HasSuffix(r.Why, c.why) || c.why == "" && strings.Contains(r.Why, "heap") {
			t.Errorf("%s: leak %s: %s; want %q at the end", c.name, r.Leak, r.Why, c.why)
		}
		if got := slices.Contains(r.Traits, soak.TraitCounterMismatch); got != c.mismatch {
			t.Errorf("%s: traits %v", c.name, r.Traits)
		}
	}
}

// TestCountersEndWithTheirProcess: what a dead process said of itself is not
// held against the next one.
func TestCountersEndWithTheirProcess(t *testing.T) {
	start := time.Date(2024, 12, 8, 6, 0, 0, 0, time.UTC)
	for _, known := range []bool{true, false} { // whether samples carry the start of the process
		var c counters
		for i := range 200 {
			at, level, life := start.Add(time.Duration(i)*time.Minute), 100e6+5e6*float64(i), 1
			if i >= 150 {
				level, life = 100e6, 2
			} else {
				c.signal(soak.Signal{At: at, Values: map[string]float64{"rss": level, "heap": level - 50e6}})
			}
			x := soak.Sample{At: at.Add(10 * time.Second), Life: life}
			if known {
				x.Started = start.Add(time.Duration(150*(life-1)) * time.Minute)
			}
			x.Set(soak.Usage, int64(level))
			c.sample(&x)
			if c.mismatched || x.Has(soak.Heap) != (life == 1) {
				t.Fatalf("sample %d of life %d: mismatched %v, heap %v", i, life, c.mismatched, x.Has(soak.Heap))
			}
		}
	}
}
