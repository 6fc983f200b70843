package curve

import (
	"math"

	"leakcheck/soak"
)

// traits explain the curve; they decide nothing.
func (s *Stream) traits(a *analysis) []soak.Trait {
	t := []soak.Trait{}
	add := func(trait soak.Trait, is bool) {
		if is {
			t = append(t, trait)
		}
	}
	c := a.shape()
	add(soak.TraitWarmUp, c.warmup)
	add(soak.TraitPlateau, c.warmup && a.leak == soak.LeakNo)
	b := s.current().grid.buckets
	add(soak.TraitPageCache, grown(b, sideCache, a.level))
	add(soak.TraitReclaimableSlab, grown(b, sideSlab, a.level))
	add(soak.TraitStep, c.step)
	add(soak.TraitStaircase, c.staircase)
	add(soak.TraitDailyCycle, c.daily)
	add(soak.TraitAccelerating, c.accelerating)
	add(soak.TraitDecelerating, c.decelerating)
	add(soak.TraitLateOnset, c.late)
	add(soak.TraitStopped, c.stopped)
	add(soak.TraitSlowGrowth, a.slow())
	add(soak.TraitRestarts, len(s.lives)+s.ended > 1)
	add(soak.TraitGaps, s.gaps() > 0)
	add(soak.TraitSpikes, a.whole.spikes > 0)
	add(soak.TraitClipped, a.clipped)
	add(soak.TraitCounterMismatch, s.mismatch())
	add(soak.TraitFDGrowth, leaksFDs(b))
	return t
}

// contour is what the explanations and the course of the whole life say about
// the shape.
type contour struct {
	warmup, step, staircase, daily, accelerating, decelerating, late, stopped bool
}

func (a *analysis) shape() contour {
	var c contour
	if len(a.fits) == 0 || a.grows == nil {
		return c
	}
	straight := a.score(linear)
	best := a.best()
	told := func(f family) bool { return a.score(f) <= best+2 && a.score(f) < straight-telling }
	c.daily = told(cycle) || told(cycleAndLine)
	c.step = told(steps)
	c.warmup = told(warmup) || told(logarithm) || told(squareRoot) || told(warmupAndLine)
	c.accelerating = told(accelerating)
	c.late = told(late)
	c.decelerating = c.warmup && !told(warmupAndLine)
	c.staircase = findStairs(a.series).staircase(a.settle())
	c.stopped = told(ramp)
	a.compare(&c)
	return c
}

func (a *analysis) score(f family) float64 {
	for _, e := range a.fits {
		if e.family == f {
			return e.score
		}
	}
	return math.Inf(1)
}

// compare adds what the life's earlier regime says about the present one.
func (a *analysis) compare(c *contour) {
	if !a.framed {
		return
	}
	first, last := 0, 0
	for last+1 < a.full.len() && a.full.at[last+1] < a.begin {
		last++
	}
	if last == first {
		return
	}
	_, before := line(a.full.t[first:last+1], a.full.y[first:last+1])
	now := a.rate.quantile(0.5)
	rise := a.full.y[last] - a.full.y[first]
	share := (a.full.t[last] - a.full.t[first]) / math.Max(a.full.longest(), 1)
	big := a.settle()
	switch {
	case now > a.must && now > 3*math.Abs(before) && share > 0.1:
		c.late = true
	case rise > big && before > 3*math.Abs(now) && a.leak != soak.LeakYes:
		// A rise that slowed down by itself is a warm-up; one that went on
		// steadily for long and then ended was a leak.
		half := a.full.y[(first+last)/2] - a.full.y[first]
		c.stopped = share > 0.15 && half < 0.65*rise
		c.warmup = !c.stopped
	case rise > big && before > 3*math.Abs(now):
		c.warmup = true
	}
}

// slow reports growth that is proven and proven to be tolerable.
func (a *analysis) slow() bool {
	if len(a.rate) == 0 || a.leak == soak.LeakYes {
		return false
	}
	low, high := a.interval()
	return low > 0.001*a.tolerance && high < a.tolerance
}

// grown reports whether a side metric rose by more than a program's settling.
func grown(b []bucket, side int, level float64) bool {
	first, last := math.NaN(), math.NaN()
	for i := range b {
		if x := b[i].side[side]; !math.IsNaN(x) {
			if math.IsNaN(first) {
				first = x
			}
			last = x
		}
	}
	return last-first > math.Max(5*standard.settleBytes, standard.settleShare*math.Abs(level)) && last > 1.5*first
}

// leaksFDs reports open files whose number grew from each quarter of the life
// to the next and by more than a fifth in all.
func leaksFDs(b []bucket) bool {
	var sum, n [4]float64
	for i := range b {
		if x := b[i].side[sideFDs]; !math.IsNaN(x) {
			k := i * 4 / len(b)
			sum[k], n[k] = sum[k]+x, n[k]+1
		}
	}
	for k := range sum {
		if n[k] == 0 {
			return false
		}
		if sum[k] /= n[k]; k > 0 && sum[k] <= sum[k-1] {
			return false
		}
	}
	return sum[3] > 1.2*sum[0] && sum[3]-sum[0] >= 20
}

// Mismatched reports whether a runtime's own counter claims clearly more memory
// than its container is charged for, both in bytes: it cannot be right.
func Mismatched(counter, usage float64) bool { return counter > mismatchTimes*usage }

// mismatch reports a runtime that says to hold clearly more than its container does.
func (s *Stream) mismatch() bool {
	var side [sideCount]float64
	sides(&s.latest, &side)
	return Mismatched(side[sideHeap], side[sideUsage]) || math.IsNaN(side[sideUsage]) && Mismatched(side[sideHeap], s.current().lastY)
}

func (s *Stream) gaps() int {
	n := 0
	for _, l := range s.lives {
		n += l.gaps
	}
	return n
}
