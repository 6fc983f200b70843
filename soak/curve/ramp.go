package curve

import "math"

// addRamp adds a straight rise between two bends with nothing before and
// after: a cache that has filled, a leak that has stopped. The bends are found
// by least squares, first on a coarse grid, then near its best; the quiet end
// must be long enough to be a regime of its own.
func (l *library) addRamp() {
	n := l.s.len()
	if n < minFrame {
		return
	}
	latest := l.last - minFrameShare*l.span
	best, from, to := math.Inf(1), 0, 0
	try := func(i, j int) {
		if i < 0 || j <= i || j >= n || l.s.t[j] > latest {
			return
		}
		if rss := rampRSS(l.s, i, j); rss < best {
			best, from, to = rss, i, j
		}
	}
	grid := max(1, n/16)
	for i := 0; i < n; i += grid {
		for j := i + grid; j < n; j += grid {
			try(i, j)
		}
	}
	for step := (grid + 1) / 2; to > 0 && step > 0; step /= 2 {
		i, j := from, to
		for di := -1; di <= 1; di++ {
			for dj := -1; dj <= 1; dj++ {
				try(i+di*step, j+dj*step)
			}
		}
	}
	if to == 0 {
		return
	}
	a, b := l.s.t[from], l.s.t[to]
	c := l.column(0, func(t float64) float64 { return math.Min(math.Max(t-a, 0), b-a) })
	l.add(shape{family: ramp, cols: []int{c}, extra: 2, at: b})
}

// rampRSS is the residual sum of squares of a level and a ramp between points
// i and j.
func rampRSS(s *series, i, j int) float64 {
	a, b, n := s.t[i], s.t[j], float64(s.len())
	var sx, sy, xx, xy, yy float64
	y0 := s.y[0]
	for k, t := range s.t {
		x, y := math.Min(math.Max(t-a, 0), b-a), s.y[k]-y0
		sx, sy, xx, xy, yy = sx+x, sy+y, xx+x*x, xy+x*y, yy+y*y
	}
	sxx, sxy, syy := xx-sx*sx/n, xy-sx*sy/n, yy-sy*sy/n
	if sxx <= 0 {
		return math.Inf(1)
	}
	return syy - sxy*sxy/sxx
}
