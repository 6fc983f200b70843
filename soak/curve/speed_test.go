package curve

import (
	"math/rand/v2"
	"sort"
	"testing"

	"leakcheck/soak"
)

// BenchmarkWeek feeds 7 days at 1 s, 604,800 samples, and judges them. The
// target is 100 ms.
func BenchmarkWeek(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	d := base(r, 7*86400, 1)
	d.ar(r, .9, d.level()*.01)
	xs := d.samples()
	b.ReportAllocs()
	for b.Loop() {
		s := New(Options{})
		for i := range xs {
			s.Add(xs[i])
		}
		s.Result()
	}
}

// BenchmarkTenThousand judges 10,000 series of 1,440 points on all cores. The
// target is 10 s on two. One iteration is one series.
func BenchmarkTenThousand(b *testing.B) {
	xs := simulations()[2].make(rand.New(rand.NewPCG(1, 2)))
	samples := xs.samples()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			s := New(Options{})
			for i := range samples {
				s.Add(samples[i])
			}
			s.Result()
		}
	})
}

// BenchmarkDecided adds a day at 1 s and asks for the verdict at every sample.
func BenchmarkDecided(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	d := base(r, 86400, 1)
	d.ar(r, .9, d.level()*.01)
	xs := d.samples()
	for b.Loop() {
		s := New(Options{})
		for i := range xs {
			s.Add(xs[i])
			if s.Decided() == soak.LeakYes {
				b.Fatal("a flat run was called a leak")
			}
		}
	}
}

// BenchmarkNaiveTheilSen is the O(n^2) slope that this package does without.
func BenchmarkNaiveTheilSen(b *testing.B) {
	d := simulations()[2].make(rand.New(rand.NewPCG(1, 2)))
	for b.Loop() {
		theilSen(d.t, d.y)
	}
}

// theilSen is the median of all pairwise slopes.
func theilSen(t, y []float64) float64 {
	slopes := make([]float64, 0, len(t)*(len(t)-1)/2)
	for i := range t {
		for j := range i {
			slopes = append(slopes, (y[i]-y[j])/(t[i]-t[j]))
		}
	}
	sort.Float64s(slopes)
	return slopes[len(slopes)/2]
}
