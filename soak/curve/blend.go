package curve

import "math"

// guess is what a shape says of the rate under one noise.
type guess struct {
	// against is -2 ln of the noise's weight.
	against, center, logScale float64
}

// blend averages what one shape says of the rate over the noises: quantiles
// are averaged rather than probabilities (Ratcliff, Psychological Bulletin 86,
// 1979), and scales geometrically, so that a noise of little weight widens the
// interval a little instead of taking it over. Averaged so, intervals are wider
// than they need be where the likelihood hardly tells two noises apart: it
// counts to the power of sharpness.
func blend(fits []fitted) component {
	list := guesses(fits)
	lowest := math.Inf(1)
	for _, g := range list {
		lowest = math.Min(lowest, g.against)
	}
	c := component{freedom: fits[0].freedom}
	var total, square, logScale float64
	for _, g := range list {
		w := math.Exp(sharpness * (lowest - g.against) / 2)
		total += w
		c.center += w * g.center
		square += w * g.center * g.center
		logScale += w * g.logScale
	}
	c.center /= total
	spread := math.Max(square/total-c.center*c.center, 0)
	c.scale = math.Hypot(math.Exp(logScale/total), math.Sqrt(spread))
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
				list = append(list, guess{f.restricted, f.center, scale})
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
		g.against += s * chain[i].against
		g.center += s * chain[i].center
		g.logScale += s * chain[i].logScale
	}
	return g
}
