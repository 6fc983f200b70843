package load

import (
	"math/rand/v2"
	"testing"
	"time"

	"leakcheck/soak"
)

// course makes a run of intervals of 10 s with 200 requests each, whose mean
// latency and failed share are functions of how far the run has got.
func course(t testing.TB, rng *rand.Rand, n int, mean, failed func(at float64) float64) []soak.LoadInterval {
	t.Helper()
	var all []soak.LoadInterval
	for i := range n {
		c := tally{scenario: "workout", phase: "steady"}
		at := (float64(i) + 0.5) / float64(n)
		for range 200 {
			c.sent()
			a := answer{}
			if rng.Float64() < failed(at) {
				a.kind = soak.ErrorStatus
			}
			c.done(a, time.Duration(mean(at)*(0.5+0.5*rng.ExpFloat64())*float64(time.Millisecond)))
		}
		in, _, err := c.take()
		if err != nil {
			t.Fatal(err)
		}
		in.Duration = 10 * time.Second
		in.At = epoch.Add(time.Duration(i+1) * in.Duration)
		all = append(all, in)
	}
	return all
}

func constant(x float64) func(float64) float64 { return func(float64) float64 { return x } }

func holds(in *soak.Interval, x float64) bool { return in != nil && in.Low <= x && x <= in.High }

// On runs without drift the interval holds 0 about as often as it says; on
// runs with one it holds the truth, and a drift of half is never missed.
func TestDriftIntervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const runs = 12
	calm, found, missed := 0, 0, 0
	for range runs {
		d := Drifts(course(t, rng, 24, constant(50), constant(0.02)))[0]
		if holds(d.P95, 0) && holds(d.Errors, 0) && holds(d.Throughput, 0) {
			calm++
		}
		// The latency grows from 50 to 80 ms; relative to the median, 65 ms,
		// and from the first block's middle to the last one's.
		d = Drifts(course(t, rng, 24, func(at float64) float64 { return 50 + 30*at }, constant(0)))[0]
		if holds(d.P95, 30./65*23/24) {
			found++
		}
		if d.P95.Low <= 0 {
			missed++
		}
	}
	t.Logf("of %d: %d without drift are calm, %d with one hold it, %d miss it", runs, calm, found, missed)
	if calm < 9 || found < 9 || missed > 0 {
		t.Errorf("calm %d, found %d, missed %d of %d", calm, found, missed, runs)
	}
}

func TestDriftOfErrorsAndThroughput(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	d := Drifts(course(t, rng, 24, constant(5), func(at float64) float64 { return 0.4 * at }))[0]
	if d.Errors.Low < 0.3 || d.Errors.High > 0.5 || d.Throughput.High > -0.3 {
		t.Errorf("errors %+v, throughput %+v: want 0.4 more and a half less", d.Errors, d.Throughput)
	}
}

func TestDriftNeedsAnswers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	few := course(t, rng, 5, constant(5), constant(0))
	for name, in := range map[string][]soak.LoadInterval{
		"few":       few,
		"none":      {{Scenario: "workout", Requests: 1000}},
		"no time":   make([]soak.LoadInterval, 20),
		"no answer": {{Scenario: "workout"}},
	} {
		if d := Drifts(in); len(d) != 1 || d[0].P95 != nil || d[0].Errors != nil {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if d := Drifts(nil); d != nil {
		t.Errorf("%+v", d)
	}
	other := course(t, rng, 12, constant(5), constant(0))
	for i := range other {
		other[i].Scenario = "meal-plan"
		other[i].Latency = []byte("damaged")
	}
	d := Drifts(append(few, other...))
	if len(d) != 2 || d[1].Scenario != "meal-plan" || d[1].Errors == nil || d[1].P95 != nil {
		t.Errorf("%+v", d)
	}
}

// Of 28 slopes the 6th and the 23rd bound the median's: an outlier among eight
// points on a line moves neither.
func TestSen(t *testing.T) {
	x := []float64{0, 1, 2, 3, 4, 5, 6, 7}
	y := []float64{0, 1, 2, 30, 4, 5, 6, 7}
	slope, low, high := sen(x, y)
	if slope != 1 || low != 1 || high != 1 {
		t.Errorf("%v [%v, %v]", slope, low, high)
	}
	for i := range y {
		y[i] = 3 * x[i]
	}
	if slope, low, high = sen(x, y); slope != 3 || low != 3 || high != 3 {
		t.Errorf("a straight line: %v [%v, %v]", slope, low, high)
	}
}
