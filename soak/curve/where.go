package curve

import "math"

// where says in which memory the growth of the judged regime lies, as far as
// the samples tell: empty where it is anonymous and nobody reports a heap.
func (a *analysis) where(s *Stream) string {
	grown := a.end - a.level
	if grown <= 0 || a.life == nil {
		return ""
	}
	share := func(side int) float64 { return a.gained(s.current().grid.buckets, side) / grown }
	switch heap := share(sideHeap); {
	case share(sideShmem) > nearlyAll:
		return "; nearly all of the growth is shared memory or tmpfs"
	case share(sideKernel) > nearlyAll:
		return "; nearly all of the growth is kernel memory"
	case heap > nearlyAll:
		return "; nearly all of the growth is in the heap of its runtime"
	case heap < 1-nearlyAll: // false where no heap is known
		return "; nearly all of the growth is outside the heap of its runtime"
	case !math.IsNaN(heap):
		return "; a part of the growth is in the heap of its runtime"
	}
	return ""
}

// gained is by how much a side metric rose in the judged regime, from the mean
// of its first tenth to that of its last; NaN where it was not reported.
func (a *analysis) gained(b []bucket, side int) float64 {
	for len(b) > 0 && b[0].t < a.begin {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1].t >= a.until {
		b = b[:len(b)-1]
	}
	tenth := max(1, len(b)/10)
	if len(b) < 2*tenth {
		return math.NaN()
	}
	return known(b[len(b)-tenth:], side) - known(b[:tenth], side)
}

// known is the mean of a side metric where it was reported, NaN if nowhere.
func known(b []bucket, side int) float64 {
	sum, n := 0.0, 0.0
	for i := range b {
		if x := b[i].side[side]; !math.IsNaN(x) {
			sum, n = sum+x, n+1
		}
	}
	return sum / n
}
