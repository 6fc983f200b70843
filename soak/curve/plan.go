package curve

import (
	"math"
	"time"
)

// Sees is the slowest leak in bytes per hour that a run of the given length
// would find 9 times of 10, if its noise is like what has been seen so far; +Inf
// while too little has been seen to know the noise.
func (s *Stream) Sees(length time.Duration) float64 {
	a := s.look()
	if a == nil || len(a.rate) == 0 {
		return math.Inf(1)
	}
	return a.detectableIn(length.Seconds())
}

// Needs is how long a run must be to find a leak of the given rate in bytes
// per hour 9 times of 10; 0 means longer than a year, or unknown.
func (s *Stream) Needs(rate float64) time.Duration {
	a := s.look()
	const shortest, year = 10.0, 365 * day
	if a == nil || len(a.rate) == 0 || a.detectableIn(year) > rate {
		return 0
	}
	low, high := shortest, year
	for range 60 {
		mid := math.Sqrt(low * high)
		if a.detectableIn(mid) > rate {
			low = mid
		} else {
			high = mid
		}
	}
	return time.Duration(high * float64(time.Second))
}

// detectableIn is detectable for another length in seconds: settling counts
// for less in a longer run, and the standard error of a slope falls with the
// 3/2 power of the length.
func (a *analysis) detectableIn(seconds float64) float64 {
	se := a.growing.scaleOf() * math.Pow(a.series.longest()/seconds, 1.5)
	must := math.Max(a.tolerance/3600, a.settle()/seconds)
	return 3600 * math.Max(must+detectOffset*se, detectStraight*se)
}
