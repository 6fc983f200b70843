package report

import (
	"leakcheck/soak"
)

// floorBlocks is how many pieces a life's curve is cut into to draw its floor.
const floorBlocks = 24

// judged returns the trace on which leaks are judged and its name, or nil.
func (s *Series) judged() (*Trace, string) {
	if s == nil {
		return nil, ""
	}
	for _, name := range []string{Unreclaimable, soak.WorkingSet.String(), soak.Usage.String()} {
		if t := s.Memory[name]; t != nil {
			return t, name
		}
	}
	return nil, ""
}

// shown returns the trace that people know from `docker stats`.
func (s *Series) shown() (*Trace, string) {
	if s == nil {
		return nil, ""
	}
	for _, name := range []string{soak.WorkingSet.String(), soak.Usage.String(), Unreclaimable} {
		if t := s.Memory[name]; t != nil {
			return t, name
		}
	}
	return nil, ""
}

// floor draws the lower envelope of each life: the lowest point of each block.
// It is a picture; the verdict has its own floor.
func floor(t *Trace) [][]Point {
	if t == nil {
		return nil
	}
	from, to, ok := t.Span()
	if !ok {
		return nil
	}
	block := max((to-from)/floorBlocks, 1)
	var out [][]Point
	for _, seg := range t.Segments(1 << 62) {
		var low []Point
		end := seg[0].T + block
		low = append(low, seg[0])
		last := seg[len(seg)-1].T
		for _, p := range seg {
			// A short last block may hold no collection: it has no floor of its own.
			if p.T >= end && last-p.T > block/2 {
				low = append(low, p)
				end += block * ((p.T-end)/block + 1)
			}
			if p.V < low[len(low)-1].V {
				low[len(low)-1] = p
			}
		}
		out = append(out, low)
	}
	return out
}
