package curve

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// component is one weighted Student t belief about a rate.
type component struct {
	weight, center, scale, freedom float64
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
		if c.weight >= 1e-4*total {
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

// quantile inverts cdf by bisection.
func (b belief) quantile(p float64) float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, c := range b {
		z := studentQuantile(p, c.freedom)
		lo, hi = math.Min(lo, c.center+z*c.scale), math.Max(hi, c.center+z*c.scale)
	}
	for range 40 {
		if mid := (lo + hi) / 2; b.cdf(mid) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// scale is a standard error: a quarter of the width of the central 95 %.
func (b belief) scaleOf() float64 { return (b.quantile(0.975) - b.quantile(0.025)) / 3.92 }

// studentCDF is the t distribution's CDF. Beyond 8 degrees of freedom it uses
// the normalising transformation of Wallace (1959), good to 3 digits, because
// the exact one would take most of the time of a verdict.
func studentCDF(t, freedom float64) float64 {
	if freedom < 8 {
		return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.CDF(t)
	}
	z := (8*freedom + 1) / (8*freedom + 3) * math.Sqrt(freedom*math.Log1p(t*t/freedom))
	return 0.5 * math.Erfc(-math.Copysign(z, t)/math.Sqrt2)
}

// studentQuantile inverts studentCDF.
func studentQuantile(p, freedom float64) float64 {
	if freedom < 8 {
		return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(p)
	}
	z := math.Sqrt2 * math.Erfinv(2*p-1) * (8*freedom + 3) / (8*freedom + 1)
	return math.Copysign(math.Sqrt(freedom*math.Expm1(z*z/freedom)), z)
}
