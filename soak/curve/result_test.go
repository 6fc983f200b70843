package curve

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"leakcheck/soak"
)

// steady is a day of a node at 1 GB with 1 MB of noise that grows by rate bytes an hour.
func steady(rate float64, change func(i int, x *soak.Sample)) []soak.Sample {
	r := rand.New(rand.NewPCG(9, 9))
	xs := make([]soak.Sample, 1440)
	for i := range xs {
		x := &xs[i]
		x.At = time.Date(2024, 12, 8, 0, i, 0, 0, time.UTC)
		y := 1e9 + rate*float64(i)/60 + 1e6*r.NormFloat64()
		x.Set(soak.Anon, int64(y))
		x.Set(soak.WorkingSet, int64(y+5e7))
		if change != nil {
			change(i, x)
		}
	}
	return xs
}

func TestForecast(t *testing.T) {
	limit := func(_ int, x *soak.Sample) { x.Set(soak.Limit, 5e9) }
	s, r := judge(steady(20e6, limit), Options{Tolerance: 1e6})
	f := r.Forecast
	if r.Leak != soak.LeakYes || f == nil || f.Wall != "limit" || f.WallBytes != 5e9 {
		t.Fatalf("%s %+v", r.Leak, f)
	}
	want := (5e9 - 1e9 - 5e7 - 480e6) / 20e6
	if *f.Hours.Estimate < .98*want || *f.Hours.Estimate > 1.02*want || *f.Hours.Low > *f.Hours.Estimate || *f.Hours.High < *f.Hours.Estimate {
		t.Errorf("%.1f h [%.1f, %.1f], want %.1f", *f.Hours.Estimate, *f.Hours.Low, *f.Hours.High, want)
	}
	if g := s.Forecast(); g.Wall != "limit" {
		t.Errorf("the running forecast is %+v", g)
	}
	// The nearest wall counts, and a flat curve never gets there.
	_, r = judge(steady(0, limit), Options{Walls: []Wall{{"ceiling", 2e9}, {"heap", 3e9}}})
	if f := r.Forecast; f.Wall != "ceiling" || f.Hours.Estimate != nil || f.Hours.High != nil {
		t.Errorf("flat: %+v", f)
	}
	// All memory beyond a heap's cap is no full heap; beyond a ceiling it is.
	_, r = judge(steady(20e6, limit), Options{Walls: []Wall{{"heap", 1e9}}})
	if f := r.Forecast; f.Wall != "limit" || *f.Hours.Low < 100 {
		t.Errorf("beyond the heap's cap: %+v", f)
	}
	_, r = judge(steady(20e6, limit), Options{Walls: []Wall{{"heap", 1.05e9}}})
	if f := r.Forecast; f.Wall != "heap" || *f.Hours.Low != 0 {
		t.Errorf("grown beyond the heap's cap: %+v", f)
	}
	_, r = judge(steady(20e6, limit), Options{Walls: []Wall{{"ceiling", 1e9}}})
	if f := r.Forecast; f.Wall != "ceiling" || *f.Hours.Low != 0 {
		t.Errorf("over the ceiling: %+v", f)
	}
	spike := func(i int, x *soak.Sample) {
		if i == 1439 {
			x.Set(soak.Anon, 4e9)
			x.Set(soak.WorkingSet, 4.05e9)
		}
	}
	_, r = judge(steady(0, spike), Options{Walls: []Wall{{"ceiling", 3e9}}})
	if f := r.Forecast; f.Hours.Low == nil || *f.Hours.Low != 0 {
		t.Errorf("a last sample over the ceiling: %+v", f)
	}
	_, r = judge(steady(0, nil), Options{})
	if r.Forecast != nil {
		t.Errorf("a forecast without a wall: %+v", r.Forecast)
	}
	_, r = judge(steady(0, func(_ int, x *soak.Sample) { x.Set(soak.HostAvailable, 1e9) }), Options{})
	if r.Forecast.Wall != "host" || math.Abs(r.Forecast.WallBytes-2.05e9) > 1e7 {
		t.Errorf("host: %+v", r.Forecast)
	}
}

func TestTolerance(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want float64
	}{
		{"given", Options{Tolerance: 5e6}, 5e6},
		{"doubles the floor in a week", Options{}, 1e9 / 168},
		{"reaches the ceiling in a week", Options{Walls: []Wall{{"ceiling", 5e9}}}, 4e9 / 168},
		{"a heap cap is no promise", Options{Walls: []Wall{{"heap", 5e9}}}, 1e9 / 168},
		{"rehearsed", Options{Tolerance: 5e6, Scale: 60}, 300e6},
	} {
		_, r := judge(steady(0, nil), c.o)
		if math.Abs(r.Tolerance-c.want) > .01*c.want {
			t.Errorf("%s: %s, want %s", c.name, soak.FormatRate(r.Tolerance), soak.FormatRate(c.want))
		}
	}
}

func TestBytesPerRequest(t *testing.T) {
	_, r := judge(steady(20e6, func(i int, x *soak.Sample) { x.Set(soak.Requests, int64(i)*100) }), Options{})
	if p := r.BytesPerRequest; p == nil || p.Low > 20e6/6000 || p.High < 20e6/6000 {
		t.Errorf("%+v, want %.0f", p, 20e6/6000)
	}
}

// The first samples of a run come before its first requests are counted.
func TestBytesPerRequestWithoutTheFirstCounts(t *testing.T) {
	for uncounted, known := range map[int]bool{1: true, 5: true, 800: false} {
		_, r := judge(steady(20e6, func(i int, x *soak.Sample) {
			if i >= uncounted {
				x.Set(soak.Requests, int64(i)*100)
			}
		}), Options{})
		if p := r.BytesPerRequest; (p != nil) != known || known && (p.Low > 20e6/6000 || p.High < 20e6/6000) {
			t.Errorf("%d samples without a count: %+v, want %.0f", uncounted, p, 20e6/6000)
		}
	}
}

func TestTraitsOfOtherMetrics(t *testing.T) {
	for trait, change := range map[soak.Trait]func(i int, x *soak.Sample){
		soak.TraitPageCache:       func(i int, x *soak.Sample) { x.Set(soak.File, int64(i)*1e6) },
		soak.TraitReclaimableSlab: func(i int, x *soak.Sample) { x.Set(soak.SlabReclaimable, int64(i)*1e6) },
		soak.TraitFDGrowth:        func(i int, x *soak.Sample) { x.Set(soak.FDs, int64(50+i)) },
		soak.TraitCounterMismatch: func(_ int, x *soak.Sample) { x.Set(soak.Heap, 2566e6) },
		soak.TraitGaps: func(i int, x *soak.Sample) {
			if i > 700 {
				x.At = x.At.Add(3 * time.Hour)
			}
		},
	} {
		if _, r := judge(steady(0, change), Options{}); !has(r.Traits, trait) || r.Leak != soak.LeakNo {
			t.Errorf("%s: %s %v", trait, r.Leak, r.Traits)
		}
	}
	if _, r := judge(steady(0, nil), Options{}); len(r.Traits) != 0 {
		t.Errorf("a plain flat curve has traits %v", r.Traits)
	}
}

// TestShmemIsNoPageCache: tmpfs counts as file in the kernel's books, and is a leak.
func TestShmemIsNoPageCache(t *testing.T) {
	_, r := judge(steady(0, func(i int, x *soak.Sample) {
		x.Set(soak.Shmem, int64(i)*1e6)
		x.Set(soak.File, int64(i)*1e6)
	}), Options{})
	if r.Leak != soak.LeakYes || has(r.Traits, soak.TraitPageCache) {
		t.Errorf("%s %v", r.Leak, r.Traits)
	}
}

func TestHoursToDecide(t *testing.T) {
	xs := steady(20e6, nil)
	_, short := judge(xs[:30], Options{Tolerance: 5e6})
	if short.Leak != soak.LeakInconclusive || short.HoursToDecide == nil || *short.HoursToDecide <= 0 {
		t.Fatalf("half an hour: %s %v", short.Leak, short.HoursToDecide)
	}
	end := min(len(xs), int(30+*short.HoursToDecide*60*1.5))
	if _, r := judge(xs[:end], Options{Tolerance: 5e6}); r.Leak != soak.LeakYes {
		t.Errorf("after %d minutes still %s: %s", end, r.Leak, r.Why)
	}
}

func TestPlan(t *testing.T) {
	s, r := judge(steady(0, nil)[:120], Options{Tolerance: 1e6})
	if got := s.Sees(2 * time.Hour); math.Abs(got / *r.Detectable - 1) > .05 {
		t.Errorf("two hours will see %s, but have seen %s", soak.FormatRate(got), soak.FormatRate(*r.Detectable))
	}
	long := s.Needs(5e6)
	if got := s.Sees(long); long < 3*time.Hour || math.Abs(got/5e6-1) > .01 {
		t.Errorf("%s will see %s, want 5 MB/h", long, soak.FormatRate(got))
	}
	if got := s.Needs(1); got != 0 {
		t.Errorf("1 B/h takes %s, want never", got)
	}
}

func TestCompare(t *testing.T) {
	requests := func(perMinute int64) func(int, *soak.Sample) {
		return func(i int, x *soak.Sample) { x.Set(soak.Requests, int64(i)*perMinute) }
	}
	run := func(rate float64, load int64) *Stream {
		s, _ := judge(steady(rate, requests(load)), Options{})
		return s
	}
	for _, c := range []struct {
		name          string
		before, after *Stream
		want          Change
		basis         string
	}{
		{"a fix", run(50e6, 100), run(0, 100), Better, "hour"},
		{"a new leak", run(0, 100), run(50e6, 100), Worse, "hour"},
		{"the same", run(50e6, 100), run(50e6, 100), NoDifference, "hour"},
		{"twice the load", run(25e6, 50), run(50e6, 100), NoDifference, "request"},
		{"nothing", New(Options{}), run(0, 100), Incomparable, ""},
	} {
		if got := Compare(c.before, c.after); got.Change != c.want || got.Basis != c.basis {
			t.Errorf("%s: %s per %s, want %s per %s: %s", c.name, got.Change, got.Basis, c.want, c.basis, got.Why)
		}
	}
}

// TestIdenticalCodeShowsNoDifference compares a program with itself; at 95 %
// confidence it must look the same 95 times of 100.
func TestIdenticalCodeShowsNoDifference(t *testing.T) {
	differ, n := 0, 60
	for i := range n {
		var s [2]*Stream
		for k := range s {
			d := base(rand.New(rand.NewPCG(uint64(i), 0)), 360, 60)
			d.ar(rand.New(rand.NewPCG(uint64(i), uint64(k+1))), .9, d.level()*.01)
			s[k], _ = judge(d.samples(), Options{})
		}
		if Compare(s[0], s[1]).Change != NoDifference {
			differ++
		}
	}
	if differ > 7 { // 3 expected; more than 7 has a chance of 1 %
		t.Errorf("%d of %d comparisons of a program with itself differ", differ, n)
	}
}
