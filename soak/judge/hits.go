package judge

import (
	"time"

	"leakcheck/soak"
)

// hits is what one signal rule found in one stretch.
type hits struct {
	rule        soak.SignalRule
	count       int
	longest     int
	first, last time.Time
	firstText   string
	lastText    string
	lastValues  map[string]float64
	values      map[string]*value
	when        timeline
}

// value is how one captured value moved.
type value struct {
	first, last, min, max, sum float64
	firstAt, lastAt            time.Time
	n                          int
}

func newHits(rule soak.SignalRule) *hits { return &hits{rule: rule} }

// add notes a hit. Hits may come in any order: a log may be read newest first.
func (h *hits) add(s soak.Signal) {
	n := max(s.Count, 1)
	h.count += n
	h.longest = max(h.longest, s.Run, 1)
	if h.first.IsZero() || s.At.Before(h.first) {
		h.first, h.firstText = s.At, s.Text
	}
	if !s.At.Before(h.last) {
		h.last, h.lastText, h.lastValues = s.At, s.Text, s.Values
	}
	for name, x := range s.Values {
		if h.values == nil {
			h.values = map[string]*value{}
		}
		v := h.values[name]
		if v == nil {
			v = &value{}
			h.values[name] = v
		}
		v.add(x, s.At)
		v.widen(s.Spread[name], x)
	}
}

func (v *value) add(x float64, at time.Time) {
	if v.n == 0 {
		*v = value{first: x, last: x, min: x, max: x, firstAt: at, lastAt: at}
	}
	if at.Before(v.firstAt) {
		v.first, v.firstAt = x, at
	}
	if !at.Before(v.lastAt) {
		v.last, v.lastAt = x, at
	}
	v.min, v.max, v.sum, v.n = min(v.min, x), max(v.max, x), v.sum+x, v.n+1
}

// widen takes in the values that were joined with x, which is among them.
func (v *value) widen(by soak.Spread, x float64) {
	if by.N > 1 {
		v.min, v.max = min(v.min, by.Min), max(v.max, by.Max)
		v.sum, v.n = v.sum+by.Sum-x, v.n+by.N-1
	}
}
