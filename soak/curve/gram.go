package curve

import "math"

// gram holds the inner products of the whitened columns under one noise
// hypothesis, each life's level projected out, so that every shape can be
// solved from a few of its entries.
type gram struct {
	s     *series
	cols  [][]float64 // the library's columns, then y, then ones
	white whitener
	rows  [][]float64 // whitened columns of one life
	m     [][]float64
	// pairs are the entries of m that some shape needs.
	pairs [][2]int
	// logDet is that of the covariance, levels that of the levels' information.
	logDet, levels float64
	// means are the columns' weighted means over the last life, info is the
	// information on its level.
	means []float64
	info  float64
	l     *library
}

func newGram(l *library) *gram {
	s := l.s
	ones := make([]float64, s.len())
	for i := range ones {
		ones[i] = 1
	}
	g := &gram{s: s, l: l, means: make([]float64, len(l.cols)+1), cols: append(append([][]float64(nil), l.cols...), s.y, ones)}
	p := len(g.cols)
	g.rows, g.m = make([][]float64, p), make([][]float64, p-1)
	cells := make([]float64, p*s.len())
	for i := range g.rows {
		g.rows[i] = cells[i*s.len() : (i+1)*s.len()]
	}
	cells = make([]float64, (p-1)*(p-1))
	for i := range g.m {
		g.m[i] = cells[i*(p-1) : (i+1)*(p-1)]
	}
	g.pairs = l.pairs()
	return g
}

// pairs lists the columns, the larger first, whose inner product some shape
// needs; y comes after the library's columns.
func (l *library) pairs() [][2]int {
	y := len(l.cols)
	need := make([]bool, (y+1)*(y+1))
	need[y*(y+1)+y] = true
	for i := range l.shapes {
		cols := l.shapes[i].cols
		for k, a := range cols {
			need[y*(y+1)+a] = true
			for _, b := range cols[:k+1] {
				need[max(a, b)*(y+1)+min(a, b)] = true
			}
		}
	}
	out := make([][2]int, 0, 4*y)
	for i, yes := range need {
		if yes {
			out = append(out, [2]int{i / (y + 1), i % (y + 1)})
		}
	}
	return out
}

// set computes the inner products under h.
func (g *gram) set(h noise) {
	for i := range g.m {
		clear(g.m[i])
	}
	g.logDet, g.levels = 0, 0
	for k := range g.s.lives {
		lo, hi := g.s.bounds(k)
		g.white.set(g.s.t[lo:hi], g.s.width, h)
		g.logDet += g.white.logDet
		g.info = g.whiten(lo, hi)
		g.levels += math.Log(g.info)
		for _, x := range g.pairs {
			g.m[x[0]][x[1]] += dot(g.rows[x[0]][:hi-lo], g.rows[x[1]][:hi-lo])
		}
	}
}

// whiten fills the rows with the whitened columns of the life from lo to hi,
// its level projected out, and returns the level's information.
func (g *gram) whiten(lo, hi int) float64 {
	i := 0
	for ; i+4 <= len(g.cols); i += 4 {
		g.white.apply4(g.cols[i:i+4], g.rows[i:i+4], lo, hi)
	}
	for ; i < len(g.cols); i++ {
		g.white.apply(g.cols[i][lo:hi], g.rows[i][:hi-lo])
	}
	last := len(g.cols) - 1
	unit := g.rows[last][:hi-lo]
	info := dot(unit, unit)
	for k, row := range g.rows[:last] {
		row = row[:len(unit)]
		g.means[k] = dot(row, unit) / info
		for i, u := range unit {
			row[i] -= g.means[k] * u
		}
	}
	return info
}

// solve fits one shape by generalised least squares.
func (g *gram) solve(sh shape, grain float64) (fitted, bool) {
	n, p, y := float64(g.s.len()), len(sh.cols), len(g.cols)-2
	free := n - float64(len(g.s.lives)+p)
	price := penalty(float64(p)+sh.extra, n)
	if free < 1 || math.IsInf(price, 1) {
		return fitted{}, false
	}
	q, ok := g.factor(sh)
	if !ok || sh.convex && q.fit[p-1] <= 0 { // the last coefficient has the sign of its part of the fit
		return fitted{}, false
	}
	rss, rate, level := g.m[y][y], 0.0, g.means[y]
	var rates, both, levels float64
	for i := range p {
		rss -= q.fit[i] * q.fit[i]
		rate += q.rate[i] * q.fit[i]
		level += q.level[i] * q.fit[i]
		rates += q.rate[i] * q.rate[i]
		both += q.rate[i] * q.level[i]
		levels += q.level[i] * q.level[i]
	}
	rss = math.Max(rss, 0) + n*grain*grain
	f := fitted{}
	sigma := math.Sqrt(rss / free)
	levels += 1 / g.info
	f.center, f.scale, f.freedom = rate, sigma*math.Sqrt(rates), free
	f.level, f.levelScale = level, sigma*math.Sqrt(levels)
	if rates > 0 {
		f.tie = both / math.Sqrt(rates*levels)
	}
	logRSS := math.Log(rss)
	f.score = n*logRSS + g.logDet + price
	f.restricted = free*logRSS + g.logDet + g.levels + q.logDet
	return f, true
}

// factored is a shape's part of the normal equations, A A' = X'X, solved for
// three sides: A^-1 of X'y, of the columns' rates, and of their levels now. An
// inner product of two of them is a fit or a covariance.
type factored struct {
	fit, rate, level [8]float64
	logDet           float64
}

// factor is the Cholesky decomposition; it fails on columns that depend on
// each other.
func (g *gram) factor(sh shape) (q factored, ok bool) {
	var a [8][8]float64
	y := len(g.cols) - 2
	for i, c := range sh.cols {
		for j := 0; j <= i; j++ {
			x := g.at(c, sh.cols[j])
			for k := range j {
				x -= a[i][k] * a[j][k]
			}
			if i != j {
				a[i][j] = x / a[j][j]
				continue
			}
			if x <= 1e-10*g.m[c][c] {
				return q, false
			}
			a[i][i] = math.Sqrt(x)
			q.logDet += math.Log(x)
		}
		fit, rate, level := g.m[y][c], g.l.rates[c], g.l.levels[c]-g.means[c]
		for k := range i {
			fit -= a[i][k] * q.fit[k]
			rate -= a[i][k] * q.rate[k]
			level -= a[i][k] * q.level[k]
		}
		q.fit[i], q.rate[i], q.level[i] = fit/a[i][i], rate/a[i][i], level/a[i][i]
	}
	return q, true
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
