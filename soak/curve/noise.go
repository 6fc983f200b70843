package curve

import "math"

// noise is one hypothesis about what shakes the floor: an Ornstein-Uhlenbeck
// process (AR(1) in continuous time, so that gaps and uneven sampling need no
// special care) of unit variance with correlation time tau, plus independent
// noise of variance white. tau = 0 is white noise alone; a tau much longer
// than the run is a random walk.
type noise struct {
	tau, white float64
	// prior is the log of the hypothesis's prior weight, widen what the standard
	// errors under it are multiplied with.
	prior, widen float64
}

// noises returns the hypotheses for points a typical step apart over a run of
// the given length. Nobody knows the noise of a program beforehand: slopes are
// averaged over all of these, weighted by their likelihood.
func noises(step, length float64) []noise {
	list := []noise{{white: 1, widen: 1}}
	for tau := 0.6 * step; tau < 3*length; tau *= tauStep {
		x := tau / length
		widen := 1 + widenMost*x*x/(x*x+widenKnee*widenKnee)
		list = append(list, noise{tau, 0, 0, widen})
		if tau > 1.5*step {
			// White noise is measured against the variance of one step of the process.
			one := 1 - math.Exp(-2*step/tau)
			list = append(list, noise{tau, nugget * one, nuggetPrior, widen})
		}
	}
	return list
}

// whitener turns a column of values at fixed times into its innovations under
// one noise hypothesis: a scalar Kalman filter whose measurement and process
// noises are correlated, because each point is the mean of the process over
// the stretch that leads up to its next state (Durbin and Koopman, Time Series
// Analysis by State Space Methods, 2012). Its gains depend on the times alone.
type whitener struct {
	see, decay, gain, scale []float64
	// logDet is the log determinant of the noise's covariance.
	logDet float64
}

// set prepares the whitener for points at times t, each the mean over a
// stretch of the given width.
func (w *whitener) set(t []float64, width float64, h noise) {
	n := len(t)
	w.see, w.decay = resize(w.see, n), resize(w.decay, n)
	w.gain, w.scale = resize(w.gain, n), resize(w.scale, n)
	w.logDet = 0
	m := mean(width, h.tau)
	p := 1.0 // variance of the state at the begin of the stretch
	if h.tau == 0 {
		p = 0
	}
	for i := range t {
		f := math.Max(m.see*m.see*p+m.noise+h.white, 1e-12)
		w.see[i] = m.see
		w.scale[i] = 1 / math.Sqrt(f)
		w.logDet += math.Log(f)
		k := (m.decay*p*m.see + m.shared) / f
		p = m.decay*m.decay*p + m.drive - k*k*f
		// Over the pause before the next stretch the state decays further.
		pause := 1.0
		if i+1 < n && h.tau > 0 {
			pause = math.Exp(-math.Max(t[i+1]-t[i]-width, 0) / h.tau)
			p = pause*pause*p + 1 - pause*pause
		}
		w.decay[i], w.gain[i] = m.decay*pause, k*pause
	}
}

// moments describe the mean of a unit Ornstein-Uhlenbeck process over a
// stretch, and its end, given its begin x: the mean is see*x plus a noise, the
// end is decay*x plus one of variance drive, and the two share a covariance.
type moments struct {
	see, decay, noise, drive, shared float64
}

func mean(width, tau float64) moments {
	if tau == 0 {
		return moments{}
	}
	u := width / tau
	a := math.Exp(-u)
	m := moments{see: 1 - u/2, decay: a, noise: 2 * u / 3, drive: -math.Expm1(-2 * u)}
	if u > 1e-3 {
		m.see = -math.Expm1(-u) / u
		m.noise = 2*(u+math.Expm1(-u))/(u*u) - m.see*m.see
	}
	m.shared = m.see * -math.Expm1(-u)
	return m
}

// apply writes the whitened column x to out.
func (w *whitener) apply(x, out []float64) {
	state := 0.0
	for i, v := range x {
		e := v - w.see[i]*state
		state = w.decay[i]*state + w.gain[i]*e
		out[i] = e * w.scale[i]
	}
}

// resize returns a slice of length n, reusing s where it is large enough.
func resize(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}
