package curve

import "math"

// gram holds the inner products of all whitened columns under one noise
// hypothesis, each life's level projected out, so that every shape can be
// solved from a few of its entries.
type gram struct {
	s     *series
	cols  [][]float64 // the library's columns, then y
	white whitener
	rows  [][]float64 // whitened columns of one life, then the ones
	m     [][]float64
	// logDet is that of the covariance, levels that of the levels' information.
	logDet, levels float64
	scratch        []float64
}

func newGram(s *series, l *library) *gram {
	g := &gram{s: s, cols: append(append([][]float64(nil), l.cols...), s.y)}
	p := len(g.cols)
	g.rows, g.m = make([][]float64, p+1), make([][]float64, p)
	for i := range g.rows {
		g.rows[i] = make([]float64, s.len())
	}
	for i := range g.m {
		g.m[i] = make([]float64, p)
	}
	return g
}

// set computes the inner products under h.
func (g *gram) set(h noise) {
	for i := range g.m {
		clear(g.m[i])
	}
	g.logDet, g.levels = 0, 0
	p := len(g.cols)
	ones := resize(g.scratch, g.s.len())
	for i := range ones {
		ones[i] = 1
	}
	g.scratch = ones
	for k := range g.s.lives {
		lo, hi := g.s.bounds(k)
		g.white.set(g.s.t[lo:hi], g.s.width, h)
		g.logDet += g.white.logDet
		for c, x := range g.cols {
			g.white.apply(x[lo:hi], g.rows[c][:hi-lo])
		}
		g.white.apply(ones[lo:hi], g.rows[p][:hi-lo])
		unit := g.rows[p][:hi-lo]
		info := dot(unit, unit)
		g.levels += math.Log(info)
		for a := range p {
			ra := g.rows[a][:hi-lo]
			share := dot(ra, unit) / info
			for i := range ra {
				ra[i] -= share * unit[i]
			}
			for b := 0; b <= a; b++ {
				g.m[a][b] += dot(ra, g.rows[b][:hi-lo])
			}
		}
	}
}

// solve fits one shape by generalised least squares.
func (g *gram) solve(sh shape, n int, grain float64, rates []float64) (fitted, bool) {
	p, y := len(sh.cols), len(g.cols)-1
	free := float64(n - len(g.s.lives) - p)
	if free < 1 || math.IsInf(penalty(float64(p)+sh.extra, float64(n)), 1) {
		return fitted{}, false
	}
	var a [8][8]float64 // lower Cholesky factor
	var z, coef, v [8]float64
	det := 0.0
	for i := range p {
		for j := 0; j <= i; j++ {
			x := g.at(sh.cols[i], sh.cols[j])
			for k := range j {
				x -= a[i][k] * a[j][k]
			}
			if i != j {
				a[i][j] = x / a[j][j]
				continue
			}
			if x <= 1e-10*g.m[sh.cols[i]][sh.cols[i]] {
				return fitted{}, false
			}
			a[i][i] = math.Sqrt(x)
			det += math.Log(x)
		}
		x, r := g.m[y][sh.cols[i]], rates[sh.cols[i]]
		for k := range i {
			x -= a[i][k] * z[k]
			r -= a[i][k] * v[k]
		}
		z[i], v[i] = x/a[i][i], r/a[i][i]
	}
	rss, spread := g.m[y][y], 0.0
	for i := range p {
		rss -= z[i] * z[i]
		spread += v[i] * v[i]
	}
	rss = math.Max(rss, 0) + float64(n)*grain*grain
	rate := 0.0
	for i := p - 1; i >= 0; i-- {
		x := z[i]
		for k := i + 1; k < p; k++ {
			x -= a[k][i] * coef[k]
		}
		coef[i] = x / a[i][i]
		rate += coef[i] * rates[sh.cols[i]]
	}
	if sh.convex && coef[p-1] <= 0 {
		return fitted{}, false
	}
	f := fitted{}
	f.center, f.scale, f.freedom = rate, math.Sqrt(rss/free*spread), free
	f.score = float64(n)*math.Log(rss) + g.logDet + penalty(float64(p)+sh.extra, float64(n))
	f.restricted = free*math.Log(rss) + g.logDet + g.levels + det
	return f, true
}

// penalty is BIC's for k parameters of the shape on n points (Schwarz, Annals
// of Statistics 6, 1978), with the small-sample term of AICc (Hurvich and
// Tsai, Biometrika 76, 1989), which counts the level and the noise as well.
func penalty(k, n float64) float64 {
	all := k + 2
	if n-all < 1 {
		return math.Inf(1)
	}
	return k*math.Log(n) + 2*all*(all+1)/math.Max(n-all-1, 1)
}

func (g *gram) at(i, j int) float64 {
	if i < j {
		i, j = j, i
	}
	return g.m[i][j]
}

// dot is the inner product, in four sums so that additions need not wait for
// each other.
func dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	for ; len(a) >= 4; a, b = a[4:], b[4:] {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
	}
	for i, x := range a {
		s0 += x * b[i]
	}
	return s0 + s1 + s2 + s3
}
