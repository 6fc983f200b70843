package curve

import (
	"math"

	"leakcheck/soak"
)

// decision is the answer with its grounds.
type decision struct {
	leak soak.Leak
	// rate is the belief about the present rate in bytes per second, averaged
	// over all plausible explanations.
	rate belief
	// window is the length of the judged regime in seconds.
	window float64
	// must is the rate that a leak must exceed, in bytes per second: the
	// tolerance, or what settling could explain.
	must float64
	// grows is the best explanation that goes on growing (or stays flat for
	// good), fills the best that saturates; vetoed says that a saturating one
	// explains the growth too.
	grows, fills *explanation
	vetoed       bool
}

// decide applies the definition of a leak to the explanations.
func (a *analysis) decide() {
	a.leak = soak.LeakInconclusive
	a.window = a.series.span()
	settle := math.Max(standard.settleShare*math.Abs(a.level), standard.settleBytes)
	tolerance := a.tolerance / 3600
	a.must = math.Max(tolerance, settle/math.Max(a.window, 1))
	a.rank()
	if a.grows == nil {
		return
	}
	a.vetoed = a.fills != nil &&
		(a.fills.strict < a.grows.score+standard.plausible || a.fills.score < a.grows.score-2)
	yes, no := !a.vetoed, true
	for i := range a.fits {
		e := &a.fits[i]
		if e.family == flat || !a.plausible(e) {
			continue
		}
		if !e.family.bounded() && e.rate.quantile(standard.alphaYes) <= a.must {
			yes = false
		}
		if e.rate.quantile(1-standard.alphaNo) >= tolerance {
			no = false
		}
	}
	enough := a.series.len() >= standard.minPoints
	switch {
	case yes && enough:
		a.leak = soak.LeakYes
	case no && enough:
		a.leak = soak.LeakNo
	}
}

// rank finds the best explanations and averages the rate.
func (a *analysis) rank() {
	for i := range a.fits {
		e := &a.fits[i]
		switch {
		case e.family == flat:
		case e.family.bounded():
			if a.fills == nil || e.score < a.fills.score {
				strict := e.strict
				if a.fills != nil {
					strict = math.Min(strict, a.fills.strict)
				}
				c := *e
				c.strict = strict
				a.fills = &c
			} else {
				a.fills.strict = math.Min(a.fills.strict, e.strict)
			}
		case a.grows == nil || e.score < a.grows.score:
			a.grows = e
		}
	}
	for i := range a.fits {
		if e := &a.fits[i]; e.family != flat && a.plausible(e) {
			w := math.Exp((a.best() - e.score) / 2)
			for _, c := range e.rate {
				c.weight *= w
				a.rate = append(a.rate, c)
			}
		}
	}
	a.rate = a.rate.prune()
}

// best is the lowest score of an explanation with a rate.
func (a *analysis) best() float64 {
	best := math.Inf(1)
	if a.grows != nil {
		best = a.grows.score
	}
	if a.fills != nil {
		best = math.Min(best, a.fills.score)
	}
	return best
}

// plausible reports whether an explanation has a say.
func (a *analysis) plausible(e *explanation) bool {
	return e.score <= a.best()+standard.plausible
}
