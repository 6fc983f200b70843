package experiment

import (
	"math"

	"leakcheck/soak/curve"
)

// span is a set of orthonormal series over the places that are known. What lies
// in it is taken out of series before they are compared: a trend or a rhythm in
// common would correlate anything with anything.
type span struct {
	known  []int
	trends int // so many come first, the lines of a rhythm after them
	base   [][]float64
	period float64 // of the strongest line, in places; 0 without one
}

// trendsOf is the span of the polynomials up to a cubic over some of n places.
func trendsOf(n int, known []int) *span {
	s := &span{known: known}
	for power := range 4 {
		s.add(n, func(t float64) float64 { return math.Pow(2*t/float64(n)-1, float64(power)) })
	}
	s.trends = len(s.base)
	return s
}

// add puts a function of the place into the span.
func (s *span) add(n int, f func(t float64) float64) {
	x := make([]float64, n)
	for _, i := range s.known {
		x[i] = f(float64(i))
	}
	if s.out(x) {
		s.base = append(s.base, x)
	}
}

// out takes the span out of a series and makes the rest of length 1. Without a
// rest it reports false and leaves nothing, which correlates with nothing.
func (s *span) out(x []float64) bool {
	whole := math.Sqrt(dot(x, x))
	for range 2 { // the second time takes out what rounding left
		for _, b := range s.base {
			by := dot(b, x)
			for i := range x {
				x[i] -= by * b[i]
			}
		}
	}
	length := math.Sqrt(dot(x, x))
	if length <= 1e-9*whole {
		clear(x)
		return false
	}
	for i := range x {
		x[i] /= length
	}
	return true
}

// straighten takes the trend out of values, as those near their middle have it:
// what stands out, such as a collection, bends no trend, and where most values
// are the same there is none. The ranks of values with a trend would scatter
// less at both ends than between them, which no shift keeps.
func (s *span) straighten(y []float64) {
	rest, off := make([]float64, len(s.known)), make([]float64, len(s.known))
	if len(s.known) == 0 {
		return
	}
	for range 3 { // once for what stands out of the trend, and twice to see what does
		for k, i := range s.known {
			rest[k] = y[i]
		}
		middle := curve.Median(rest)
		for k, x := range rest {
			off[k] = math.Abs(x - middle)
		}
		far := 3 * curve.Median(off)
		near := make([]float64, len(y))
		for _, i := range s.known {
			near[i] = min(max(y[i], middle-far), middle+far)
		}
		for _, b := range s.base[:s.trends] {
			by := dot(b, near)
			for i := range y {
				y[i] -= by * b[i]
			}
		}
	}
}

// rest is the length of what the span leaves of a series.
func (s *span) rest(x []float64) float64 {
	left := dot(x, x)
	for _, b := range s.base {
		by := dot(b, x)
		left -= by * by
	}
	return math.Sqrt(max(left, 0))
}

// rhythmic is the share of a series of length 1 that lies in the rhythm.
func (s *span) rhythmic(x []float64) (share float64) {
	for _, b := range s.base[s.trends:] {
		by := dot(b, x)
		share += by * by
	}
	return share
}

const (
	// mostLines bounds the lines that make up a rhythm with its overtones.
	mostLines = 8
	// byChance is how often a series of noise has a line that is called one.
	byChance = 0.01
)

// rhythm adds the lines in a series' spectrum to the span, the strongest first,
// and takes them out of the series: those too strong for noise (Fisher, Tests of
// Significance in Harmonic Analysis, 1929). Frequencies lie closer than
// Fourier's, so that a rhythm that the time cuts off is one line all the same.
func (s *span) rhythm(y []float64) {
	m := float64(len(s.known))
	strong := 1 - math.Pow(byChance/(m/2), 2/(m-3))
	for range mostLines {
		f, share := strongest(y)
		if share < strong {
			return
		}
		if s.period == 0 {
			s.period = 1 / f
		}
		s.add(len(y), func(t float64) float64 { return math.Cos(2 * math.Pi * f * t) })
		s.add(len(y), func(t float64) float64 { return math.Sin(2 * math.Pi * f * t) })
		if !s.out(y) {
			return
		}
	}
}

// strongest is the frequency, per place, that explains most of a series of
// length 1, and what share of it.
func strongest(y []float64) (frequency, share float64) {
	n := float64(len(y))
	for f := 1.5 / n; f <= 0.25; f += 0.25 / n {
		var c, q float64
		turnC, turnQ := math.Cos(2*math.Pi*f), math.Sin(2*math.Pi*f)
		atC, atQ := 1.0, 0.0
		for _, x := range y {
			c, q = c+x*atC, q+x*atQ
			atC, atQ = atC*turnC-atQ*turnQ, atC*turnQ+atQ*turnC
		}
		if p := 2 / n * (c*c + q*q); p > share {
			frequency, share = f, p
		}
	}
	return frequency, share
}
