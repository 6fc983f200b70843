package judge

import (
	"slices"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/curve"
)

const (
	// freshCounters is how long such a line holds.
	freshCounters = 5 * time.Minute
	// leastCounter is the smallest figure that can be a runtime's memory in bytes;
	// a rule without a unit captures megabytes as they stand.
	leastCounter = 1e6
)

// counters are what the node's log said last of its runtime's memory.
type counters struct {
	at time.Time
	// life and last are the newest sample's; lines up to after are of a process that
	// is no more.
	life           int
	last, after    time.Time
	heap, external float64 // 0 when it was not said
	// mismatched says that a counter claims clearly more than the container
	// held at the last sample.
	mismatched bool
}

// signal keeps the newest line that tells the process's memory as well: a heap
// alone may be its capacity.
func (c *counters) signal(s soak.Signal) {
	heap, external := s.Values[soak.HeapValue], s.Values[soak.ExternalValue]
	if _, ok := s.Values[soak.RSSValue]; !ok || max(heap, external) < leastCounter || s.At.Before(c.at) || !s.At.After(c.after) {
		return
	}
	c.at, c.heap, c.external = s.At, heap, external
}

// sample gives a sample the heap that the log reported, and holds the counters
// against what the container is charged for. What another process has said of
// itself counts no more.
func (c *counters) sample(s *soak.Sample) {
	died := c.at.Before(s.Started)
	if s.Started.IsZero() {
		died = s.Life != c.life && c.life != 0
	}
	if died {
		*c = counters{after: c.last}
	}
	c.life, c.last, c.mismatched = s.Life, s.At, false
	if c.at.IsZero() || s.At.Sub(c.at).Abs() > freshCounters {
		return
	}
	if c.heap >= leastCounter && !s.Has(soak.Heap) {
		s.SetDerived(soak.Heap, int64(c.heap))
	}
	if usage, ok := s.Get(soak.Usage); ok {
		c.mismatched = curve.Mismatched(max(c.heap, c.external), float64(usage))
	}
}

// explain adds the trait of counters that cannot be right.
func (c *counters) explain(r soak.Result) soak.Result {
	if c.mismatched && !slices.Contains(r.Traits, soak.TraitCounterMismatch) {
		r.Traits = append(slices.Clone(r.Traits), soak.TraitCounterMismatch)
	}
	return r
}
