package curve

import "math"

// detectable is the slowest leak, in bytes per hour, that a run like this
// finds 9 times of 10: it must stand out from the noise, from what settling
// could explain, and straight enough to rule out a warm-up.
func (a *analysis) detectable() float64 {
	se := a.growing.scaleOf()
	return 3600 * math.Max(a.must+detectOffset*se, detectStraight*se)
}

const (
	detectOffset   = 4.0
	detectStraight = 8.0
)
