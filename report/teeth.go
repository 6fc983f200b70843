package report

import (
	"slices"
	"strings"
	"time"

	"leakcheck/soak"
)

// teeth follows a curve as it comes and keeps its last teeth: how low, how
// high, how long. Down-sampled curves would have lost the short ones. It
// describes; whether a curve is a sawtooth is for the verdict to say.
type teeth struct {
	last        []tooth
	life        int
	low, high   Point
	seen        bool
	falling     bool
	lastBottom  int64
	foundBottom bool
}

// tooth is a rise from a bottom to a top; period is the time since the bottom before.
type tooth struct {
	bottom, top float64
	period      time.Duration
}

const (
	// leastFall is how deep a fall must be, relative to where it began, to end a tooth.
	leastFall = 0.05
	mostTeeth = 256
	fewTeeth  = 3
)

// add takes in the next point of a life.
func (t *teeth) add(life int, p Point) {
	if !t.seen || life != t.life {
		*t = teeth{last: t.last, life: life, low: p, high: p, seen: true}
		return
	}
	switch {
	case t.falling && p.V < t.low.V:
		t.low = p
	case t.falling && p.V > t.low.V+leastFall*t.high.V:
		t.bottom()
		t.high, t.falling = p, false
	case !t.falling && p.V > t.high.V:
		t.high = p
	case !t.falling && p.V < t.high.V*(1-leastFall):
		t.low, t.falling = p, true
	}
}

// bottom ends the tooth that led down here.
func (t *teeth) bottom() {
	if t.foundBottom {
		t.last = append(t.last, tooth{t.low.V, t.high.V, time.Duration(t.low.T-t.lastBottom) * time.Millisecond})
		if len(t.last) > mostTeeth {
			t.last = slices.Delete(t.last, 0, 1)
		}
	}
	t.lastBottom, t.foundBottom = t.low.T, true
}

// String says how the usual tooth looks: "1.3-1.9 GB every 4-11 min". It is
// empty with too few to tell.
func (t *teeth) String() string {
	if len(t.last) < fewTeeth {
		return ""
	}
	var bottoms, tops []float64
	var periods []time.Duration
	for _, x := range t.last {
		bottoms, tops, periods = append(bottoms, x.bottom), append(tops, x.top), append(periods, x.period)
	}
	slices.Sort(bottoms)
	slices.Sort(tops)
	slices.Sort(periods)
	n := len(periods)
	top := tops[n/2]
	_, unit, _ := strings.Cut(soak.FormatBytes(top), " ")
	scale := byteUnits[unit]
	return sig3(bottoms[n/2]/scale) + "-" + sig3(top/scale) + " " + unit + " every " + spans(periods[n/10], periods[n-1-n/10])
}

// spans prints a range of lengths of time: "4-11 min".
func spans(from, to time.Duration) string {
	a, b := span(from), span(to)
	number, unit, _ := strings.Cut(a, " ")
	switch {
	case a == b:
		return a
	case strings.HasSuffix(b, " "+unit) && strings.Count(b, " ") == 1:
		return number + "-" + b
	}
	return a + " to " + b
}
