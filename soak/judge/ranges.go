package judge

import (
	"time"

	"leakcheck/soak"
)

// ranges is how each component, and the level, moved.
type ranges struct {
	of    map[soak.Metric]*soak.Range
	level extent
}

// extent is how one number moved, and when it was highest.
type extent struct {
	soak.Range
	maxAt time.Time
	n     int
}

func (r *ranges) add(s soak.Sample) {
	if r.of == nil {
		r.of = map[soak.Metric]*soak.Range{}
	}
	for _, m := range soak.Metrics() {
		x, ok := s.Get(m)
		if !ok {
			continue
		}
		known := r.of[m]
		if known == nil {
			known = &soak.Range{First: x, Min: x, Max: x}
			r.of[m] = known
		}
		known.Min, known.Max, known.Last = min(known.Min, x), max(known.Max, x), x
		known.Derived = known.Derived || s.Derived(m)
	}
	if x, ok := level(s); ok {
		r.level.add(x, s.At)
	}
}

func (e *extent) add(x int64, at time.Time) {
	if e.n == 0 {
		e.First, e.Min, e.Max, e.maxAt = x, x, x, at
	}
	if x > e.Max {
		e.Max, e.maxAt = x, at
	}
	e.Min, e.Last = min(e.Min, x), x
	e.n++
}

// components names the ranges for the report.
func (r *ranges) components() map[string]soak.Range {
	named := map[string]soak.Range{}
	for m, x := range r.of {
		named[m.String()] = *x
	}
	return named
}
