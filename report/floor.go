package report

import (
	"leakcheck/soak"
)

// floorBlocks is how many pieces a life's curve is cut into to draw its floor.
const floorBlocks = 12

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

// floor draws the lower envelope of each life: the bottom of each tooth where
// the curve has teeth, else the lowest point of each block. It is a picture;
// the verdict has its own floor.
func floor(t *Trace) [][]Point {
	low, high, ok := t.Range()
	if !ok {
		return nil
	}
	var out [][]Point
	for _, piece := range t.Segments(1 << 62) {
		bottoms := valleys(piece, (high-low)*toothShare)
		switch {
		case len(bottoms) < 3:
			bottoms = blockMinima(piece)
		case len(bottoms) > 2*floorBlocks:
			bottoms = blockMinima(bottoms) // so many teeth that a bucket may have swallowed a bottom
		}
		out = append(out, bottoms)
	}
	return out
}

// toothShare is how much of the curve's range a fall and a rise must be to
// make a tooth.
const toothShare = 0.1

// valleys lists the low points between which the curve rose and fell again by
// at least depth.
func valleys(piece []Point, depth float64) []Point {
	var out []Point
	bottom, top, falling := piece[0], piece[0], true
	for _, p := range piece {
		switch {
		case falling && p.V < bottom.V:
			bottom = p
		case falling && p.V > bottom.V+depth:
			out = append(out, bottom)
			top, falling = p, false
		case !falling && p.V > top.V:
			top = p
		case !falling && p.V < top.V-depth:
			bottom, falling = p, true
		}
	}
	return out
}

// blockMinima cuts a piece into blocks of equal time. A short last block may
// hold no collection: it has no floor of its own.
func blockMinima(piece []Point) []Point {
	first, last := piece[0].T, piece[len(piece)-1].T
	block := max((last-first)/floorBlocks, 1)
	low := []Point{piece[0]}
	end := first + block
	for _, p := range piece {
		if p.T >= end && last-p.T > block/2 {
			low = append(low, p)
			end += block * ((p.T-end)/block + 1)
		}
		if p.V < low[len(low)-1].V {
			low[len(low)-1] = p
		}
	}
	return low
}
