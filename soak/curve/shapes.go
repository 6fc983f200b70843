package curve

import "math"

// family names a kind of explanation. Those after bounded grow ever more
// slowly: they explain growth without a leak.
type family int

const (
	flat family = iota
	linear
	late
	bend
	steps
	cycle
	warmupAndLine
	warmup
	logarithm
	squareRoot
	familyCount
)

var familyNames = [familyCount]string{
	"flat", "linear", "late onset", "bend", "steps", "daily cycle", "warm-up and linear",
	"warm-up", "logarithmic fill", "square-root fill",
}

func (f family) bounded() bool { return f >= warmup }

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
}

// library holds the columns that shapes are made of, their rates of change at
// the end of the series, and the shapes.
type library struct {
	cols   [][]float64
	rates  []float64
	shapes []shape
}

const day = 24 * 3600.0

// newLibrary lists the explanations that compete for a series. hops are the
// places of its largest jumps.
func newLibrary(s *series, hops []int) *library {
	l := &library{}
	first, last, span := s.t[0], s.t[s.len()-1], s.longest()
	if len(s.lives) > 1 {
		first, last = 0, span
	}
	l.add(shape{family: flat})
	time := l.column(s, 1, func(t float64) float64 { return t })
	l.add(shape{family: linear, cols: []int{time}})
	if s.len() < 6 {
		return l
	}
	if len(s.lives) == 1 {
		for k := 1; k < 8; k++ {
			at := first + span*float64(k)/8
			c := l.column(s, 1, func(t float64) float64 { return math.Max(0, t-at) })
			l.add(shape{family: late, cols: []int{c}, extra: 1, at: at})
			l.add(shape{family: bend, cols: []int{time, c}, extra: 1, at: at})
		}
		used := []int{time}
		for _, h := range hops {
			at := (s.t[h] + s.t[h-1]) / 2
			used = append(used, l.column(s, 0, func(t float64) float64 { return step(t, at) }))
			l.add(shape{family: steps, cols: append([]int(nil), used...), extra: float64(len(used) - 1), at: at})
		}
	}
	for _, share := range [...]float64{.04, .08, .16, .3, .6, 1, 2, 4} {
		tau := share * span
		end := math.Exp(-(last - first) / tau)
		c := l.column(s, end/tau, func(t float64) float64 { return 1 - math.Exp(-(t-first)/tau) })
		l.add(shape{family: warmup, cols: []int{c}, extra: 1, at: tau, tail: end / tau * span / (1 - end)})
		if share <= .3 {
			l.add(shape{family: warmupAndLine, cols: []int{time, c}, extra: 1, at: tau})
		}
	}
	for _, share := range [...]float64{.003, .02, .1, .4} {
		t0 := share * last
		c := l.column(s, 1/(t0+last), func(t float64) float64 { return math.Log(1 + t/t0) })
		l.add(shape{family: logarithm, cols: []int{c}, extra: 1, at: t0,
			tail: span / (t0 + last) / (math.Log(1+last/t0) - math.Log(1+first/t0))})
	}
	c := l.column(s, .5/math.Sqrt(last), math.Sqrt)
	l.add(shape{family: squareRoot, cols: []int{c}, tail: .5 / math.Sqrt(last) * span / (math.Sqrt(last) - math.Sqrt(first))})
	if span > 0.7*day && len(s.lives) == 1 {
		l.addCycle(s, time, last)
	}
	return l
}

// addCycle adds a day's wave with its first overtone.
func (l *library) addCycle(s *series, time int, last float64) {
	cols := []int{time}
	for k := 1.0; k <= 2; k++ {
		w := 2 * math.Pi * k / day
		// The wave's own rate at the end is not the memory's: it counts as 0.
		cols = append(cols,
			l.column(s, 0, func(t float64) float64 { return math.Sin(w * t) }),
			l.column(s, 0, func(t float64) float64 { return math.Cos(w * t) }))
	}
	l.add(shape{family: cycle, cols: cols[:3], at: day})
	l.add(shape{family: cycle, cols: cols, at: day})
}

// column adds f over the series' times; rate is its rate of change at the end.
func (l *library) column(s *series, rate float64, f func(float64) float64) int {
	c := make([]float64, s.len())
	for i, t := range s.t {
		c[i] = f(t)
	}
	l.cols = append(l.cols, c)
	l.rates = append(l.rates, rate)
	return len(l.cols) - 1
}

func (l *library) add(s shape) { l.shapes = append(l.shapes, s) }

func step(t, at float64) float64 {
	if t < at {
		return 0
	}
	return 1
}
