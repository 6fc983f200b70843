package judge

import (
	"math/rand/v2"
	"testing"
	"time"

	"leakcheck/soak"
)

// answers makes a course of 240 intervals of 10 s with 20 requests each, whose
// mean latency and failed share are functions of how far the run has got.
func answers(rng *rand.Rand, n int, mean, failed func(at float64) float64) *course {
	c := newCourse(began, 10*time.Second)
	for i := range n {
		at := (float64(i) + 0.5) / float64(n)
		s := slice{span: 10 * time.Second, latency: newLatencies()}
		for range 20 {
			s.requests++
			if rng.Float64() < failed(at) {
				s.errors++
			}
			_ = s.latency.RecordValue(int64(mean(at) * (0.5 + 0.5*rng.ExpFloat64()) * 1000))
		}
		c.add(began.Add(time.Duration(i)*10*time.Second), s)
	}
	return c
}

func constant(x float64) func(float64) float64 { return func(float64) float64 { return x } }

// On runs without drift the interval holds 0 about as often as it says; on runs
// with one it holds the truth, and a drift of half is never missed.
func TestChangeIntervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const runs = 40
	calm, found, missed := 0, 0, 0
	for range runs {
		if d := answers(rng, 240, constant(50), constant(0.02)).change(); holds(d.P95, 0) && holds(d.Errors, 0) && holds(d.Throughput, 0) {
			calm++
		}
		// The latency grows from 50 to 80 ms; relative to the median, 65 ms, and
		// from the first slice's middle to the last one's.
		d := answers(rng, 240, func(at float64) float64 { return 50 + 30*at }, constant(0)).change()
		if holds(d.P95, 30./65*29/30) {
			found++
		}
		if d.P95.Low <= 0 {
			missed++
		}
	}
	t.Logf("of %d: %d without drift are calm, %d with one hold it, %d miss it", runs, calm, found, missed)
	if calm < 30 || found < 30 || missed > 0 {
		t.Errorf("calm %d, found %d, missed %d of %d", calm, found, missed, runs)
	}
}

func holds(in *soak.Interval, x float64) bool { return in != nil && in.Low <= x && x <= in.High }

func TestChangeOfErrorsAndThroughput(t *testing.T) {
	d := answers(rand.New(rand.NewPCG(3, 4)), 240, constant(5), func(at float64) float64 { return 0.4 * at }).change()
	if d.Errors.Low < 0.3 || d.Errors.High > 0.5 || d.Throughput.High > -0.3 {
		t.Errorf("errors %+v, throughput %+v: want 0.4 more and a half less", d.Errors, d.Throughput)
	}
}

func TestChangeNeedsAnswers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	if d := answers(rng, 5, constant(5), constant(0)).change(); d != nil {
		t.Errorf("five intervals: %+v", d)
	}
	if d := (*course)(nil).change(); d != nil {
		t.Errorf("none: %+v", d)
	}
	silent := newCourse(began, time.Second)
	for i := range 20 {
		silent.add(began.Add(time.Duration(i)*time.Second), slice{span: time.Second, requests: 100, errors: 100})
	}
	if d := silent.change(); d == nil || d.P95 != nil || d.Errors == nil || d.Throughput != nil {
		t.Errorf("nothing was answered: %+v", d)
	}
	// Two requests a minute, for a day: the last slice is not full, and does not
	// count as less.
	gentle := newCourse(began, time.Second)
	for d := time.Duration(0); d < 23*time.Hour+7*time.Minute; d += 30 * time.Second {
		x := slice{span: 30 * time.Second, requests: 1, latency: newLatencies()}
		_ = x.latency.RecordValue(50_000)
		gentle.add(began.Add(d), x)
	}
	if d := gentle.change(); d == nil || d.Throughput.Low < -0.01 || d.Throughput.High > 0.01 || d.P95.Estimate != 0 {
		t.Errorf("a steady day: %+v", d)
	}
}
