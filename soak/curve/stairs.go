package curve

import (
	"cmp"
	"math"
	"slices"
)

// jump is a stretch that rises clearly faster than its series does on average.
type jump struct {
	// from and to are in seconds of the series, size in bytes.
	from, to, size float64
}

// stairs are the jumps of a single life.
type stairs struct {
	jumps []jump
	// total is how much the series rose from begin to end, points how many it has.
	total, begin, end float64
	points            int
}

// findStairs finds the jumps of a series; several lives have none.
func findStairs(s *series) stairs {
	z := stairs{points: s.len()}
	if len(s.lives) > 1 || z.points < stairsPoints {
		return z
	}
	z.total, z.begin, z.end = s.y[z.points-1]-s.y[0], s.t[0], s.t[z.points-1]
	if z.total <= 0 {
		return z
	}
	steep := jumpSteep * z.total / (z.end - z.begin)
	last := -1 // the last point of the jump before
	for i := 1; i < z.points; i++ {
		d := s.y[i] - s.y[i-1]
		if d <= steep*(s.t[i]-s.t[i-1]) {
			continue
		}
		if last < i-1 {
			z.jumps = append(z.jumps, jump{from: s.t[i-1]})
		}
		j := &z.jumps[len(z.jumps)-1]
		j.to, j.size, last = s.t[i], j.size+d, i
	}
	return z
}

// jumped is the share of the total rise that came in jumps.
func (z stairs) jumped() float64 {
	sum := 0.0
	for _, j := range z.jumps {
		sum += j.size
	}
	return sum / z.total
}

// staircase reports whether a few jumps, spread over the series, carry most of
// a growth that is no settling.
func (z stairs) staircase(settle float64) bool {
	return len(z.jumps) >= staircaseJumps && len(z.jumps)*jumpPoints <= z.points && z.total >= stairsSettle*settle && z.jumped() > jumpedShare
}

// swings reports whether so much of the growth came in jumps that a forecast
// must allow for them.
func (z stairs) swings() bool { return len(z.jumps) >= staircaseJumps && z.jumped() > swingShare }

// pausing reports whether memory that grew in jumps which did not get smaller,
// on the whole by more than the tolerance in bytes per second, has stood still
// for hardly longer than between two of them. So does a heap that is committed
// in steps while what lives in it grows steadily: each step lasts up to twice as
// long as the one before.
func (z stairs) pausing(settle, tolerance float64) bool {
	if z.total < math.Max(stairsSettle*settle, tolerance*(z.end-z.begin)) || z.jumped() < jumpedShare || z.jumped() > 1/jumpedShare {
		return false
	}
	big := z.big()
	if len(big) < pausingJumps {
		return false
	}
	return big[len(big)-1].size >= lastJump*z.largest() && z.still() < pausingTimes*z.pause()
}

// big are the jumps that are more than a bump.
func (z stairs) big() []jump {
	return slices.DeleteFunc(slices.Clone(z.jumps), func(j jump) bool { return j.size < jumpShare*z.total })
}

// largest is the size of the largest jump.
func (z stairs) largest() float64 {
	return slices.MaxFunc(z.jumps, func(x, y jump) int { return cmp.Compare(x.size, y.size) }).size
}

// pause is the longest time from one big jump to the next, in seconds.
func (z stairs) pause() float64 {
	big, longest := z.big(), 0.0
	for i := 1; i < len(big); i++ {
		longest = max(longest, big[i].from-big[i-1].to)
	}
	return longest
}

// still is the time since the last big jump, in seconds.
func (z stairs) still() float64 {
	big := z.big()
	return z.end - big[len(big)-1].to
}
