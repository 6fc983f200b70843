package curve

import "leakcheck/soak"

// watch is the memory of the always-on verdict.
type watch struct {
	next     int
	samples  int
	analysis *analysis
	decided  soak.Leak
}

// look returns the latest analysis, made again when enough has come since.
func (s *Stream) look() *analysis {
	w := &s.watch
	if w.analysis == nil || s.samples >= w.next {
		w.analysis, w.samples = s.analyse(), s.samples
		w.next = s.samples + 1 + s.samples/50
	}
	return w.analysis
}

// Decided is the verdict that is valid at every look: "yes" or "no" as soon as
// either is proven, "inconclusive" until then. It is cheap enough to be asked
// after every sample.
func (s *Stream) Decided() soak.Leak {
	a := s.look()
	if a == nil {
		return soak.LeakInconclusive
	}
	return a.leak
}
