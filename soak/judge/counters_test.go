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
// held against the next one, however late it arrives; what the next one says
// before its first sample counts.
func TestCountersEndWithTheirProcess(t *testing.T) {
	start := time.Date(2024, 12, 8, 6, 0, 0, 0, time.UTC)
	line := func(c *counters, at time.Time, heap float64) {
		c.signal(soak.Signal{At: at, Values: map[string]float64{"rss": heap, "heap": heap}})
	}
	sample := func(c *counters, at, started time.Time, life int) (heap int64, known bool) {
		x := soak.Sample{At: at, Started: started, Life: life}
		x.Set(soak.Usage, 200e6)
		c.sample(&x)
		return x.Get(soak.Heap)
	}
	for name, k := range map[string]struct {
		started time.Time
		life    int
	}{"by its start": {start.Add(time.Minute), 1}, "by its life": {life: 2}} {
		var c counters
		line(&c, start, 800e6)
		if sample(&c, start.Add(time.Second), time.Time{}, 1); !c.mismatched {
			t.Errorf("%s: 800 MB of heap in 200 MB are no mismatch", name)
		}
		line(&c, start.Add(time.Second), 800e6) // the dead process's last, which comes late
		if _, known := sample(&c, start.Add(2*time.Minute), k.started, k.life); known || c.mismatched {
			t.Errorf("%s: heap known %v, mismatched %v", name, known, c.mismatched)
		}
		line(&c, start.Add(time.Second), 800e6)
		if _, known := sample(&c, start.Add(3*time.Minute), k.started, k.life); known || c.mismatched {
			t.Errorf("%s, a late line: heap known %v, mismatched %v", name, known, c.mismatched)
		}
	}
	var c counters
	sample(&c, start, start, 1)
	line(&c, start.Add(15*time.Second), 90e6)
	if heap, known := sample(&c, start.Add(20*time.Second), start.Add(10*time.Second), 2); !known || heap != 90e6 {
		t.Errorf("a line before the first sample: heap %d, %v", heap, known)
	}
	line(&c, start.Add(30*time.Second), 800e6)
	sample(&c, start.Add(40*time.Second), start.Add(10*time.Second), 2)
	if sample(&c, start.Add(time.Hour), start.Add(10*time.Second), 2); c.mismatched {
		t.Error("a line of an hour ago is held against the container")
	}
}
