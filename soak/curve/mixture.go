package curve

import "math"

// component is one weighted Student t belief about a rate, together with the
// level that it starts from now.
type component struct {
	weight, center, scale, freedom float64
	// level and levelScale are the belief about the level, tie its correlation
	// with the rate.
	level, levelScale, tie float64
}

// doubted widens what is believed of the rate by an independent standard error.
func (c component) doubted(doubt float64) component {
	before := c.scale
	if c.scale = math.Hypot(before, doubt); before > 0 {
		c.tie *= before / c.scale
	}
	return c
}

// belief is a mixture of components: what is known about a rate when neither
// the noise nor the exact place of a bend is.
type belief []component

// prune drops components without influence and normalises the weights.
func (b belief) prune() belief {
	total := 0.0
	for _, c := range b {
		total += c.weight
	}
	kept, sum := b[:0], 0.0
	for _, c := range b {
		if c.weight >= 1e-3*total {
			kept = append(kept, c)
			sum += c.weight
		}
	}
	for i := range kept {
		kept[i].weight /= sum
	}
	return kept
}

// cdf is the probability that the rate is at most x.
func (b belief) cdf(x float64) float64 {
	p := 0.0
	for _, c := range b {
		p += c.weight * studentCDF((x-c.center)/c.scale, c.freedom)
	}
	return p
}

// quantile inverts cdf: regula falsi in the Illinois variant (Dowell and
// Jarratt, BIT 11, 1971), on the scale of normal scores, where the curve is
// nearly straight. It is NaN for a belief in nothing.
func (b belief) quantile(p float64) float64 {
	if len(b) == 0 {
		return math.NaN()
	}
	aim := normalScore(p)
	miss := func(x float64) float64 { return normalScore(b.cdf(x)) - aim }
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, c := range b {
		lo, hi = math.Min(lo, c.center+aim*c.scale), math.Max(hi, c.center+aim*c.scale)
	}
	width := math.Max(hi-lo, 1e-9*math.Max(math.Abs(lo), math.Abs(hi))+1e-12)
	fl, fh := miss(lo), miss(hi)
	for grow := width; fl > 0; grow *= 2 {
		lo -= grow
		fl = miss(lo)
	}
	for grow := width; fh < 0; grow *= 2 {
		hi += grow
		fh = miss(hi)
	}
	side := 0
	for range 60 {
		if fh-fl <= 0 || hi-lo <= 1e-9*(math.Abs(lo)+math.Abs(hi)) {
			break
		}
		x := lo - fl*(hi-lo)/(fh-fl)
		fx := miss(x)
		switch {
		case math.Abs(fx) < 1e-6:
			return x
		case fx < 0:
			lo, fl = x, fx
			if side < 0 {
				fh /= 2
			}
			side = -1
		default:
			hi, fh = x, fx
			if side > 0 {
				fl /= 2
			}
			side = 1
		}
	}
	return (lo + hi) / 2
}

// normalScore is the standard normal quantile, bounded.
func normalScore(p float64) float64 {
	return -math.Sqrt2 * math.Erfcinv(2*math.Min(math.Max(p, 1e-12), 1-1e-12))
}

// scaleOf is a standard error: a quarter of the width of the central 95 %.
func (b belief) scaleOf() float64 { return (b.quantile(0.975) - b.quantile(0.025)) / 3.92 }

// studentCDF is the t distribution's CDF for whole degrees of freedom: the
// finite sums 26.7.3 and 26.7.4 of Abramowitz and Stegun up to 12, above that
// the normalising transformation of Wallace (Ann. Math. Stat. 30, 1959), good
// to 4 digits.
func studentCDF(t, freedom float64) float64 {
	if freedom > 12 {
		z := (8*freedom + 1) / (8*freedom + 3) * math.Sqrt(freedom*math.Log1p(t*t/freedom))
		return 0.5 * math.Erfc(-math.Copysign(z, t)/math.Sqrt2)
	}
	nu := int(freedom)
	cos2 := freedom / (freedom + t*t)
	sin := t / math.Sqrt(freedom+t*t)
	sum, term := 0.0, 1.0
	for k := 1 + nu%2; k < nu; k += 2 {
		sum += term
		term *= cos2 * float64(k) / float64(k+1)
	}
	if nu%2 == 0 {
		return 0.5 + 0.5*sin*sum
	}
	angle := math.Atan(t / math.Sqrt(freedom))
	return 0.5 + (angle+sin*math.Sqrt(cos2)*sum)/math.Pi
}
