package curve

import (
	"math"
	"slices"

	"leakcheck/soak"
)

// decision is the answer with its grounds.
type decision struct {
	leak soak.Leak
	// rate is the belief about the present rate in bytes per second, averaged
	// over all explanations; growing over those that do not level off.
	rate, growing belief
	// window is the length of the judged regime in seconds.
	window float64
	// must is the rate that a leak must exceed, in bytes per second: the
	// tolerance, or what settling could explain.
	must float64
	// grows is the best explanation that goes on as it is, rival the best
	// harmless one; vetoed says that the rival explains the growth as well.
	grows, rival *explanation
	vetoed       bool
}

// decide applies the definition of a leak to the explanations.
func (a *analysis) decide() {
	a.leak = soak.LeakInconclusive
	a.window = a.series.span()
	tolerance := a.tolerance / 3600
	a.must = math.Max(tolerance, a.settle()/math.Max(a.series.longest(), 1))
	a.rank(standard.gain)
	if a.grows == nil || a.series.len() < a.fewest() {
		return
	}
	switch {
	case !a.vetoed && !a.fallen() && a.growing.cdf(a.must) <= standard.alphaYes:
		a.leak = soak.LeakYes
	case 1-a.rate.cdf(tolerance) <= standard.alphaNo:
		a.leak = soak.LeakNo
	}
}

// fewest is how many points of the floor it takes for an answer.
func (a *analysis) fewest() int {
	if a.floor.teeth > 0 && a.floor.width == 0 {
		return standard.minBottoms
	}
	return standard.minPoints
}

// rank finds the best explanations and averages the rate over them.
func (a *analysis) rank(gain [courseCount]float64) {
	for i := range a.fits {
		e := &a.fits[i]
		if e.family.harmless() {
			if a.rival == nil || e.score < a.rival.score {
				a.rival = e
			}
		} else if e.family != flat && (a.grows == nil || e.score < a.grows.score) {
			a.grows = e
		}
	}
	if a.grows == nil {
		return
	}
	doubt := a.doubt()
	best := a.best()
	for i := range a.fits {
		e := &a.fits[i]
		if e.family == flat || e.family.harmless() && e.score > a.grows.score-standard.clear {
			// A curve that has levelled off is sure to stay flat; only a curve
			// that shows it may be believed.
			continue
		}
		if e.family != linear && e.score >= a.score(linear)-standard.occam {
			continue // Occam's window (Madigan and Raftery, JASA 89, 1994)
		}
		w := math.Exp((best - e.score) / temper)
		for _, c := range e.rate {
			c = c.doubted(doubt)
			c.weight *= w
			a.rate = append(a.rate, c)
			if !e.family.harmless() {
				a.growing = append(a.growing, c)
			}
		}
	}
	a.rate, a.growing = a.rate.prune(), a.growing.prune()
	a.vetoed = a.vetoes(gain)
}

// doubt is the standard error of the rate, in bytes per second, that no noise
// shows: the grain of the numbers, and in the first minutes of a life the
// settling of the program, which bends every curve a little.
func (a *analysis) doubt() float64 {
	age := math.Max(a.window, a.series.t[a.series.len()-1])
	settling := (standard.youngShare*math.Abs(a.level) + standard.youngBytes) * math.Exp(-age/standard.youngSeconds)
	return math.Hypot(grainShare*math.Abs(a.level), settling) / math.Max(a.window, 1)
}

// vetoes reports whether a harmless explanation is better than every growing
// one by the gain that its course calls for.
func (a *analysis) vetoes(gain [courseCount]float64) bool {
	less := 0.0
	if a.slows() {
		less = standard.slowGain
	}
	for i := range a.fits {
		e := &a.fits[i]
		if !e.family.harmless() {
			continue
		}
		for k, score := range e.courses {
			if score+gain[k]-less < a.grows.score {
				return true
			}
		}
	}
	return false
}

// slows reports whether a growth that has slowed down goes on clearly slower
// than it did on average over the regime: it may yet come to an end.
func (a *analysis) slows() bool {
	bent := a.grows.family == bend || a.grows.family == warmupAndLine
	return bent && a.growing.quantile(0.5)*a.series.longest() < standard.slowShare*(a.end-a.level)
}

// fallen reports whether the growth is seen only by taking a fall for a step,
// and the memory has not grown beyond where it was by as much again: what it
// gave back once it may give back again, as a tooth so tall that there are not
// three of them yet.
func (a *analysis) fallen() bool {
	if a.grows.family != steps {
		return false
	}
	y := a.series.y
	top, fall, from := y[0], 0.0, 0.0
	for _, v := range y {
		if top = math.Max(top, v); top-v > fall {
			fall, from = top-v, top
		}
	}
	return fall > a.settle() && slices.Max(y[len(y)-max(1, len(y)/10):]) < from+fall
}

// best is the lowest score of an explanation with a rate.
func (a *analysis) best() float64 {
	if a.rival != nil && a.rival.score < a.grows.score {
		return a.rival.score
	}
	return a.grows.score
}
