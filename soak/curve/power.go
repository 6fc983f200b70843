package curve

import (
	"math"

	"leakcheck/soak"
)

// detectable is the slowest leak, in bytes per hour, that a run like this
// finds 9 times of 10: it must stand out from the noise, from what settling
// could explain, and straight enough to rule out a warm-up.
func (a *analysis) detectable() float64 {
	return a.detectableIn(a.series.longest())
}

// hoursToDecide estimates how much longer the run must go on for an answer,
// nil once there is one. A floor's standard error falls with the 3/2 power of
// its length.
func (a *analysis) hoursToDecide() *float64 {
	if a.leak != soak.LeakInconclusive || len(a.rate) == 0 {
		return nil
	}
	tolerance, length := a.tolerance/3600, a.series.longest()
	estimate, half := a.rate.quantile(0.5), (a.rate.quantile(0.99)-a.rate.quantile(0.01))/2
	if a.fills > 0 {
		left := math.Max(a.fills-a.end, 0)/math.Max(estimate, a.must)/3600 + 0.25*length/3600
		return &left
	}
	if a.pausing {
		z := a.stairs
		still := pausingTimes*z.pause() - z.still()
		tolerable := z.total/tolerance - (z.end - z.begin) // then it grows no faster on the whole
		left := math.Max(math.Min(still, tolerable), 0) / 3600
		return &left
	}
	factor := 1.25
	gap := math.Max(math.Abs(estimate-tolerance), 0.3*tolerance)
	if gap > 0 {
		factor = math.Max(factor, math.Pow(half/gap, 2./3))
	}
	if settle := a.settle(); estimate > tolerance && estimate*length < 1.5*settle {
		factor = math.Max(factor, 1.5*settle/(estimate*length))
	}
	if a.vetoed && estimate > tolerance {
		factor = math.Max(factor, 2) // a warm-up shows its bend in as long again
	}
	if n := a.series.len(); a.floor.teeth > 0 && n < 8 {
		factor = math.Max(factor, 8/float64(max(n, 1)))
	}
	hours := (factor - 1) * length / 3600
	return &hours
}

// settle is what a healthy program of this size may grow by settling.
func (a *analysis) settle() float64 {
	return math.Max(standard.settleShare*math.Abs(a.level), standard.settleBytes)
}
