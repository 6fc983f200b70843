package curve

import (
	"cmp"
	"math"
	"slices"
)

// ahead is what is believed of the memory's path: the rate, and the level at the
// last sample on the scale of the judged memory.
func (a *analysis) ahead(s *Stream) belief {
	b, l := slices.Clone(a.rate), s.current()
	now := l.last + l.offset
	if a.clipped {
		now = a.series.now
	}
	later := math.Max(now-a.series.asked(), 0)
	for i := range b {
		if c := &b[i]; a.life == l {
			*c = c.moved(later)
		} else {
			// Each life has a level of its own: what is now is all that is known.
			c.level, c.levelScale, c.tie = l.lastY, 0, 0
		}
	}
	return b
}

// moved is the belief some seconds later.
func (c component) moved(seconds float64) component {
	c.level += c.center * seconds
	grown := c.scale * seconds
	both := c.tie*c.scale*c.levelScale + c.scale*grown
	c.levelScale = math.Sqrt(math.Max(c.levelScale*c.levelScale+2*c.tie*c.levelScale*grown+grown*grown, 0))
	if c.tie = 0; c.scale > 0 && c.levelScale > 0 {
		c.tie = both / (c.scale * c.levelScale)
	}
	return c
}

// above is the probability that the level is above the wall after some seconds.
func (b belief) above(wall, seconds float64) float64 {
	p := 0.0
	for _, c := range b {
		if c = c.moved(seconds); c.levelScale > 0 {
			p += c.weight * studentCDF((c.level-wall)/c.levelScale, c.freedom)
		} else if c.level >= wall {
			p += c.weight
		}
	}
	return p
}

// reach is after how many hours the wall is reached with probability p, nil if
// that never comes. With p and 1-p it makes an interval for the ratio of two
// uncertain numbers that depend on each other (Fieller, JRSS B 16, 1954).
func (b belief) reach(wall, p float64) *float64 {
	hours := 0.0
	if b.above(wall, 0) >= p {
		return &hours
	}
	if 1-b.cdf(0) <= p {
		return nil
	}
	lo, hi := 0.0, 60.0
	for b.above(wall, hi) < p {
		if lo, hi = hi, 2*hi; hi > longestReach {
			return nil
		}
	}
	for hi-lo > 1e-6*hi {
		if middle := (lo + hi) / 2; b.above(wall, middle) < p {
			lo = middle
		} else {
			hi = middle
		}
	}
	hours = (lo + hi) / 2 / 3600
	return &hours
}

// swing is how far above and below its path the memory comes and goes: by the
// height of its teeth, by what a day's wave has left to rise, or by half a step
// of a staircase. Where the level is only what the last sample said, that may be
// anywhere on a tooth or a step.
func (a *analysis) swing(s *Stream) (above, below float64) {
	if a.life != s.current() {
		height := a.floor.height
		for _, l := range s.lives {
			height = math.Max(height, l.swing)
		}
		return height, height
	}
	if a.floor.teeth > 0 {
		return a.floor.height, 0
	}
	best := slices.MinFunc(a.fits, func(x, y explanation) int { return cmp.Compare(x.score, y.score) }).family
	if best == cycle || best == cycleAndLine { // days are shorter in a rehearsal
		return a.crest(day / s.scale()), 0
	}
	if z := findStairs(a.series); z.swings() {
		return z.largest() / 2, z.largest() / 2
	}
	return 0, 0
}

// crest is how far above its last point the series, freed of its trend, stood
// within a period before. How far it may yet fall delays no wall: the next crest
// comes within a period.
func (a *analysis) crest(period float64) float64 {
	last := a.series.len() - 1
	rate, top := a.rate.quantile(0.5), a.series.y[last]
	for i := last; i >= 0 && a.series.t[last]-a.series.t[i] < period; i-- {
		top = math.Max(top, a.series.y[i]+rate*(a.series.t[last]-a.series.t[i]))
	}
	return top - a.series.y[last]
}
