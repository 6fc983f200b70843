package curve

import (
	"fmt"
	"math"
	"slices"
	"time"

	"leakcheck/soak"
)

// Result judges everything seen so far.
func (s *Stream) Result() soak.Result {
	r := soak.Result{
		Source: s.o.Source, Target: s.o.Target, Samples: s.samples, Duration: s.duration(),
		Pattern: soak.PatternInconclusive, Leak: soak.LeakInconclusive,
		Traits: []soak.Trait{}, Models: []soak.Model{}, Warnings: s.warnings(),
		Why: "there is no sample with a memory figure",
	}
	if r.Target == "" {
		r.Target = s.target
	}
	a := s.analyse()
	if a == nil {
		return r
	}
	r.Tolerance = a.tolerance
	r.Traits = s.traits(a)
	r.Leak, r.Pattern, r.Why = a.leak, a.pattern(s.scale()), a.why(s)
	if f := s.forecast(a); f.Wall != "" {
		r.Forecast = &f
	}
	if len(a.rate) == 0 {
		return r
	}
	slope := a.slope()
	r.Slope = &slope
	detectable := a.detectable()
	r.Detectable = &detectable
	r.HoursToDecide = a.hoursToDecide()
	r.BytesPerRequest = s.perRequest(a, slope)
	r.Models = a.models()
	return r
}

// Since is when the present rate began: the last change point, or the first
// sample of the present life without one. It is zero without samples.
func (s *Stream) Since() time.Time {
	a := s.look()
	if a == nil {
		return time.Time{}
	}
	at := a.series.at[0]
	if a.framed {
		at = a.begin
	}
	return s.origin.Add(time.Duration(at * float64(time.Second)))
}

// slope is the present rate in bytes per hour.
func (a *analysis) slope() soak.Interval {
	low, high := a.interval()
	return soak.Interval{Estimate: a.rate.quantile(0.5) * 3600, Low: low, High: high, Confidence: standard.confidence}
}

// models lists the explanations, the best first.
func (a *analysis) models() []soak.Model {
	out := make([]soak.Model, 0, len(a.fits))
	for _, e := range a.fits {
		name := familyNames[e.family]
		if a.floor.teeth > 0 {
			name += " under a sawtooth"
		}
		out = append(out, soak.Model{Name: name, Score: e.score})
	}
	slices.SortStableFunc(out, func(x, y soak.Model) int {
		if x.Score < y.Score {
			return -1
		} else if x.Score > y.Score {
			return 1
		}
		return 0
	})
	return out
}

// pattern is the shape in one word. A curve whose leak is undecided still has
// a shape if its floor has stayed within what settling explains for long enough.
func (a *analysis) pattern(scale float64) soak.Pattern {
	switch {
	case a.leak == soak.LeakYes:
		return soak.LinearGrowth
	case a.leak == soak.LeakInconclusive && (a.clipped || a.window*scale < patternSeconds || !a.still()):
		return soak.PatternInconclusive
	case a.floor.teeth > 0 && a.floor.height > standard.toothShare*math.Abs(a.level):
		return soak.Sawtooth
	}
	return soak.Stable
}

// still reports whether the floor neither rose nor wandered by more than settling.
func (a *analysis) still() bool {
	y := a.series.y
	if len(y) < 20 || len(a.series.lives) > 1 {
		return false
	}
	third := len(y) / 3
	rise := Median(y[len(y)-third:]) - Median(y[:third])
	return math.Abs(rise) < a.settle() && quantileOf(y, .95)-quantileOf(y, .05) < 2*a.settle()
}

// perRequest turns the rate into bytes per request, where requests are counted
// and kept coming through the judged regime.
func (s *Stream) perRequest(a *analysis, slope soak.Interval) *soak.Interval {
	rate := s.requestRate(a)
	if !(rate*a.window/3600 >= minRequests) {
		return nil
	}
	per := 1 / rate
	return &soak.Interval{Estimate: slope.Estimate * per, Low: slope.Low * per, High: slope.High * per, Confidence: slope.Confidence}
}

// warnings say what limits the result.
func (s *Stream) warnings() []string {
	out := []string{}
	if w := s.column.warning(); w != "" {
		out = append(out, w)
	}
	if s.disordered > 0 {
		out = append(out, fmt.Sprintf("%d samples were left out because their time was not after the one before", s.disordered))
	}
	if s.missing > 0 {
		out = append(out, fmt.Sprintf("%d samples were left out because they lack the judged memory or report it as 0", s.missing))
	}
	if s.ended > 0 {
		out = append(out, fmt.Sprintf("only the last %d of %d lives are kept", len(s.lives), len(s.lives)+s.ended))
	}
	if s.scale() > 1 {
		out = append(out, fmt.Sprintf("a rehearsal: durations are %g times shorter and the tolerance is as many times larger", s.scale()))
	}
	return out
}
