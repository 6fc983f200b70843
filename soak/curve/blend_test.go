package curve

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestHalfwayOfPolynomials holds what is interpolated to the curves that it is
// exact for.
func TestHalfwayOfPolynomials(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(x float64) float64
		n, i int
	}{
		{"cubic", func(x float64) float64 { return 2 - x + 3*x*x - x*x*x }, 4, 1},
		{"parabola at the begin", func(x float64) float64 { return 5 + x - 2*x*x }, 4, 0},
		{"parabola at the end", func(x float64) float64 { return 5 + x - 2*x*x }, 4, 2},
		{"line of two", func(x float64) float64 { return 7 - 4*x }, 2, 0},
	} {
		var chain []guess
		for k := range c.n {
			y := c.f(float64(k))
			chain = append(chain, guess{y, 2 * y, -y, 3 * y})
		}
		y := c.f(float64(c.i) + .5)
		if g := halfway(chain, c.i); math.Abs(g[guessAgainst]-y)+math.Abs(g[guessRate]-2*y)+math.Abs(g[guessLogRateScale]+y)+math.Abs(g[guessLevel]-3*y) > 1e-9 {
			t.Errorf("%s: %v, want multiples of %g", c.name, g, y)
		}
	}
}

// TestHalfwayAgainstSolved holds what is interpolated between two correlation
// times to the fit under the noise that lies between them.
func TestHalfwayAgainstSolved(t *testing.T) {
	for seed := range uint64(20) {
		d := leaking(simAR([...]float64{.9, .98, .999}[seed%3]))(rand.New(rand.NewPCG(seed, 3)))
		s, _ := judge(d.samples(), Options{})
		a := s.analyse()
		l := startLibrary(a.series)
		l.time = l.column(1, func(t float64) float64 { return t })
		line := shape{family: linear, cols: []int{l.time}}
		l.add(line)
		g := newGram(l)
		solve := func(tau float64) guess {
			g.set(noise{tau: tau})
			f, ok := g.solve(line, 1)
			if !ok {
				t.Fatalf("no line under a correlation time of %g s", tau)
			}
			return guess{f.restricted, f.center, math.Log(f.scale), f.level, math.Log(f.levelScale), f.tie}
		}
		var chain []guess
		var taus []float64
		best := math.Inf(1)
		for _, h := range noises(typicalStep(a.series), a.series.longest()) {
			if h.kind == correlated {
				taus = append(taus, h.tau)
				chain = append(chain, solve(h.tau))
				best = math.Min(best, chain[len(chain)-1][guessAgainst])
			}
		}
		for i := range len(chain) - 1 {
			got, want := halfway(chain, i), solve(math.Sqrt(taus[i]*taus[i+1]))
			if want[guessAgainst] > best+10 {
				continue // it has next to no weight
			}
			// Rate and level count in standard errors.
			off := guess{
				guessAgainst:       (got[guessAgainst] - want[guessAgainst]) / 30,
				guessRate:          (got[guessRate] - want[guessRate]) / math.Exp(want[guessLogRateScale]),
				guessLogRateScale:  got[guessLogRateScale] - want[guessLogRateScale],
				guessLevel:         (got[guessLevel] - want[guessLevel]) / math.Exp(want[guessLogLevelScale]),
				guessLogLevelScale: got[guessLogLevelScale] - want[guessLogLevelScale],
				guessTie:           got[guessTie] - want[guessTie],
			}
			for k := range off {
				if math.Abs(off[k]) > .05 {
					t.Errorf("seed %d, halfway from %g to %g s: figure %d off by %.3f: %v, solved %v", seed, taus[i], taus[i+1], k, off[k], got, want)
				}
			}
		}
	}
}
