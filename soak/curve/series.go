package curve

import "math"

// series is a floor ready to be modelled: points of one or more lives in order
// of time. Each life has a level of its own; the shape is shared.
type series struct {
	// t is seconds since the life's process started, as far as known; y is bytes.
	t, y []float64
	// at is seconds since the start of the stream.
	at []float64
	// width is the stretch of time that each point is the mean of, 0 for points.
	width float64
	// lives holds the index of each life's first point.
	lives []int
	// now is where a single life ends, in the time of t: where its present rate
	// is asked for. 0 is the last point.
	now float64
}

func (s *series) len() int { return len(s.t) }

// bounds returns the first and past-the-last index of life k.
func (s *series) bounds(k int) (int, int) {
	if k+1 < len(s.lives) {
		return s.lives[k], s.lives[k+1]
	}
	return s.lives[k], len(s.t)
}

// asked is the time for which the rate is asked: the end of a single life, as
// far as its last point can be trusted to tell of it, and of the longest of several.
func (s *series) asked() float64 {
	if len(s.lives) > 1 {
		return s.longest()
	}
	last := s.t[s.len()-1]
	return math.Min(math.Max(s.now, last), last+nowShare*s.longest())
}

// span is the time under observation: the sum of all lives.
func (s *series) span() float64 {
	sum := 0.0
	for k := range s.lives {
		i, j := s.bounds(k)
		if i < j { // a life of samples that were all left out has no points
			sum += s.t[j-1] - s.t[i]
		}
	}
	return sum
}

// longest is the length of the longest life.
func (s *series) longest() float64 {
	long := 0.0
	for k := range s.lives {
		i, j := s.bounds(k)
		if i < j {
			long = math.Max(long, s.t[j-1]-s.t[i])
		}
	}
	return long
}

// from returns the part of a single life's series that starts at index i.
func (s *series) from(i int) *series {
	return &series{t: s.t[i:], y: s.y[i:], at: s.at[i:], width: s.width, lives: []int{0}, now: s.now}
}

// join appends the points of one more life.
func (s *series) join(o *series) {
	if o.len() == 0 {
		return
	}
	s.lives, s.width = append(s.lives, s.len()), o.width
	s.t, s.y, s.at = append(s.t, o.t...), append(s.y, o.y...), append(s.at, o.at...)
}
