package curve

import "math"

// recent holds the samples of the last runawaySeconds, at most one a second.
type recent struct {
	t, y [72]float64
	n    int
	// peak and deepest are the life's highest value and its deepest fall.
	peak, deepest float64
	// at is when a runaway was seen, +Inf before; top and rate are the value
	// and the rate per second then.
	at, top, rate float64
}

// add takes a sample. seconds is the window's length.
func (r *recent) add(t, y, seconds float64) {
	if r.n > 0 && t-r.t[r.n-1] < seconds/55 {
		return
	}
	r.peak = math.Max(r.peak, y)
	r.deepest = math.Max(r.deepest, r.peak-y)
	if r.n > 0 && t-r.t[0] > 1.2*seconds || r.n == len(r.t) {
		r.forget(t - seconds)
	}
	r.t[r.n], r.y[r.n] = t, y
	r.n++
	if math.IsInf(r.at, 1) && y-r.y[0] >= runawayBytes && t-r.t[0] >= 0.6*seconds && r.steady() {
		r.at, r.top, r.rate = t, y, (y-r.y[0])/(t-r.t[0])
	}
}

// forget drops the samples before t, at least one.
func (r *recent) forget(t float64) {
	drop := 1
	for drop < r.n && r.t[drop] < t {
		drop++
	}
	copy(r.t[:], r.t[drop:r.n])
	copy(r.y[:], r.y[drop:r.n])
	r.n -= drop
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
	// A warm-up slows down even within the window.
	third := (r.n - 1) / 3
	return r.y[r.n-1]-r.y[r.n-1-third] > 0.6*(r.y[third]-r.y[0])
}

// goesOn reports whether a runaway was seen and the memory, now y at time t,
// has kept rising at a good part of its rate since.
func (r *recent) goesOn(t, y float64) bool {
	return !math.IsInf(r.at, 1) && y-r.top >= 0.3*r.rate*(t-r.at)-0.2*runawayBytes
}
