package curve

import "math"

// guess is what a shape says under one noise: -2 ln of the noise's weight, the
// rate and the level now with the logs of their standard errors, and the
// correlation of the two.
type guess [guessSize]float64

const (
	guessAgainst = iota
	guessRate
	guessLogRateScale
	guessLevel
	guessLogLevelScale
	guessTie
	guessSize
)

// blend averages what one shape says of the rate and the level over the noises:
// quantiles are averaged rather than probabilities (Ratcliff, Psychological
// Bulletin 86, 1979), and scales geometrically, so that a noise of little weight
// widens the interval a little instead of taking it over. Averaged so, intervals
// are wider than they need be where the likelihood hardly tells two noises
// apart: weights count to the power of sharpness.
func blend(fits []fitted) component {
	list := guesses(fits)
	lowest := math.Inf(1)
	for i := range list {
		lowest = math.Min(lowest, list[i][guessAgainst])
	}
	var mean guess
	var total, rates, levels, both float64
	first := list[0]
	for i := range list {
		g := &list[i]
		w := math.Exp(sharpness * (lowest - g[guessAgainst]) / 2)
		total += w
		for k := range mean {
			mean[k] += w * g[k]
		}
		r, l := g[guessRate]-first[guessRate], g[guessLevel]-first[guessLevel]
		rates, levels, both = rates+w*r*r, levels+w*l*l, both+w*r*l
	}
	for k := range mean {
		mean[k] /= total
	}
	r, l := mean[guessRate]-first[guessRate], mean[guessLevel]-first[guessLevel]
	return mean.component(fits[0].freedom, rates/total-r*r, levels/total-l*l, both/total-r*l)
}

// component is a belief from the mean of guesses and their variances and
// covariance.
func (g *guess) component(freedom, rates, levels, both float64) component {
	s, l := math.Exp(g[guessLogRateScale]), math.Exp(g[guessLogLevelScale])
	c := component{freedom: freedom, center: g[guessRate], level: g[guessLevel]}
	c.scale = math.Sqrt(s*s + math.Max(rates, 0))
	c.levelScale = math.Sqrt(l*l + math.Max(levels, 0))
	if c.scale > 0 {
		c.tie = (g[guessTie]*s*l + both) / (c.scale * c.levelScale)
	}
	return c
}

// guesses lists what a shape says under each noise and, interpolated, halfway
// from one correlation time to the next: they lie further apart than the
// likelihood is wide, and a curve that lies near one would weigh it too much.
func guesses(fits []fitted) []guess {
	list := make([]guess, 0, 2*len(fits))
	for k := range noiseKinds {
		first := len(list)
		for i := range fits {
			if f := &fits[i]; f.kind == k {
				// A shape that has no rate has a scale of 0 under every noise.
				scale := math.Log(math.Max(f.scale, math.SmallestNonzeroFloat64))
				list = append(list, guess{f.restricted, f.center, scale, f.level, math.Log(f.levelScale), f.tie})
			}
		}
		if k == uncorrelated {
			continue
		}
		for i, chain := 0, list[first:]; i+1 < len(chain); i++ {
			list = append(list, halfway(chain, i))
		}
	}
	return list
}

// halfway interpolates between chain[i] and chain[i+1], by a cubic or at the
// chain's ends by a parabola.
func halfway(chain []guess, i int) guess {
	left, right := i > 0, i+2 < len(chain)
	switch {
	case left && right:
		return mix(chain[i-1:], -1./16, 9./16, 9./16, -1./16)
	case left:
		return mix(chain[i-1:], -1./8, 6./8, 3./8)
	case right:
		return mix(chain[i:], 3./8, 6./8, -1./8)
	}
	return mix(chain[i:], 1./2, 1./2)
}

// mix is the sum of the first guesses of a chain, each times its share.
func mix(chain []guess, shares ...float64) guess {
	var g guess
	for i, s := range shares {
		for k := range g {
			g[k] += s * chain[i][k]
		}
	}
	return g
}
