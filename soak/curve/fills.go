package curve

import "math"

// filling is the level up to which growth of the lives that are judged is what
// the program was told to do, 0 when none of them is below it any more. Memory
// that is touched for the first time, a JVM's initial heap or a cache with a
// bound, grows as straight as a leak; nothing in the curve tells them apart
// until it stands beyond. A heap's upper bound, such as V8's old space or -Xmx,
// is no such promise: only what stays alive makes it grow that far.
func (s *Stream) filling(lives []*life) float64 {
	top := 0.0
	for _, l := range lives {
		full := l.full(s.o.Fills)
		if l.lastY >= full {
			return 0
		}
		top = math.Max(top, full)
	}
	return top
}

// full is where a life that fills so many bytes must have filled them: that
// much above where it was first seen, and if that was not at its start, at
// latest where that much and all that such a program needs beside would be.
func (l *life) full(fills float64) float64 {
	first := l.grid.buckets[0]
	full := first.min + fills
	if first.t+l.offset > fillStart {
		full = math.Min(full, fillRoom*fills+fillBytes)
	}
	return full
}
