package curve

import (
	"fmt"

	"leakcheck/soak"
)

// Result judges everything seen so far.
func (s *Stream) Result() soak.Result {
	r := soak.Result{
		Source: s.o.Source, Target: s.o.Target, Samples: s.samples, Duration: s.duration(),
		Pattern: soak.PatternInconclusive, Leak: soak.LeakInconclusive,
		Traits: []soak.Trait{}, Models: []soak.Model{}, Warnings: s.warnings(),
		Why: "there are too few samples to say anything",
	}
	if r.Target == "" {
		r.Target = s.latest.Target
	}
	a := s.analyse()
	if a == nil {
		return r
	}
	r.Tolerance = a.tolerance
	if len(a.rate) == 0 {
		return r
	}
	r.Leak = a.leak
	low, high := a.interval()
	r.Slope = &soak.Interval{Estimate: a.rate.quantile(0.5) * 3600, Low: low, High: high, Confidence: standard.confidence}
	r.Pattern = a.pattern()
	detectable := a.detectable()
	r.Detectable = &detectable
	for _, e := range a.fits {
		r.Models = append(r.Models, soak.Model{Name: familyNames[e.family], Score: e.score})
	}
	if f := s.forecast(a); f.Wall != "" {
		r.Forecast = &f
	}
	r.Why = fmt.Sprintf("the floor moves %s [%s, %s]", soak.FormatRate(r.Slope.Estimate), soak.FormatRate(low), soak.FormatRate(high))
	return r
}

func (s *Stream) warnings() []string {
	out := []string{}
	if w := s.column.warning(); w != "" {
		out = append(out, w)
	}
	if s.disordered > 0 {
		out = append(out, fmt.Sprintf("%d samples were left out because their time was not after the one before", s.disordered))
	}
	return out
}

func (a *analysis) pattern() soak.Pattern {
	switch {
	case a.leak == soak.LeakYes:
		return soak.LinearGrowth
	case a.leak == soak.LeakInconclusive:
		return soak.PatternInconclusive
	case a.floor.teeth > 0:
		return soak.Sawtooth
	}
	return soak.Stable
}
