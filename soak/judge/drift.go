package judge

import (
	"time"

	"leakcheck/soak"
)

// maxSlices bounds the histograms of a course; a quarter of a window has at
// least an eighth of them when it ends.
const maxSlices = 32

// course keeps how a scenario's answers went over time, in slices that grow
// wider as the run grows longer.
type course struct {
	start  time.Time
	width  time.Duration
	slices []slice
}

// slice is what was fired in one stretch of a course.
type slice struct {
	span             time.Duration // of its intervals
	requests, errors int64
	latency          *latencies // nil until there is one
}

func (s *slice) join(o slice) {
	s.span, s.requests, s.errors = s.span+o.span, s.requests+o.requests, s.errors+o.errors
	if o.latency == nil {
		return
	}
	if s.latency == nil {
		s.latency = newLatencies()
	}
	s.latency.Merge(o.latency)
}

func newCourse(start time.Time, width time.Duration) *course {
	return &course{start: start, width: max(width, time.Millisecond)}
}

func (c *course) add(at time.Time, x slice) {
	if at.Before(c.start) {
		return
	}
	i := int(at.Sub(c.start) / c.width)
	for ; i >= maxSlices; i = int(at.Sub(c.start) / c.width) {
		c.widen()
	}
	for len(c.slices) <= i {
		c.slices = append(c.slices, slice{})
	}
	c.slices[i].join(x)
}

// widen joins each two slices.
func (c *course) widen() {
	c.width *= 2
	c.slices = joined(c.slices, 2)
}

// joined makes one slice of each n.
func joined(all []slice, n int) []slice {
	out := make([]slice, 0, maxSlices)
	for i, s := range all {
		if i%n == 0 {
			out = append(out, slice{})
		}
		out[len(out)-1].join(s)
	}
	return out
}

// between are the slices whose middle lies in [from, to).
func (c *course) between(from, to time.Time) (all []slice) {
	for i, s := range c.slices {
		middle := c.start.Add(time.Duration(i)*c.width + c.width/2)
		if !middle.Before(from) && middle.Before(to) {
			all = append(all, s)
		}
	}
	return all
}

// quantile reads a quantile, in microseconds, of a stretch, and how many
// latencies it holds.
func (c *course) quantile(q float64, from, to time.Time) (micros float64, n int64) {
	all := slice{latency: newLatencies()}
	for _, s := range c.between(from, to) {
		all.join(s)
	}
	return float64(all.latency.ValueAtPercentile(q)), all.latency.TotalCount()
}

// enough is how many answers a 95th percentile needs.
const enough = 20

// drift is the 95th percentile in the last quarter of a stretch over that in
// its first; ok is false while either has too few answers.
func (c *course) drift(from, to time.Time) (factor float64, ok bool) {
	quarter := to.Sub(from) / 4
	early, n := c.quantile(95, from, from.Add(quarter))
	late, m := c.quantile(95, to.Add(-quarter), to)
	if n < enough || m < enough || early <= 0 {
		return 0, false
	}
	return late / early, true
}

// follow adds an interval to the course of a scenario.
func (t *traffic) follow(name string, x soak.LoadInterval, latency *latencies) {
	c := t.courses[name]
	if c == nil {
		c = newCourse(x.At.Add(-x.Duration), max(x.Duration, t.judge.loaded().scaled(time.Second)))
		t.courses[name] = c
	}
	s := slice{span: x.Duration, requests: x.Requests, latency: latency}
	for _, n := range x.Errors {
		s.errors += n
	}
	c.add(x.At, s)
}

// freezeDrift keeps a window's drift at the first interval after its end,
// before the slices grow too wide for it.
func (t *traffic) freezeDrift(w *window, name string, x soak.LoadInterval) {
	c := t.courses[name]
	if c == nil || w.to.IsZero() || !x.At.After(w.to) {
		return
	}
	if _, frozen := w.drift[name]; !frozen {
		factor, ok := c.drift(later(w.from, c.start), w.to)
		w.drift[name] = ratio{factor, ok}
	}
}

// ratio is a quotient that may not be known.
type ratio struct {
	factor float64
	ok     bool
}
