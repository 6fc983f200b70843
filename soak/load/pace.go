package load

import (
	"math"
	"time"

	"leakcheck/soak"
)

// minPeriod is the shortest time between two firings that scaling leaves, so
// that a rehearsal does not turn a gentle load into a heavy one.
const minPeriod = time.Second

// Scaled divides every span of a plan by a factor above 1, as a rehearsal does:
// phases, periods and delays, not rates or timeouts. No period falls below 1 s.
func Scaled(plan []soak.Phase, factor float64) []soak.Phase {
	scale := func(d soak.Duration) soak.Duration { return soak.Duration(float64(d) / factor) }
	out := make([]soak.Phase, len(plan))
	for i, p := range plan {
		p.For = scale(p.For)
		fire := make([]soak.Firing, len(p.Fire))
		for j, f := range p.Fire {
			if f.Every > 0 {
				f.Every = max(scale(f.Every), min(f.Every, soak.Duration(minPeriod)))
			}
			f.After = scale(f.After)
			fire[j] = f
		}
		p.Fire = fire
		out[i] = p
	}
	return out
}

// dueBy is how many iterations an open loop has due after a time in a phase of
// a length: the integral of its rate.
func dueBy(f soak.Firing, elapsed, length time.Duration) float64 {
	t := elapsed.Seconds()
	if f.RampTo == 0 || length <= 0 {
		return f.Rate * t
	}
	return f.Rate*t + (f.RampTo-f.Rate)*t*t/(2*length.Seconds())
}

// dueAt is when iteration n, from 0, is due: the inverse of dueBy.
func dueAt(f soak.Firing, n int64, length time.Duration) time.Duration {
	k := float64(n)
	if f.RampTo == 0 || length <= 0 || f.RampTo == f.Rate {
		return seconds(k / f.Rate)
	}
	// (a/2) t^2 + r t - k = 0, in the form that stays exact for small a.
	a := (f.RampTo - f.Rate) / length.Seconds()
	root := f.Rate*f.Rate + 2*a*k
	if root < 0 {
		return math.MaxInt64 // a falling rate never gets there
	}
	return seconds(2 * k / (f.Rate + math.Sqrt(root)))
}

func seconds(s float64) time.Duration {
	if s >= math.MaxInt64/1e9 {
		return math.MaxInt64
	}
	return time.Duration(s * 1e9)
}
