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
	r.peak = max(r.peak, y)
	r.deepest = max(r.deepest, r.peak-y)
	if r.n > 0 && t-r.t[0] > 1.2*seconds || r.n == len(r.t) {
		r.forget(t - seconds)
	}
	r.t[r.n], r.y[r.n] = t, y
	r.n++
	if math.IsInf(r.at, 1) && y-r.y[0] >= runawayBytes && t-r.t[0] >= runawayFull*seconds && r.steady() {
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
	return r.straight()
}

// straight reports whether the rise does not slow down within the window as a
// warm-up does: a parabola, fitted by least squares, loses no more than
// runawaySlowing of its rate, give or take what the noise may hide.
func (r *recent) straight() bool {
	n := float64(r.n)
	t, y := r.t[:r.n], r.y[:r.n]
	at, mean := 0.0, 0.0
	for i := range t {
		at, mean = at+t[i]/n, mean+y[i]/n
	}
	var uu, uuu, uy float64
	for i := range t {
		u := t[i] - at
		uu, uuu, uy = uu+u*u, uuu+u*u*u, uy+u*(y[i]-mean)
	}
	// What is left of u*u without its parts along 1 and u.
	bow := func(u float64) float64 { return u*u - uu/n - uuu/uu*u }
	var qq, qy float64
	for i := range t {
		q := bow(t[i] - at)
		qq, qy = qq+q*q, qy+q*(y[i]-mean)
	}
	slope, bend := uy/uu, qy/qq
	rss := 0.0
	for i := range t {
		u := t[i] - at
		e := y[i] - mean - slope*u - bend*bow(u)
		rss += e * e
	}
	doubt := math.Sqrt(rss / (n - 3) / qq)
	return 2*(bend+1.5*doubt)*(t[r.n-1]-t[0]) >= -runawaySlowing*slope
}

// goesOn reports whether a runaway was seen and the memory, now y at time t,
// has kept rising at a good part of its rate since.
func (r *recent) goesOn(t, y float64) bool {
	return !math.IsInf(r.at, 1) && y-r.top >= 0.3*r.rate*(t-r.at)-0.2*runawayBytes
}
