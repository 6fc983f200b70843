package curve

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestRampSums holds the running sums to the plain computation.
func TestRampSums(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := &series{lives: []int{0}}
	for k := range 60 {
		s.t = append(s.t, 1e5+float64(k)*60+r.Float64()*20)
		s.y = append(s.y, 3e9+1e6*float64(k)+1e5*r.NormFloat64())
	}
	sums := newRampSums(s)
	for i := 0; i < 59; i += 7 {
		for j := i + 1; j < 60; j += 3 {
			got, want := sums.rss(i, j), slowRamp(s, i, j)
			if math.Abs(got-want) > 1e-6*want {
				t.Fatalf("ramp from %d to %d: %g, want %g", i, j, got, want)
			}
		}
	}
}

// slowRamp regresses the values on the ramp between points i and j.
func slowRamp(s *series, i, j int) float64 {
	x := make([]float64, s.len())
	for k, t := range s.t {
		x[k] = min(max(t-s.t[i], 0), s.t[j]-s.t[i])
	}
	level, slope := line(x, s.y)
	rss := 0.0
	for k := range x {
		e := s.y[k] - level - slope*x[k]
		rss += e * e
	}
	return rss
}
