package curve

import (
	"math"
	"time"

	"leakcheck/soak"
)

// maxLives is how many lives are kept; a crash loop forgets its oldest.
const maxLives = 24

// closedBuckets is how many buckets a life keeps once it has ended.
const closedBuckets = 128

// life is what is kept of one life of the target.
type life struct {
	id       int
	started  time.Time
	restarts int64
	// offset is the age of the process at the stream's second 0.
	offset float64
	grid   grid
	// last is the time and lastY the value of the last sample.
	last, lastY float64
	// rises and drops between samples, for telling teeth finer than a bucket.
	rise, drop   float64
	rises, drops int
	lastMove     float64
	samples      int
	gaps         int
	recent       recent
	// step is the usual time between samples, an exponential average.
	step float64
	// swing is the height of the teeth, or of the largest step, of a life that has ended.
	swing float64
}

// begins reports whether x belongs to another life than l.
func (l *life) begins(x *soak.Sample) bool {
	if x.Life != l.id {
		return true
	}
	if !x.Started.IsZero() && !l.started.IsZero() && x.Started.Sub(l.started).Abs() > time.Second {
		return true
	}
	restarts, ok := x.Get(soak.Restarts)
	return ok && restarts > l.restarts
}

// add takes a sample of this life.
func (l *life) add(t, y float64, v *soak.Values) {
	if l.samples > 0 {
		dt := t - l.last
		switch {
		case l.step == 0:
			l.step = dt
		case dt > standard.gapFactor*l.step && dt > 5:
			l.gaps++
		default:
			l.step += (dt - l.step) / 16
		}
		l.move(y - l.lastY)
	}
	l.samples++
	l.last, l.lastY = t, y
	l.grid.add(t, y, v)
}

// move counts a rise or a drop between samples. A rise that the next sample
// takes back is a lone spike and no part of a tooth: neither counts.
func (l *life) move(d float64) {
	switch {
	case d > 0:
		l.rise, l.rises = l.rise+d, l.rises+1
	case d < 0 && l.lastMove > 0 && math.Abs(l.lastMove+d) < 0.25*l.lastMove:
		l.rise, l.rises = l.rise-l.lastMove, l.rises-1
	case d < 0:
		l.drop, l.drops = l.drop-d, l.drops+1
	}
	l.lastMove = d
}

// skew is the mean drop over the mean rise between samples: 1 for noise, large
// for a sawtooth.
func (l *life) skew() float64 {
	if l.drops < 5 || l.rises < 5 || l.rise == 0 {
		return 1
	}
	return l.drop / float64(l.drops) * float64(l.rises) / l.rise
}

// close ends the life and shrinks what is kept of it.
func (l *life) close() {
	if f := l.floor(-1, math.Inf(1)); f.teeth > 0 {
		l.swing = f.height
	} else if z := findStairs(l.series(f)); z.swings() {
		l.swing = z.largest()
	}
	l.grid.shrink(closedBuckets)
	l.grid.buckets = append([]bucket(nil), l.grid.buckets...)
}

// floor returns the life's floor between two times.
func (l *life) floor(from, until float64) floor {
	b := l.grid.buckets
	for len(b) > 0 && b[0].t < from {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1].t >= until {
		b = b[:len(b)-1]
	}
	f := findFloor(b, l.skew(), l.rise/math.Max(float64(l.rises), 1))
	f.end = math.Min(l.last, until)
	return f
}

// series turns a floor into a series of this life.
func (l *life) series(f floor) *series {
	s := &series{lives: []int{0}, width: f.width, now: f.end + l.offset}
	for _, q := range f.points {
		s.at = append(s.at, q.at)
		s.t = append(s.t, math.Max(q.at+l.offset, 0))
		s.y = append(s.y, q.y)
	}
	return s
}

// length is the time under observation in seconds.
func (l *life) length() float64 { return l.last - l.grid.buckets[0].t }
