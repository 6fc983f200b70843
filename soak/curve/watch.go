package curve

import (
	"math"

	"leakcheck/soak"
)

// watch is the memory of the always-on verdict. Looking all the time inflates
// error: each look is a new chance to be wrong. Three things keep the chance of
// a false alarm over a whole run small: looks are spaced geometrically, so that
// a run of any length has few; each look asks for far stronger evidence than
// the final verdict does; and an answer must hold while the run grows by a
// quarter before it counts. What no single look can rule out, that straight
// growth is a first tooth or a fill, is asked of the moment itself.
type watch struct {
	next     int
	analysis *analysis
	samples  int // when the analysis was made
	// candidate is an answer that has stood since the run was age seconds old.
	candidate soak.Leak
	age       float64
	decided   soak.Leak
}

// Decided is the verdict that is valid at every look: "yes" or "no" as soon as
// either is proven, "inconclusive" until then. A "yes" is final. It is cheap
// enough to be asked after every sample.
func (s *Stream) Decided() soak.Leak {
	w := &s.watch
	if w.decided == soak.LeakYes {
		return soak.LeakYes
	}
	l := s.current()
	if l == nil {
		return soak.LeakInconclusive
	}
	if !math.IsInf(l.recent.at, 1) && l.recent.goesOn(l.last, l.lastY) && (s.o.Fills == 0 || l.lastY >= l.full(s.o.Fills)) {
		w.decided = soak.LeakYes
		return soak.LeakYes
	}
	if s.samples < w.next {
		return w.decided
	}
	w.next = s.samples + 1 + int(watchSpacing*float64(s.samples))
	w.decided = soak.LeakInconclusive
	age := l.last
	if age*s.scale() < watchYoung {
		return w.decided
	}
	answer := s.answer(age * s.scale())
	if answer != w.candidate {
		w.candidate, w.age = answer, age
	}
	if age >= watchHold*w.age && (answer != soak.LeakYes || w.analysis.outgrown(age*s.scale(), s.scale())) {
		w.decided = answer
	}
	return w.decided
}

// answer makes one look, at a run of so many seconds, with the evidence that
// looking often calls for.
func (s *Stream) answer(age float64) soak.Leak {
	a := s.analyse()
	s.watch.analysis, s.watch.samples = a, s.samples
	if a == nil || len(a.rate) == 0 {
		return soak.LeakInconclusive
	}
	switch {
	case a.leak == soak.LeakYes && !a.vetoes(watchGain) && a.growing.cdf(a.must) <= watchAlpha:
		return soak.LeakYes
	case a.leak == soak.LeakNo && age >= watchSeconds && 1-a.rate.cdf(a.tolerance/3600) <= standard.alphaNo/10:
		return soak.LeakNo
	}
	return soak.LeakInconclusive
}

// outgrown reports whether the growth, seen at an age of so many seconds,
// cannot be the rise of a single tooth.
func (a *analysis) outgrown(age, scale float64) bool {
	grown := a.end - a.level
	manifold := grown >= watchGrowth*math.Abs(a.level)
	if age < watchSeconds {
		return manifold && grown >= watchBytes
	}
	if manifold || a.life == nil && len(a.series.lives) >= watchLives {
		return true
	}
	if a.floor.teeth >= watchMinima && grown <= watchRipple*a.floor.height {
		return true
	}
	return a.full.len() > 0 && (a.full.at[a.full.len()-1]-a.full.at[0])*scale >= watchTooth
}

// look returns an analysis that is at most a few per cent of the run old.
func (s *Stream) look() *analysis {
	w := &s.watch
	if w.analysis == nil || float64(s.samples) > (1+watchSpacing)*float64(w.samples) {
		w.analysis, w.samples = s.analyse(), s.samples
	}
	return w.analysis
}
