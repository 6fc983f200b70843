package curve

import "math"

// noise is one hypothesis about what shakes the floor: an Ornstein-Uhlenbeck
// process (AR(1) in continuous time, so that gaps and uneven sampling need no
// special care) of unit variance with correlation time tau, plus independent
// noise of variance white. tau = 0 is white noise alone; a tau much longer
// than the run is a random walk.
type noise struct {
	tau, white float64
}

// noises returns the hypotheses for points a typical step apart over a run of
// the given length. Nobody knows the noise of a program beforehand: slopes are
// averaged over all of these, weighted by their likelihood.
func noises(step, length float64) []noise {
	list := []noise{{0, 1}}
	for tau := 0.6 * step; tau < 12*length; tau *= 3 {
		list = append(list, noise{tau, 0})
		// White noise is measured against the variance of one step of the process.
		one := 1 - math.Exp(-2*step/tau)
		if tau > 1.5*step {
			list = append(list, noise{tau, 4 * one})
		}
		if tau > 10*step {
			list = append(list, noise{tau, 40 * one})
		}
	}
	return list
}

// whitener turns a column of values at fixed times into its innovations under
// one noise hypothesis: the scalar Kalman filter (Durbin and Koopman, Time
// Series Analysis by State Space Methods, 2nd ed., ch. 4), whose gains depend
// on the times alone.
type whitener struct {
	decay, gain, scale []float64
	// logDet is the log determinant of the noise's covariance.
	logDet float64
}

// set prepares the whitener for points at times t.
func (w *whitener) set(t []float64, h noise) {
	n := len(t)
	w.decay, w.gain, w.scale = resize(w.decay, n), resize(w.gain, n), resize(w.scale, n)
	w.logDet = 0
	process := 1.0
	if h.tau == 0 {
		process = 0
	}
	p := process // variance of the predicted state
	for i := range t {
		w.decay[i] = 0
		if i > 0 && h.tau > 0 {
			a := math.Exp(-(t[i] - t[i-1]) / h.tau)
			w.decay[i] = a
			p = a*a*p + process*(1-a*a)
		}
		f := p + h.white
		// Points closer than the process can move, without white noise, would
		// carry infinite information.
		f = math.Max(f, 1e-12)
		w.gain[i] = p / f
		w.scale[i] = 1 / math.Sqrt(f)
		w.logDet += math.Log(f)
		p -= p * w.gain[i]
	}
}

// apply writes the whitened column x to out.
func (w *whitener) apply(x, out []float64) {
	state := 0.0
	for i, v := range x {
		state *= w.decay[i]
		e := v - state
		state += w.gain[i] * e
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
