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
	sums := newRampSums(l.s)
	best, from, to := math.Inf(1), 0, 0
	try := func(i, j int) {
		if i < 0 || j <= i || j >= n || l.s.t[j] > latest {
			return
		}
		if rss := sums.rss(i, j); rss < best {
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

// rampSums holds running sums over a series, of times and values counted from
// their means, so that a ramp between any two points is fitted in O(1).
type rampSums struct {
	t             []float64
	y, st, tt, ty []float64 // y[k] is the sum over the first k points
	square        float64
}

func newRampSums(s *series) *rampSums {
	n := s.len()
	r := &rampSums{t: make([]float64, n)}
	for _, p := range [...]*[]float64{&r.y, &r.st, &r.tt, &r.ty} {
		*p = make([]float64, n+1)
	}
	mt, my := mean(s.t), mean(s.y)
	for k := range s.t {
		t, y := s.t[k]-mt, s.y[k]-my
		r.t[k] = t
		r.y[k+1], r.st[k+1] = r.y[k]+y, r.st[k]+t
		r.tt[k+1], r.ty[k+1] = r.tt[k]+t*t, r.ty[k]+t*y
		r.square += y * y
	}
	return r
}

// rss is the residual sum of squares of a level and a ramp between points i
// and j: 0 up to i, t - t[i] between, t[j] - t[i] from j on.
func (r *rampSums) rss(i, j int) float64 {
	all := len(r.t)
	n, m, rest := float64(all), float64(j-i), float64(all-j)
	a, width := r.t[i], r.t[j]-r.t[i]
	st, tt := r.st[j]-r.st[i], r.tt[j]-r.tt[i]
	sx := st - m*a + rest*width
	xx := tt - 2*a*st + m*a*a + rest*width*width
	xy := r.ty[j] - r.ty[i] - a*(r.y[j]-r.y[i]) + width*(r.y[all]-r.y[j])
	if sxx := xx - sx*sx/n; sxx > 0 {
		return r.square - xy*xy/sxx // the values sum up to 0
	}
	return math.Inf(1)
}
