package curve

import (
	"fmt"
	"math"

	"leakcheck/soak"
)

// Change is the outcome of a comparison in one word.
type Change string

// The changes.
const (
	Better       Change = "better"        // grows more slowly, proven
	Worse        Change = "worse"         // grows faster, proven
	NoDifference Change = "no difference" // neither can be proven
	Incomparable Change = "incomparable"  // the runs cannot be compared
)

// Comparison is what changed between two runs, after minus before.
type Comparison struct {
	// Change is decided by growth per hour or, if the runs were under different
	// load, per request; Basis says which: "hour", "request", or empty when the
	// runs cannot be compared.
	Change Change
	Basis  string
	// Slope is the difference of the floors' rates in bytes per hour.
	Slope *soak.Interval
	// Peak is the difference of the peaks of the working set in bytes.
	Peak *soak.Interval
	// BytesPerRequest is the difference of growth per request.
	BytesPerRequest *soak.Interval
	// Why is one plain sentence, Warnings say what limits the comparison.
	Why      string
	Warnings []string
}

// Compare compares two runs. Intervals of differences are made of the runs'
// own intervals by the method of variance estimates recovery (Zou and Donner,
// Statistics in Medicine 27, 2008).
func Compare(before, after *Stream) Comparison {
	a, b := before.analyse(), after.analyse()
	if a == nil || b == nil || len(a.rate) == 0 || len(b.rate) == 0 {
		return Comparison{Change: Incomparable, Why: "one of the runs has too few samples for a rate"}
	}
	slopeA, slopeB := a.slope(), b.slope()
	c := Comparison{Change: NoDifference, Slope: minus(slopeB, slopeA)}
	c.Peak = minus(after.peak(b), before.peak(a))
	perA, perB := before.perRequest(a, slopeA), after.perRequest(b, slopeB)
	if perA != nil && perB != nil {
		c.BytesPerRequest = minus(*perB, *perA)
	}
	if before.column != after.column {
		c.Warnings = append(c.Warnings, "the runs were judged on different kinds of memory")
	}
	c.decide(before.requestRate(a), after.requestRate(b))
	return c
}

// decide picks the basis by the request rates per hour, NaN where unknown.
func (c *Comparison) decide(before, after float64) {
	judged, unit := c.Slope, "an hour"
	switch {
	case math.IsNaN(before) != math.IsNaN(after):
		c.Warnings = append(c.Warnings, "requests were counted in one run only: whether the load was the same is unknown")
		c.Basis = "hour"
	case math.IsNaN(before) || math.Abs(after-before) <= sameLoad*math.Max(before, after):
		c.Basis = "hour"
	case c.BytesPerRequest == nil:
		c.Change, c.Why = Incomparable, fmt.Sprintf("the runs were under different load (%.0f and %.0f requests an hour), too little to compare per request", before, after)
		return
	default:
		c.Basis, judged, unit = "request", c.BytesPerRequest, "a request"
		c.Warnings = append(c.Warnings, fmt.Sprintf("the runs were under different load (%.0f and %.0f requests an hour): compared per request", before, after))
	}
	switch {
	case judged.Low > 0:
		c.Change = Worse
	case judged.High < 0:
		c.Change = Better
	}
	c.Why = fmt.Sprintf("%s: growth changed by %s [%s, %s] %s", c.Change,
		soak.FormatBytes(judged.Estimate), soak.FormatBytes(judged.Low), soak.FormatBytes(judged.High), unit)
}

// Difference is the interval of after - before for independent estimates, as
// Compare makes it.
func Difference(after, before soak.Interval) soak.Interval { return *minus(after, before) }

// minus is the interval of x - y for independent x and y.
func minus(x, y soak.Interval) *soak.Interval {
	d := x.Estimate - y.Estimate
	return &soak.Interval{
		Estimate:   d,
		Low:        d - math.Hypot(x.Estimate-x.Low, y.High-y.Estimate),
		High:       d + math.Hypot(x.High-x.Estimate, y.Estimate-y.Low),
		Confidence: x.Confidence,
	}
}

// peak is the highest judged memory of the present regime. How much another
// run of the same kind would differ is taken from the spread of the maxima of
// eight stretches of it.
func (s *Stream) peak(a *analysis) soak.Interval {
	b := s.current().grid.buckets
	for len(b) > 1 && b[0].t < a.begin {
		b = b[1:]
	}
	const parts = 8
	top := make([]float64, 0, parts)
	for k := range parts {
		high := math.Inf(-1)
		for _, x := range b[k*len(b)/parts : (k+1)*len(b)/parts] {
			high = math.Max(high, x.max)
		}
		if !math.IsInf(high, -1) {
			top = append(top, high)
		}
	}
	high, mean, square := math.Inf(-1), 0.0, 0.0
	for _, x := range top {
		high = math.Max(high, x)
		mean += x / float64(len(top))
	}
	for _, x := range top {
		square += (x - mean) * (x - mean)
	}
	half := 0.0
	if n := float64(len(top)); n > 1 {
		half = -studentLower(n-1) * math.Sqrt(square/(n-1))
	}
	return soak.Interval{Estimate: high, Low: high - half, High: high + half, Confidence: standard.confidence}
}

// studentLower is the 2.5 % quantile of the t distribution.
func studentLower(freedom float64) float64 {
	return belief{{weight: 1, scale: 1, freedom: freedom}}.quantile((1 - standard.confidence) / 2)
}

// requestRate is the requests per hour of the present regime, NaN unless they
// were counted through most of it: the first sample comes before the first count.
func (s *Stream) requestRate(a *analysis) float64 {
	b := s.current().grid.buckets
	i := 0
	for i < len(b)-1 && b[i].t < a.begin {
		i++
	}
	regime := b[i:]
	unknown := func(x bucket) bool { return math.IsNaN(x.side[sideRequests]) }
	for len(regime) > 0 && unknown(regime[0]) {
		regime = regime[1:]
	}
	for len(regime) > 0 && unknown(regime[len(regime)-1]) {
		regime = regime[:len(regime)-1]
	}
	if len(regime) == 0 {
		return math.NaN()
	}
	first, last := regime[0], regime[len(regime)-1]
	if last.t <= first.t || last.t-first.t < mostCounted*(b[len(b)-1].t-b[i].t) {
		return math.NaN()
	}
	return (last.side[sideRequests] - first.side[sideRequests]) / (last.t - first.t) * 3600
}
