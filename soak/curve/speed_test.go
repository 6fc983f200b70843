package curve

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

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

// BenchmarkDecided asks for the always-on verdict at every one of n samples: a
// look costs no more in a long run than in a short one, and there are O(log n)
// of them, so the cost per sample falls with the length. The memory of the
// stream stays what it is.
func BenchmarkDecided(b *testing.B) {
	for _, hours := range []int{1, 6, 24, 168} {
		b.Run(fmt.Sprintf("%d hours", hours), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			d := base(r, hours*3600, 1)
			d.ar(r, .9, d.level()*.01)
			xs := d.samples()
			var kept uint64
			for b.Loop() {
				before := heap()
				s := New(Options{})
				for i := range xs {
					s.Add(xs[i])
					if s.Decided() == soak.LeakYes {
						b.Fatal("a flat run was called a leak")
					}
				}
				kept = heap() - before
				runtime.KeepAlive(s)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(xs)), "ns/sample")
			b.ReportMetric(float64(kept), "bytes-kept")
		})
	}
}

// TestMemoryIsBounded holds a stream to what it kept after its first hours.
func TestMemoryIsBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := New(Options{})
	x := soak.Sample{At: time.Unix(1.7e9, 0)}
	feed := func(n int) uint64 {
		for range n {
			x.At = x.At.Add(time.Second)
			x.Set(soak.Anon, 1e8+int64(1e6*r.Float64()))
			s.Add(x)
			s.Decided()
		}
		return heap()
	}
	early := feed(10_000)
	if late := feed(90_000); late > early+200_000 {
		t.Errorf("a stream keeps %d bytes more after 100,000 samples than after 10,000", late-early)
	}
	runtime.KeepAlive(s)
}

// heap is how many bytes are in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkNaiveTheilSen is the O(n^2) slope that this package does without.
func BenchmarkNaiveTheilSen(b *testing.B) {
	d := simulations()[2].make(rand.New(rand.NewPCG(1, 2)))
	for b.Loop() {
		Sen(d.t, d.y)
	}
}
