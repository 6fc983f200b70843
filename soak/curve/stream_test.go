package curve

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"leakcheck/soak"
	"pgregory.net/rapid"
)

// TestGridKeepsWhatCounts feeds any series of times and checks that the grid
// stays bounded and loses neither samples nor extremes.
func TestGridKeepsWhatCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6000).Draw(t, "n")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var g grid
		var v soak.Values
		at, low, high, sum := 0.0, math.Inf(1), math.Inf(-1), 0.0
		for range n {
			y := r.Float64() * 1e9
			g.add(at, y, &v)
			low, high, sum = min(low, y), max(high, y), sum+y
			if at += .1 + r.ExpFloat64(); r.IntN(500) == 0 {
				at += 1000
			}
		}
		if len(g.buckets) >= maxBuckets {
			t.Fatalf("%d buckets", len(g.buckets))
		}
		count, gl, gh, gs := 0, math.Inf(1), math.Inf(-1), 0.0
		for i, b := range g.buckets {
			count, gl, gh, gs = count+b.n, min(gl, b.min), max(gh, b.max), gs+b.sum
			if i > 0 && b.t <= g.buckets[i-1].t {
				t.Fatalf("bucket %d is not after the one before", i)
			}
		}
		if count != n || gl != low || gh != high || math.Abs(gs-sum) > 1e-6*sum {
			t.Fatalf("%d samples [%g, %g] sum %g became %d [%g, %g] %g", n, low, high, sum, count, gl, gh, gs)
		}
	})
}

// verdictOf judges values one minute apart.
func verdictOf(start time.Time, y []float64, o Options) soak.Result {
	s := New(o)
	for i, v := range y {
		x := soak.Sample{At: start.Add(time.Duration(i) * time.Minute)}
		x.Set(soak.Anon, int64(v))
		s.Add(x)
	}
	return s.Result()
}

// TestInvariance says precisely what the verdict does not depend on: when the
// run was and in which time zone; the unit of bytes, as long as the level is
// above 34 MB, where settling counts by share; and a constant added, as long
// as the tolerance is given and settling (3 % of the level) stays below it.
func TestInvariance(t *testing.T) {
	families := simulations()
	start := time.Date(2024, 3, 31, 0, 30, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		s := families[rapid.IntRange(0, len(families)-1).Draw(t, "family")]
		d := s.make(rand.New(rand.NewPCG(rapid.Uint64Range(0, 99).Draw(t, "draw"), 7)))
		if d.life != nil || len(d.y) > 1500 || slices.Min(d.y) < 50e6 {
			t.Skip("another kind of series")
		}
		o := Options{Tolerance: .1 * slices.Min(d.y)}
		want := verdictOf(start, d.y, o)
		check := func(what string, got soak.Result, factor float64) {
			if got.Leak != want.Leak {
				t.Errorf("%s %s: leak %s became %s", s.name, what, want.Leak, got.Leak)
			}
			if want.Slope == nil {
				return
			}
			width := want.Slope.High - want.Slope.Low
			if math.Abs(got.Slope.Estimate/factor-want.Slope.Estimate) > .02*width+1e-3*math.Abs(want.Slope.Estimate) {
				t.Errorf("%s %s: slope %v became %v", s.name, what, *want.Slope, *got.Slope)
			}
		}
		zone := time.FixedZone("far", 13*3600)
		check("years later elsewhere", verdictOf(start.AddDate(7, 0, 0).In(zone), d.y, o), 1)
		const factor = 1024
		big := make([]float64, len(d.y))
		for i, v := range d.y {
			big[i] = math.Trunc(v) * factor
		}
		check("in smaller units", verdictOf(start, big, Options{Tolerance: o.Tolerance * factor}), factor)
		if want.Leak == soak.LeakYes {
			for i := range big {
				big[i] = d.y[i] + .02*slices.Min(d.y)
			}
			check("lifted", verdictOf(start, big, o), 1)
		}
	})
}

func TestLivesAreNeverJoined(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		name string
		mark func(x *soak.Sample, life int)
	}{
		{"life", func(x *soak.Sample, life int) { x.Life = life }},
		{"start time", func(x *soak.Sample, life int) {
			x.Started = time.Date(2024, 1, life, 0, 0, 0, 0, time.UTC)
		}},
		{"restarts", func(x *soak.Sample, life int) { x.Set(soak.Restarts, int64(life)) }},
	} {
		s := New(Options{})
		start := time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC)
		for i := range 600 {
			x := soak.Sample{At: start.Add(time.Duration(i) * time.Minute)}
			// Each life is 100 MB higher than the one before, but none grows.
			x.Set(soak.Anon, int64(2e8+1e8*float64(i/200)+1e5*r.NormFloat64()))
			c.mark(&x, 1+i/200)
			s.Add(x)
		}
		res := s.Result()
		if res.Leak == soak.LeakYes || !has(res.Traits, soak.TraitRestarts) {
			t.Errorf("%s: %s %v: %s", c.name, res.Leak, res.Traits, res.Why)
		}
		if len(s.lives) != 3 {
			t.Errorf("%s: %d lives, want 3", c.name, len(s.lives))
		}
	}
}

func TestLivesAreBounded(t *testing.T) {
	s := New(Options{})
	start := time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC)
	for i := range 20000 {
		x := soak.Sample{At: start.Add(time.Duration(i) * time.Second), Life: 1 + i/50}
		x.Set(soak.Anon, int64(1e8+1e6*float64(i%50)))
		s.Add(x)
	}
	if len(s.lives) != maxLives || s.ended != 400-maxLives {
		t.Errorf("%d lives kept and %d ended, want %d and %d", len(s.lives), s.ended, maxLives, 400-maxLives)
	}
	if r := s.Result(); r.Leak != soak.LeakYes || r.Pattern != soak.LinearGrowth {
		t.Errorf("a crash loop of leaking lives is %s: %s", r.Leak, r.Why)
	}
}

func TestWhatIsJudged(t *testing.T) {
	for _, c := range []struct {
		metrics []soak.Metric
		want    column
		warned  bool
	}{
		{[]soak.Metric{soak.Usage, soak.WorkingSet, soak.Anon, soak.Shmem}, columnUnreclaimable, false},
		{[]soak.Metric{soak.Usage, soak.WorkingSet}, columnWorkingSet, true},
		{[]soak.Metric{soak.Usage}, columnUsage, true},
	} {
		s := New(Options{})
		var x soak.Sample
		for _, m := range c.metrics {
			x.Set(m, 1e8)
		}
		s.Add(x)
		if s.column != c.want || (len(s.Result().Warnings) > 0) != c.warned {
			t.Errorf("%v: column %d, warnings %v", c.metrics, s.column, s.Result().Warnings)
		}
	}
}

func TestNothingToJudge(t *testing.T) {
	r := New(Options{Source: "a.csv"}).Result()
	if r.Leak != soak.LeakInconclusive || r.Slope != nil || r.Why == "" || r.Traits == nil || r.Models == nil || r.Warnings == nil {
		t.Errorf("an empty stream gives %+v", r)
	}
	s := New(Options{})
	x := soak.Sample{At: time.Unix(1, 0)}
	x.Set(soak.Anon, 0) // what an engine says of a stopped container
	s.Add(x)
	if r := s.Result(); r.Slope != nil || len(r.Warnings) == 0 {
		t.Errorf("a stopped container gives %+v", r)
	}
	s.Decided()
	s.Forecast()
	s.Since()
	if s.Floor() != nil {
		t.Error("a floor without memory")
	}
}

// TestAnythingGoes feeds wild streams: whatever comes, the result is finite
// (JSON knows no infinity), complete, and keeps the contract.
func TestAnythingGoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(Options{
			Tolerance: rapid.SampledFrom([]float64{0, 1, 1e6, 1e12}).Draw(t, "tolerance"),
			Scale:     rapid.SampledFrom([]float64{0, 1, 1440}).Draw(t, "scale"),
			Walls:     []Wall{{"ceiling", rapid.SampledFrom([]float64{1, 1e8, 1e12}).Draw(t, "ceiling")}},
		})
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		level := rapid.SampledFrom([]float64{1, 4096, 1e8, 4e12}).Draw(t, "level")
		wild := rapid.SampledFrom([]float64{0, 1e-6, .01, 1, 30}).Draw(t, "noise")
		trend := rapid.SampledFrom([]float64{-.001, 0, .01, 2}).Draw(t, "trend")
		lives := rapid.SampledFrom([]int{1, 3, 50, 1000}).Draw(t, "life length")
		limited := rapid.Bool().Draw(t, "limited")
		at := time.Unix(1733640000, 0)
		for i := range rapid.IntRange(0, 400).Draw(t, "n") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int64{-1e9, 0, 1e6, 1e9, 1e9, 1e9, 3.6e12}).Draw(t, "step")))
			x := soak.Sample{At: at, Life: i / lives}
			y := level * (1 + trend*float64(i) + wild*r.NormFloat64())
			x.Set(soak.Anon, int64(y))
			if limited {
				x.Set(soak.Limit, int64(2*level))
			}
			if i%3 > 0 {
				x.Set(soak.Requests, int64(i*i))
			}
			s.Add(x)
			if i%50 == 0 {
				s.Decided()
			}
		}
		res := s.Result()
		if _, err := json.Marshal(res); err != nil {
			t.Fatalf("%v: %+v", err, res)
		}
		if (res.Leak == soak.LeakYes) != (res.Pattern == soak.LinearGrowth) {
			t.Errorf("leak %s with pattern %s", res.Leak, res.Pattern)
		}
		if x := res.Slope; x != nil && !(x.Low <= x.Estimate && x.Estimate <= x.High) {
			t.Errorf("interval %+v", *x)
		}
		if res.Leak == soak.LeakInconclusive && res.Slope != nil && (res.HoursToDecide == nil || *res.HoursToDecide <= 0) {
			t.Errorf("undecided without the time it takes: %v", res.HoursToDecide)
		}
		if _, err := json.Marshal(s.Forecast()); err != nil {
			t.Error(err)
		}
		s.Since()
		s.Floor()
		if c := Compare(s, s); c.Slope != nil && math.IsNaN(c.Slope.Estimate) {
			t.Errorf("%+v", c)
		}
	})
}
