package curve

import "math"

// A runaway is growth so fast that nobody can wait for the statistics: the
// incident's 500 MB a minute. No trend test can tell it from the first rise of
// a huge sawtooth within a minute; what can is that it is enormous, steady, and
// unlike anything this process has shown before.
const (
	// runawaySeconds is the window, runawayPoints the fewest samples in it.
	runawaySeconds = 50.0
	runawayPoints  = 8
	// runawayBytes and runawayShare of the level must have been gained in it.
	runawayBytes = 256e6
	runawayShare = 0.15
	// runawayDrop of the gain may have been lost at any one time in it.
	runawayDrop = 0.4
)

// recent holds the samples of the last runawaySeconds, at most one a second.
type recent struct {
	t, y [64]float64
	n    int
	// peak and deepest are the life's highest value and its deepest fall.
	peak, deepest float64
	// at is when a runaway was seen, +Inf before.
	at float64
}

// add takes a sample and reports whether it completes a runaway. seconds is
// the window's length.
func (r *recent) add(t, y, seconds float64) {
	if r.n > 0 && t-r.t[r.n-1] < seconds/55 {
		return
	}
	r.peak = math.Max(r.peak, y)
	r.deepest = math.Max(r.deepest, r.peak-y)
	drop := 0
	for drop < r.n && (t-r.t[drop] > seconds || r.n-drop == len(r.t)) {
		drop++
	}
	if drop > 0 {
		copy(r.t[:], r.t[drop:r.n])
		copy(r.y[:], r.y[drop:r.n])
		r.n -= drop
	}
	r.t[r.n], r.y[r.n] = t, y
	r.n++
	if math.IsInf(r.at, 1) && y-r.y[0] >= runawayBytes && t-r.t[0] >= 0.6*seconds && r.steady() {
		r.at = t
	}
}

// steady reports whether the window holds a large and even rise.
func (r *recent) steady() bool {
	first, last := r.y[0], r.y[r.n-1]
	gain := last - first
	if r.n < runawayPoints || gain < runawayShare*first || r.deepest > runawayDrop*gain {
		return false
	}
	// Each quarter must have brought its part.
	for k := range 4 {
		i, j := k*(r.n-1)/4, (k+1)*(r.n-1)/4
		if r.y[j]-r.y[i] < gain/10 {
			return false
		}
	}
	return true
}
