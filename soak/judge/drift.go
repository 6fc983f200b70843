package judge

import (
	"slices"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// maxSlices bounds the histograms of a course; a quarter of a window has at
// least an eighth of them when it ends.
const maxSlices = 32

// course keeps how latencies went over time, in slices that grow wider as the
// run grows longer.
type course struct {
	start  time.Time
	width  time.Duration
	slices []*latencies
}

func newCourse(start time.Time, width time.Duration) *course {
	return &course{start: start, width: max(width, time.Millisecond)}
}

func (c *course) add(at time.Time, latency *latencies) {
	if at.Before(c.start) {
		return
	}
	i := int(at.Sub(c.start) / c.width)
	for ; i >= maxSlices; i = int(at.Sub(c.start) / c.width) {
		c.widen()
	}
	for len(c.slices) <= i {
		c.slices = append(c.slices, nil)
	}
	if c.slices[i] == nil {
		c.slices[i] = newLatencies()
	}
	c.slices[i].Merge(latency)
}

// widen joins each two slices.
func (c *course) widen() {
	c.width *= 2
	for i := 0; i < len(c.slices); i += 2 {
		joined := c.slices[i]
		if i+1 < len(c.slices) && c.slices[i+1] != nil {
			if joined == nil {
				joined = c.slices[i+1]
			} else {
				joined.Merge(c.slices[i+1])
			}
		}
		c.slices[i/2] = joined
	}
	c.slices = slices.Clip(c.slices[:(len(c.slices)+1)/2])
}

// quantile reads a quantile, in microseconds, of the slices whose middle lies
// in [from, to), and how many latencies they hold.
func (c *course) quantile(q float64, from, to time.Time) (micros float64, n int64) {
	all := newLatencies()
	for i, h := range c.slices {
		middle := c.start.Add(time.Duration(i)*c.width + c.width/2)
		if h != nil && !middle.Before(from) && middle.Before(to) {
			all.Merge(h)
		}
	}
	return float64(all.ValueAtPercentile(q)), all.TotalCount()
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

// follow adds latencies to the course of a scenario, if a check reads its
// drift.
func (t *traffic) follow(name string, x soak.LoadInterval, latency *latencies) {
	c, known := t.courses[name]
	if !known {
		if t.judge.loaded().list.Reads(driftFact(name)) {
			c = newCourse(x.At.Add(-x.Duration), max(x.Duration, t.judge.loaded().scaled(time.Second)))
		}
		t.courses[name] = c
	}
	if c != nil {
		c.add(x.At, latency)
	}
}

func driftFact(scenario string) string {
	if scenario == allScenarios {
		return checklist.Path{"load", "drift"}.String()
	}
	return checklist.Path{"load", scenario, "drift"}.String()
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
