package curve

import (
	"math"
	"slices"
)

// family names a kind of explanation. Those from warmup on explain growth
// without a leak: they level off, fill ever more slowly, or come back each day.
type family int

const (
	flat family = iota
	linear
	late
	bend
	accelerating
	steps
	warmupAndLine
	cycleAndLine
	warmup
	logarithm
	squareRoot
	ramp
	cycle
	familyCount
)

var familyNames = [familyCount]string{
	"flat", "linear", "late onset", "bend", "accelerating", "steps and linear", "warm-up and linear", "daily cycle and linear",
	"warm-up", "logarithmic fill", "square-root fill", "rise that ended", "daily cycle",
}

// harmless reports whether the family explains growth without a leak.
func (f family) harmless() bool { return f >= warmup }

// shape is one member of a family: a linear combination of columns.
type shape struct {
	family family
	cols   []int
	// extra counts parameters that were searched for: the place of a bend, a
	// time constant.
	extra float64
	// at is where the bend is, or the time constant, in seconds.
	at float64
	// tail is the shape's last rate over its mean rate, for bounded ones.
	tail float64
	// convex demands that the last coefficient be positive: a parabola that
	// bends down explains nothing, it would have to fall in the end.
	convex bool
}

// course is how far a harmless shape has levelled off.
type course int

const (
	levelled course = iota // clearly: a leak must be told apart from it
	levelling
	straight // hardly: it promises an end that has not shown yet
	courseCount
)

func (s *shape) course() course {
	switch {
	case s.tail < 0.5:
		return levelled
	case s.tail < 0.65:
		return levelling
	}
	return straight
}

// library holds the columns that shapes are made of, their values and rates of
// change at the end of the series, and the shapes.
type library struct {
	s                 *series
	single            bool
	first, last, span float64
	now               float64 // where the rates are asked for
	time              int     // the column of time itself

	cols   [][]float64
	rates  []float64
	levels []float64 // what each column is at now
	shapes []shape
}

const day = 24 * 3600.0

// startLibrary starts a library of a series.
func startLibrary(s *series) *library {
	l := &library{s: s, single: len(s.lives) == 1, first: s.t[0], last: s.t[s.len()-1], now: s.asked()}
	l.span = s.longest()
	if !l.single {
		l.first, l.last = 0, l.span
	}
	return l
}

// newLibrary lists the explanations that compete for a series. hops are the
// places of steps that stand out. Days last scale times shorter than in reality.
func newLibrary(s *series, hops []int, scale float64) *library {
	l := startLibrary(s)
	l.add(shape{family: flat})
	l.time = l.column(1, func(t float64) float64 { return t })
	l.add(shape{family: linear, cols: []int{l.time}})
	if s.len() < 5 {
		return l
	}
	if l.single {
		for k := 1; k < 7; k++ {
			l.addBend(l.first + l.span*float64(k)/8)
		}
		l.addParabola()
		l.addSteps(hops)
		l.addRamp()
	}
	for _, share := range [...]float64{.04, .08, .16, .3, .6, 1, 2, 4} {
		l.addWarmUp(share*l.span, true)
	}
	for _, share := range [...]float64{.003, .02, .1, .4} {
		l.addLog(share * l.last)
	}
	root := math.Sqrt(l.last)
	c := l.column(.5/math.Sqrt(l.now), math.Sqrt)
	l.add(shape{family: squareRoot, cols: []int{c}, tail: .5 / root * l.span / (root - math.Sqrt(l.first))})
	if l.span > 0.4*day/scale && l.single {
		l.addCycle(day / scale)
	}
	return l
}

// refined lists closer neighbours of the best explanations that hang on a
// place or a time constant.
func refined(s *series, found []explanation, spread float64) *library {
	l := startLibrary(s)
	best := math.Inf(1)
	for _, e := range found {
		best = math.Min(best, e.score)
	}
	l.time = l.column(1, func(t float64) float64 { return t })
	for _, e := range found {
		if e.score > best+50 {
			continue
		}
		for _, k := range [...]float64{-1, -.5, .5, 1} {
			at := e.best.at
			switch e.family {
			case bend, late:
				at += k * spread * l.span / 8
				if at > l.first+.05*l.span && at <= l.last-minFrameShare*l.span {
					l.addBend(at)
				}
			case warmup, warmupAndLine:
				l.addWarmUp(at*math.Exp(k*spread), e.family == warmupAndLine)
			case logarithm:
				l.addLog(at * math.Exp(2*k*spread))
			}
		}
	}
	return l
}

// addBend adds an onset and a bend at a time.
func (l *library) addBend(at float64) {
	c := l.column(1, func(t float64) float64 { return math.Max(0, t-at) })
	l.add(shape{family: late, cols: []int{c}, extra: 1, at: at})
	l.add(shape{family: bend, cols: []int{l.time, c}, extra: 1, at: at})
}

// addParabola adds an accelerating parabola.
func (l *library) addParabola() {
	c := l.column(2*(l.now-l.first), func(t float64) float64 { return (t - l.first) * (t - l.first) })
	l.add(shape{family: accelerating, cols: []int{l.time, c}, convex: true})
}

// addSteps adds the steps one after the other.
func (l *library) addSteps(hops []int) {
	used := []int{l.time}
	for _, h := range hops {
		at := (l.s.t[h] + l.s.t[h-1]) / 2
		used = append(used, l.column(0, func(t float64) float64 { return step(t, at) }))
		l.add(shape{family: steps, cols: slices.Clone(used), extra: float64(len(used) - 1), at: at})
	}
}

// addWarmUp adds an exponential approach with time constant tau, and, if it
// ends well within the run, one on top of a line.
func (l *library) addWarmUp(tau float64, withLine bool) {
	end := math.Exp(-(l.last - l.first) / tau)
	c := l.column(math.Exp(-(l.now-l.first)/tau)/tau, func(t float64) float64 { return 1 - math.Exp(-(t-l.first)/tau) })
	l.add(shape{family: warmup, cols: []int{c}, extra: 1, at: tau, tail: end / tau * l.span / (1 - end)})
	if withLine && tau <= .35*l.span {
		l.add(shape{family: warmupAndLine, cols: []int{l.time, c}, extra: 1, at: tau})
	}
}

// addLog adds a fill that slows down like ln(1 + t/t0).
func (l *library) addLog(t0 float64) {
	c := l.column(1/(t0+l.now), func(t float64) float64 { return math.Log(1 + t/t0) })
	l.add(shape{family: logarithm, cols: []int{c}, extra: 1, at: t0,
		tail: l.span / (t0 + l.last) / (math.Log(1+l.last/t0) - math.Log(1+l.first/t0))})
}

// addCycle adds a day's wave, from two days on with its first overtone and
// with a line. A shorter run cannot tell the wave from other curves: there it
// can only explain growth away.
func (l *library) addCycle(day float64) {
	var cols []int
	for k := 1.0; k <= 2; k++ {
		w := 2 * math.Pi * k / day
		// The wave's own rate at the end is not the memory's: it counts as 0.
		cols = append(cols,
			l.column(0, func(t float64) float64 { return math.Sin(w * t) }),
			l.column(0, func(t float64) float64 { return math.Cos(w * t) }))
		l.add(shape{family: cycle, cols: slices.Clone(cols), extra: 1, at: day})
		if l.span < 1.8*day {
			return
		}
		l.add(shape{family: cycleAndLine, cols: append([]int{l.time}, cols...), at: day})
	}
}

// column adds f over the series' times; rate is its rate of change at the end.
func (l *library) column(rate float64, f func(float64) float64) int {
	c := make([]float64, l.s.len())
	for i, t := range l.s.t {
		c[i] = f(t)
	}
	l.cols = append(l.cols, c)
	l.rates = append(l.rates, rate)
	l.levels = append(l.levels, f(l.now))
	return len(l.cols) - 1
}

func (l *library) add(s shape) { l.shapes = append(l.shapes, s) }

func step(t, at float64) float64 {
	if t < at {
		return 0
	}
	return 1
}
