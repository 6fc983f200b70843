package experiment

import (
	"math"

	"leakcheck/soak"
)

// A second rise below this share of the first is a high-water mark's; one
// below slowing is no longer like the first.
const (
	muchSmaller = 0.5
	slowing     = 0.75
)

// confirmed reports whether every suspect's nature is known, and whether its
// cost follows the dose.
func (e *Experiment) confirmed() bool {
	for _, arm := range e.suspects {
		nature, ok := e.nature(arm)
		if !ok || nature == soak.NatureUnclear {
			return false
		}
		if nature == soak.NatureLeak && e.o.Arms[arm].counted() {
			if _, _, ok := e.doseHolds(arm); !ok {
				return false
			}
		}
	}
	return true
}

// nature compares what the confirmation shows with what the screen showed: the
// same load again makes a leak rise again.
func (e *Experiment) nature(arm int) (soak.Nature, bool) {
	d, ok := e.again(arm)
	if !ok || e.screened == nil {
		return soak.NatureUnclear, false
	}
	now, before := d.both.interval(e.alpha()), e.screened[arm]
	switch {
	case now.High < muchSmaller*before.value:
		return soak.NatureHighWater, true
	case now.Low > 0 && now.High >= slowing*(before.value-before.se):
		return soak.NatureLeak, true
	}
	return soak.NatureUnclear, true
}

// doseHolds reports whether a request costs at the double rate what it costs at
// the single one. Growth that comes with time and not with requests would cost
// half. ok is false while it cannot be told.
func (e *Experiment) doseHolds(arm int) (double soak.Interval, holds, ok bool) {
	d, found := e.again(arm)
	if !found || !e.o.Arms[arm].counted() {
		return soak.Interval{}, false, false
	}
	alpha := e.alpha()
	double, single := d.double.interval(alpha), d.both.value
	change := d.difference.interval(alpha)
	switch {
	case double.High < slowing*single || change.High < 0 && change.Low < -muchSmaller*single:
		return double, false, true
	case double.Low > muchSmaller*single && (change.Low <= 0 && change.High >= 0 || math.Abs(change.Estimate) < (1-slowing)*single):
		return double, true, true
	}
	return double, false, false
}
