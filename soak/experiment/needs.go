package experiment

import (
	"math"

	"leakcheck/soak"
)

// Needs is about how many blocks it takes in all until every arm is proven or
// cleared and every suspect confirmed, if the blocks go on to scatter as they
// did. It fails when no number of them would do.
func (e *Experiment) Needs() (blocks int, ok bool) {
	rounds, again, suspects := looks[0], looks[0], 0
	found, known := e.estimates(Screen, Confirm)
	for arm, x := range found {
		value := max(x.value, 0)
		n, ok := e.firstLook(x, looks, max(value, e.matters(arm)-value))
		if !ok {
			return 0, false
		}
		rounds = max(rounds, n)
		if arm == e.idle() || !contains(e.suspects, arm) && value <= e.matters(arm) {
			continue
		}
		suspects++
		// A block at the double dose scatters half as much by the request, and
		// must tell the cost from half of it.
		if n, ok = e.firstLook(estimate{se: x.se / 2, df: x.df}, looks[:confirmLooks], muchSmaller*value); !ok {
			return 0, false
		}
		again = max(again, n)
	}
	if e.stage == Confirm && e.rounds >= again { // it was looked at, and was not enough
		if e.look >= confirmLooks {
			return 0, false
		}
		again = looks[e.look]
	}
	if !known {
		suspects = 1
	}
	return (1+rounds)*len(e.o.Arms) + again*(1+2*suspects), true
}

// firstLook is the first look at which an estimate's interval, shrunken as its
// rounds add up, lies within a distance. Five times of six it does: the distance
// has room for one more standard error.
func (e *Experiment) firstLook(now estimate, looks []int, within float64) (rounds int, ok bool) {
	deviation := now.se * math.Sqrt(float64(now.df+1))
	for j, n := range looks {
		then := estimate{se: deviation / math.Sqrt(float64(n)), df: n - 1}
		if then.interval(e.alphaAt(j+1)).High+then.se <= within {
			return n, true
		}
	}
	return 0, false
}

// GoesOn reports whether more blocks can decide what is open. Once suspects are
// being confirmed, what the screen left open stays so.
func (e *Experiment) GoesOn() bool {
	if e.done {
		return false
	}
	if costs, known := e.costs(); known && e.stage == Confirm {
		for arm, i := range costs {
			if !contains(e.suspects, arm) && i.High > e.matters(arm) {
				return false
			}
		}
	}
	return true
}

// Decided reports whether nothing of a diagnosis is open: every arm that was
// tried is cleared, or is a leak whose dose was compared.
func Decided(d soak.Diagnosis) bool {
	for _, a := range d.Arms {
		settled := a.Verdict == soak.ArmRefuted || a.Verdict == soak.ArmProven && a.Nature == soak.NatureLeak && (a.Kind != soak.ArmScenario || a.DoseHolds != nil)
		if !a.LeftOut && !settled {
			return false
		}
	}
	return true
}
