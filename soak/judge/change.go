package judge

import (
	"leakcheck/soak"
	"leakcheck/soak/curve"
)

// fewSlices are too few for an interval.
const fewSlices = 8

// change is how the answers changed over the course, in slices of time that
// hold enough of them for a 95th percentile; nil if those are too few. Each
// figure is the slope over the slices (Theil-Sen), times the time from the
// first one's middle to the last one's, with its 95 % interval.
func (c *course) change() *soak.Drift {
	if c == nil {
		return nil
	}
	var requests int64
	for _, s := range c.slices {
		requests += s.requests
	}
	all := c.slices
	if requests > 0 {
		if n := int64(len(all)) * enough / requests; n >= 1 {
			all = joined(all, int(n)+1)
		}
	}
	d := &soak.Drift{
		P95: trend(all, true, func(s slice) (float64, bool) {
			if s.latency == nil {
				return 0, false
			}
			return float64(s.latency.ValueAtPercentile(95)), true
		}),
		Throughput: trend(all, true, func(s slice) (float64, bool) {
			return float64(s.requests-s.errors) / s.span.Seconds(), s.span > 0
		}),
		Errors: trend(all, false, func(s slice) (float64, bool) {
			return float64(s.errors) / float64(s.requests), true
		}),
	}
	if d.P95 == nil && d.Throughput == nil && d.Errors == nil {
		return nil
	}
	return d
}

// trend is how far a figure went over the slices that had traffic.
func trend(all []slice, relative bool, figure func(slice) (float64, bool)) *soak.Interval {
	var at, y []float64
	for i, s := range all {
		if s.requests == 0 {
			continue
		}
		if x, ok := figure(s); ok {
			at, y = append(at, float64(i)), append(y, x)
		}
	}
	if len(y) < fewSlices {
		return nil
	}
	scale := at[len(at)-1] - at[0]
	if relative {
		level := curve.Median(y)
		if level == 0 {
			return nil
		}
		scale /= level
	}
	slope := curve.Sen(at, y)
	return &soak.Interval{Estimate: slope.Estimate * scale, Low: slope.Low * scale, High: slope.High * scale, Confidence: slope.Confidence}
}
