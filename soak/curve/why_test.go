package curve

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestWhy checks that the reason names what decided.
func TestWhy(t *testing.T) {
	warm := simWarmUp(1440, 60, 18000, 18001)
	d := warm(rand.New(rand.NewPCG(1, 1)))
	few := steady(0, nil)[:3]
	for _, c := range []struct {
		name    string
		samples []soak.Sample
		leak    soak.Leak
		want    string
	}{
		{"leak", steady(20e6, nil), soak.LeakYes, "more than the"},
		{"flat", steady(0, nil), soak.LeakNo, "proven slower than"},
		{"warm-up", d.samples()[:400], soak.LeakInconclusive, "a saturating warm-up explains it"},
		{"settling", steady(40e6, nil)[:30], soak.LeakInconclusive, "settling"},
		{"three samples", few, soak.LeakInconclusive, "too few"},
	} {
		if _, r := judge(c.samples, Options{}); r.Leak != c.leak || !strings.Contains(r.Why, c.want) {
			t.Errorf("%s: %s, %q, want %s with %q", c.name, r.Leak, r.Why, c.leak, c.want)
		}
	}
}

// TestWhereTheGrowthIs: what samples tell of the memory that grows is said.
func TestWhereTheGrowthIs(t *testing.T) {
	grows := func(m soak.Metric, share float64) func(int, *soak.Sample) {
		return func(i int, x *soak.Sample) {
			v, _ := x.Get(soak.Anon)
			x.Set(m, 1e8+int64(share*float64(i)*20e6/60))
			if m != soak.Heap { // a heap is a part of anonymous memory
				x.Set(soak.Anon, v-int64(share*float64(i)*20e6/60))
			}
		}
	}
	for _, c := range []struct {
		change func(int, *soak.Sample)
		want   string
	}{
		{nil, ""},
		{grows(soak.Shmem, 1), "nearly all of the growth is shared memory or tmpfs"},
		{grows(soak.Kernel, 1), "nearly all of the growth is kernel memory"},
		{grows(soak.Kernel, .5), ""},
		{grows(soak.Heap, 1), "nearly all of the growth is in the heap of its runtime"},
		{grows(soak.Heap, .5), "a part of the growth is in the heap of its runtime"},
		{grows(soak.Heap, 0), "nearly all of the growth is outside the heap of its runtime"},
	} {
		_, r := judge(steady(20e6, c.change), Options{})
		if r.Leak != soak.LeakYes {
			t.Fatalf("%s: %s", r.Leak, r.Why)
		}
		if c.want == "" && strings.Contains(r.Why, "of the growth") || !strings.HasSuffix(r.Why, c.want) {
			t.Errorf("%q, want %q at its end", r.Why, c.want)
		}
	}
}

// TestWhereTheGrowthOfAClippedCurveIs: what stands at its limit for long grew
// before that.
func TestWhereTheGrowthOfAClippedCurveIs(t *testing.T) {
	s := New(Options{})
	start := time.Unix(1_700_000_000, 0)
	for i := range 3000 {
		y := math.Min(2e8+7e6*float64(i), 995e6)
		x := soak.Sample{At: start.Add(time.Duration(i) * time.Minute)}
		x.Set(soak.Anon, int64(y))
		x.Set(soak.Heap, int64(y-5e7))
		x.Set(soak.Limit, 1e9)
		s.Add(x)
	}
	if r := s.Result(); r.Leak != soak.LeakYes || !strings.HasSuffix(r.Why, "nearly all of the growth is in the heap of its runtime") {
		t.Errorf("leak %s: %s", r.Leak, r.Why)
	}
}

// TestSince finds the onset of a leak that starts at noon.
func TestSince(t *testing.T) {
	s, r := judge(steady(0, func(i int, x *soak.Sample) {
		if v, _ := x.Get(soak.Anon); i > 720 {
			x.Set(soak.Anon, v+int64(i-720)*1e6)
		}
	}), Options{})
	noon := time.Date(2024, 12, 8, 12, 0, 0, 0, time.UTC)
	if got := s.Since(); got.Sub(noon).Abs() > time.Hour || !has(r.Traits, soak.TraitLateOnset) || r.Leak != soak.LeakYes {
		t.Errorf("since %s, %s %v, want noon", got, r.Leak, r.Traits)
	}
}
