package curve

import (
	"math"
	"sort"
)

// Median is the middle of x, the mean of the two middle ones of an even number,
// 0 for an empty one. x is left as it is.
func Median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	c := append([]float64(nil), x...)
	sort.Float64s(c)
	if m := len(c) / 2; len(c)%2 == 1 {
		return c[m]
	} else {
		return (c[m-1] + c[m]) / 2
	}
}

// mean returns the mean of x, which is not empty.
func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// line is the least-squares line through (t, y).
func line(t, y []float64) (level, slope float64) {
	n := float64(len(t))
	var mt, my, tt, ty float64
	for i := range t {
		mt += t[i] / n
		my += y[i] / n
	}
	for i := range t {
		tt += (t[i] - mt) * (t[i] - mt)
		ty += (t[i] - mt) * (y[i] - my)
	}
	if tt > 0 {
		slope = ty / tt
	}
	return my - slope*mt, slope
}

// middle3 is the median of three.
func middle3(a, b, c float64) float64 { return max(min(a, b), min(max(a, b), c)) }

// despike removes lone points (one or two in a row) that stand far off both
// neighbourhoods: a Hampel filter with the scale taken from the differences
// (Davies and Gather, JASA 88, 1993). It returns how many it removed.
func despike(b []bucket) ([]bucket, int) {
	if len(b) < 8 {
		return b, 0
	}
	diffs := make([]float64, 0, len(b))
	var v [5]float64
	for i := range v[1:] {
		v[i+1] = b[i].center()
	}
	for i := 2; i < len(b)-2; i++ {
		copy(v[:], v[1:])
		v[4] = b[i+2].center()
		diffs = append(diffs, math.Abs(v[2]-median5(v)))
	}
	limit := standard.spike * 1.4826 * quantileOf(diffs, 0.7)
	limit = math.Max(limit, spikeShare*math.Abs(b[len(b)/2].center()))
	removed := 0
	for _, d := range diffs {
		if d > limit {
			removed++
		}
	}
	if removed == 0 || removed*20 > len(b) {
		return b, 0 // so many cannot be outliers
	}
	kept := make([]bucket, 0, len(b)-removed)
	for i := range b {
		if i < 2 || i >= len(b)-2 || diffs[i-2] <= limit {
			kept = append(kept, b[i])
		}
	}
	return kept, removed
}

// median5 is the median of five.
func median5(v [5]float64) float64 {
	low := max(min(v[0], v[1]), min(v[2], v[3]))
	high := min(max(v[0], v[1]), max(v[2], v[3]))
	return middle3(v[4], low, high)
}

// quantileOf returns the q-quantile of x.
func quantileOf(x []float64, q float64) float64 {
	c := append([]float64(nil), x...)
	sort.Float64s(c)
	return c[min(len(c)-1, int(q*float64(len(c))))]
}
