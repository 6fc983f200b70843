package curve

import "math"

// noise is one hypothesis about what shakes the floor: an Ornstein-Uhlenbeck
// process (AR(1) in continuous time, so that gaps and uneven sampling need no
// special care) of unit variance with correlation time tau, plus independent
// noise of variance white. tau = 0 is white noise alone; a tau much longer
// than the run is a random walk.
type noise struct {
	kind       noiseKind
	tau, white float64
	// prior is the log of the hypothesis's prior weight, widen what the standard
	// errors under it are multiplied with.
	prior, widen float64
}

// noiseKind groups hypotheses that differ in nothing but their correlation time.
type noiseKind int

const (
	uncorrelated noiseKind = iota
	correlated
	correlatedAndWhite
	noiseKinds
)

// noises returns the hypotheses for points a typical step apart over a run of
// the given length. Nobody knows the noise of a program beforehand: slopes are
// averaged over all of these (blend.go), weighted by their likelihood.
func noises(step, length float64) []noise {
	list := []noise{{kind: uncorrelated, white: 1, widen: widenLeast}}
	least, most := tauLeast*step, tauMost*length
	enough := math.Min(1, length/step/tauPoints)
	for i, last := 0.0, math.Round(math.Log(most/least)/math.Log(tauStep)); i <= last; i++ {
		tau := least * math.Pow(most/least, i/math.Max(last, 1))
		x := math.Pow(tau/length/widenKnee, 4)
		widen := widenLeast + (widenMost-widenLeast)*x/(x+1)
		prior := tauPrior * enough * math.Log(tau/least)
		list = append(list, noise{correlated, tau, 0, prior, widen})
		if tau > 1.5*step {
			// White noise is measured against the variance of one step of the process.
			one := 1 - math.Exp(-2*step/tau)
			list = append(list, noise{correlatedAndWhite, tau, nugget * one, prior + nuggetPrior, widen})
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
	keep                    []float64 // decay - gain*see, the share of the state that a point leaves
	// logDet is the log determinant of the noise's covariance.
	logDet float64
}

// set prepares the whitener for points at times t, each the mean over a
// stretch of the given width.
func (w *whitener) set(t []float64, width float64, h noise) {
	n := len(t)
	w.see, w.decay = resize(w.see, n), resize(w.decay, n)
	w.gain, w.scale, w.keep = resize(w.gain, n), resize(w.scale, n), resize(w.keep, n)
	w.logDet = 0
	m := averaged(width, h.tau)
	p := 1.0 // variance of the state at the begin of the stretch
	if h.tau == 0 {
		p = 0
	}
	det, last, pause := 1.0, 0.0, 1.0
	for i := range t {
		f := max(m.see*m.see*p+m.noise+h.white, 1e-12)
		w.see[i] = m.see
		w.scale[i] = 1 / math.Sqrt(f)
		if det *= f; det < 1e-200 || det > 1e200 { // one logarithm for many factors
			w.logDet, det = w.logDet+math.Log(det), 1
		}
		k := (m.decay*p*m.see + m.shared) / f
		p = m.decay*m.decay*p + m.drive - k*k*f
		// Over the pause before the next stretch the state decays further.
		if i+1 < n && h.tau > 0 {
			if rest := max(t[i+1]-t[i]-width, 0); rest != last {
				last, pause = rest, math.Exp(-rest/h.tau)
			}
			p = pause*pause*p + 1 - pause*pause
		}
		w.decay[i], w.gain[i] = m.decay*pause, k*pause
		w.keep[i] = w.decay[i] - w.gain[i]*w.see[i]
	}
	w.logDet += math.Log(det)
}

// moments describe the mean of a unit Ornstein-Uhlenbeck process over a
// stretch, and its end, given its begin x: the mean is see*x plus a noise, the
// end is decay*x plus one of variance drive, and the two share a covariance.
type moments struct {
	see, decay, noise, drive, shared float64
}

func averaged(width, tau float64) moments {
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
		out[i] = (v - w.see[i]*state) * w.scale[i]
		state = w.keep[i]*state + w.gain[i]*v
	}
}

// apply4 whitens the stretch from lo to hi of four columns side by side: each
// step of one waits for the step before, which the others fill.
func (w *whitener) apply4(x, out [][]float64, lo, hi int) {
	n := hi - lo
	x0, x1, x2, x3 := x[0][lo:hi], x[1][lo:hi], x[2][lo:hi], x[3][lo:hi]
	o0, o1, o2, o3 := out[0][:n], out[1][:n], out[2][:n], out[3][:n]
	see, scale, keep, gain := w.see[:n], w.scale[:n], w.keep[:n], w.gain[:n]
	var s0, s1, s2, s3 float64
	for i := range n {
		c, f, k, g := see[i], scale[i], keep[i], gain[i]
		v0, v1, v2, v3 := x0[i], x1[i], x2[i], x3[i]
		o0[i], o1[i], o2[i], o3[i] = (v0-c*s0)*f, (v1-c*s1)*f, (v2-c*s2)*f, (v3-c*s3)*f
		s0, s1, s2, s3 = k*s0+g*v0, k*s1+g*v1, k*s2+g*v2, k*s3+g*v3
	}
}

// resize returns a slice of length n, reusing s where it is large enough.
func resize(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}
