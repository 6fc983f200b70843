package curve

import (
	"math"

	"leakcheck/soak"
)

// clip finds when a life came to stand at its limit for good. What follows
// says nothing about the rate: memory that has no room cannot grow.
func (s *Stream) clip(l *life) (until float64, clipped bool) {
	limit := math.Inf(1)
	if x, ok := s.latest.Get(soak.Limit); ok {
		limit = float64(x)
	}
	for _, w := range s.o.Walls {
		if w.Name == "limit" {
			limit = math.Min(limit, w.Bytes)
		}
	}
	b := l.grid.buckets
	first := len(b)
	for i := len(b) - 1; i >= 0 && b[i].center() >= standard.clipShare*limit; i-- {
		first = i
	}
	top := 0.0
	for i := first; i < len(b); i++ {
		top = math.Max(top, b[i].max)
	}
	if len(b)-first < 3 || first < standard.minPoints || top < standard.clipTop*limit {
		return math.Inf(1), false
	}
	return b[first].t, true
}
