package curve

import (
	"math"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// climb is a life of minutes, one sample each, on steps of the given sizes in
// MB at the given minutes, over a level of 50 MB.
func climb(minutes int, at, size []float64, tolerance float64) *Stream {
	start := time.Unix(1_700_000_000, 0)
	s := New(Options{Tolerance: tolerance})
	for i := range minutes {
		y := 50e6 + 2e4*math.Sin(float64(i))
		for k, m := range at {
			if float64(i) >= m {
				y += size[k] * 1e6
			}
		}
		x := soak.Sample{Target: "a", Life: 1, Started: start, At: start.Add(time.Duration(i) * time.Minute)}
		x.Set(soak.Anon, int64(y))
		s.Add(x)
	}
	return s
}

// TestPausing: memory that grew in steps has not stopped because it stands
// still for as long as between two of them.
func TestPausing(t *testing.T) {
	for _, c := range []struct {
		name      string
		minutes   int
		at, size  []float64
		leak      soak.Leak
		tolerance float64
	}{
		{"steps that double, and a pause as long as they would", 240, []float64{20, 50, 110}, []float64{10, 15, 25}, soak.LeakInconclusive, 1e6},
		{"the same after three times the longest pause", 320, []float64{20, 50, 110}, []float64{10, 15, 25}, soak.LeakNo, 1e6},
		{"steps that are tolerable on the whole", 240, []float64{20, 50, 110}, []float64{10, 15, 25}, soak.LeakNo, 15e6},
		{"one step", 240, []float64{110}, []float64{40}, soak.LeakNo, 1e6},
		{"two steps", 240, []float64{50, 110}, []float64{20, 20}, soak.LeakNo, 1e6},
		{"steps that get smaller", 240, []float64{10, 30, 50, 110}, []float64{40, 20, 8, 5}, soak.LeakNo, 1e6},
	} {
		s := climb(c.minutes, c.at, c.size, c.tolerance)
		r := s.Result()
		if r.Leak != c.leak {
			t.Errorf("%s: leak %s, want %s: %s", c.name, r.Leak, c.leak, r.Why)
		}
		if c.leak != soak.LeakInconclusive {
			continue
		}
		if !strings.Contains(r.Why, "stood still for 2h8m, but it grew in 3 jumps up to 58m apart") {
			t.Errorf("%s: %s", c.name, r.Why)
		}
		if h := r.HoursToDecide; h == nil || math.Abs(*h-50./60) > 0.1 {
			t.Errorf("%s: decided after %v h, want 50 min", c.name, h)
		}
	}
}

// TestAGapIsNoJump: what rose steadily while nobody looked rose no faster than
// the rest.
func TestAGapIsNoJump(t *testing.T) {
	s := &series{lives: []int{0}}
	for i := range 60 {
		at := float64(i * 60)
		if i >= 30 {
			at += 3600
		}
		s.t, s.y, s.at = append(s.t, at), append(s.y, 1e8+1e4*at), append(s.at, at)
	}
	if z := findStairs(s); len(z.jumps) > 0 {
		t.Errorf("a line with a gap has jumps: %+v", z.jumps)
	}
}
