package curve

import "math"

// frame returns the index at which the present regime of a single life
// begins: the end of the start-up, the last kink, the onset of a leak. It
// looks for the split that best separates the increments into two normal
// populations (Hinkley, Biometrika 57, 1970, with the variance free as well),
// again within the later part, and accepts one only if its rate is new: no
// stretch of the other side moves as the shorter side does.
func frame(s *series, grain float64) int {
	start := 0
	for range 3 {
		next := splitAt(s, start, grain)
		if next == start {
			break
		}
		start = next
	}
	return start
}

func splitAt(s *series, from int, grain float64) int {
	n := s.len() - from
	if n < 2*minFrame {
		return from
	}
	d := make([]float64, n-1)
	for i := range d {
		d[i] = s.y[from+i+1] - s.y[from+i]
	}
	sum, square := make([]float64, n), make([]float64, n)
	for i, x := range d {
		sum[i+1], square[i+1] = sum[i]+x, square[i]+x*x
	}
	scale := math.Sqrt(square[n-1] / float64(n-1))
	least := math.Max(grain*grain, 4e-4*scale*scale)
	cost := func(i, j int) float64 {
		m := float64(j - i)
		mean := (sum[j] - sum[i]) / m
		return m * math.Log((square[j]-square[i])/m-mean*mean+least)
	}
	whole, best, at := cost(0, n-1), splitGain, 0
	end := s.t[s.len()-1]
	for k := 3; k <= n-minFrame; k++ {
		if end-s.t[from+k] < minFrameShare*(end-s.t[0]) {
			break
		}
		if gain := whole - cost(0, k) - cost(k, n-1); gain > best && novel(s, from, from+k) {
			best, at = gain, k
		}
	}
	return from + at
}

// novel reports whether the shorter of the two sides of a split moves at a
// rate that no stretch of its length on the other side reaches.
func novel(s *series, from, at int) bool {
	last := s.len() - 1
	short, long := [2]int{from, at}, [2]int{at, last}
	if s.t[at]-s.t[from] > s.t[last]-s.t[at] {
		short, long = long, short
	}
	length := s.t[short[1]] - s.t[short[0]]
	rate := (s.y[short[1]] - s.y[short[0]]) / length
	low, high := math.Inf(1), math.Inf(-1)
	j := long[0]
	for i := long[0]; i <= long[1]; i++ {
		for j < long[1] && s.t[j]-s.t[i] < 0.9*length {
			j++
		}
		if s.t[j]-s.t[i] < 0.9*length {
			break
		}
		r := (s.y[j] - s.y[i]) / (s.t[j] - s.t[i])
		low, high = math.Min(low, r), math.Max(high, r)
	}
	margin := 0.25 * (high - low)
	return rate > high+margin || rate < low-margin
}
