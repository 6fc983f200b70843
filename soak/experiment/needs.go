package experiment

import (
	"math"

	"leakcheck/soak"
)

// Needs is about how many blocks it takes in all until every arm is proven or
// cleared and every suspect confirmed, if the blocks go on to scatter as they
// did. It fails when no number of them would do.
func (e *Experiment) Needs() (blocks int, ok bool) {
	rounds, suspects := looks[0], max(len(e.suspects), 1)
	if found, known := e.estimates(Screen, Confirm); known {
		likely := 0
		for arm, x := range found {
			n, ok := e.roundsFor(arm, x)
			if !ok {
				return 0, false
			}
			rounds = max(rounds, n)
			if x.value > e.matters(arm) && arm != e.idle() {
				likely++
			}
		}
		suspects = max(likely, len(e.suspects))
	}
	again := looks[0]
	if e.stage == Confirm && e.rounds >= again { // it was looked at, and was not enough
		if e.look >= confirmLooks {
			return 0, false
		}
		again = looks[e.look]
	}
	return (1+rounds)*len(e.o.Arms) + again*(1+2*suspects), true
}

// roundsFor is the first look at which an arm's interval, shrunken as its
// rounds add up, lies above nothing or below what matters.
func (e *Experiment) roundsFor(arm int, now estimate) (rounds int, ok bool) {
	value := max(now.value, 0)
	enough := max(value, e.matters(arm)-value)
	deviation := now.se * math.Sqrt(float64(now.df+1))
	for j, n := range looks {
		share := (1 - confidence) / 2 / float64(len(e.o.Arms)) / (float64(j+1) * float64(j+2))
		then := estimate{se: deviation / math.Sqrt(float64(n)), df: n - 1}
		if then.interval(share).High <= enough {
			return n, true
		}
	}
	return 0, false
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
