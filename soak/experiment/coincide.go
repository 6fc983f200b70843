package experiment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"leakcheck/soak"
)

// happens is one kind of happening, counted in the bins that growth is.
type happens struct {
	happening
	total float64
	x     []float64
}

const (
	// significant is what chance may bring about.
	significant = 0.05
	// together is the rank correlation from which on two happenings cannot be
	// told apart.
	together = 0.9
	// alike is the share of a happening's ups and downs from which on it has
	// little but growth's rhythm.
	alike = 0.5
)

// coincide compares growth with each happening by Spearman's rank correlation,
// at lags of up to a fortieth of the time: ranks, because a collection that
// drops half the memory must not outweigh all the rest. A trend or a rhythm in
// common would correlate anything with anything, so growth's own are taken out of
// its ranks; what has little but growth's rhythm is returned apart, as undecided:
// whether two waves of one length meet is decided once, by their phase, and the
// shifts below would break a wave that the time cuts off.
//
// How close chance comes is seen by shifting growth against all happenings by
// every amount, round the end, which keeps the rhythm of both (a surrogate as
// in Theiler et al., Physica D 58, 1992; with its limits in Harris, bioRxiv
// 2020.11.29.402719). The largest value over all happenings and lags at each
// shift is what a single one must reach: that holds the error of all
// comparisons together (Westfall and Young, Resampling-Based Multiple Testing,
// 1993, 2.3). No shift is left out, though those next to none see the same
// coincidence: an even chance for every shift is what makes the test exact, and
// why lags are few.
func coincide(growth []increment, series []happens, width time.Duration) (seen []soak.Coincidence, undecided []soak.Untold) {
	n := len(growth)
	y, own := growthRanks(growth)
	trend := trendsOf(n, places(n))
	lags := max(2, n/40) // a rise shows in the next stretch's lowest figure, so none and one are the least
	at, x := make([]correlations, len(series)), make([][]float64, len(series))
	for k, s := range series {
		_, r := rank(s.x, nil)
		trend.out(r)
		x[k], at[k] = r, correlate(y, r, lags, own)
	}
	chance := make([]float64, 0, n)
	for shift := range n {
		top := math.Inf(-1)
		for k := range at {
			z, _ := at[k].peak(shift)
			top = max(top, z)
		}
		chance = append(chance, top)
	}
	seen = make([]soak.Coincidence, 0, len(series))
	for k, s := range series {
		z, lag := at[k].peak(0)
		c := soak.Coincidence{Kind: s.kind, Name: s.name, Count: s.total, Strength: max(at[k].r[lag], 0), Lag: float64(lag) * width.Seconds()}
		for _, by := range chance {
			if by >= z {
				c.P += 1 / float64(n)
			}
		}
		c.Coincides = c.P <= significant
		if !c.Coincides && own.rhythmic(x[k]) > alike {
			undecided = append(undecided, soak.Untold{Kind: s.kind, Name: s.name, Why: fmt.Sprintf(
				"it has growth's own rhythm, a wave each %s: whether they meet by chance, only an experiment can tell", soak.Duration(own.period*float64(width)).D().Round(time.Second))})
			continue
		}
		c.Busy, c.BusyShare = busy(growth, s.x, lag)
		for j, other := range series {
			if j != k && dot(x[k], x[j]) >= together {
				c.With = append(c.With, other.kind+" "+other.name)
			}
		}
		seen = append(seen, c)
	}
	slices.SortStableFunc(seen, func(a, b soak.Coincidence) int {
		return cmp.Or(cmp.Compare(a.P, b.P), cmp.Compare(b.Strength, a.Strength))
	})
	return seen, undecided
}

// correlations of growth with one happening at every circular shift.
type correlations struct {
	r        []float64 // by shift
	mean, sd float64
	lags     int
}

// correlate takes growth's trend and rhythm out of each shift: y is without
// them, so that only the length of the rest has to be known.
func correlate(y, x []float64, lags int, own *span) correlations {
	c := correlations{r: make([]float64, len(y)), lags: lags}
	shifted := make([]float64, len(x))
	for shift := range c.r {
		copy(shifted[shift:], x)
		copy(shifted, x[len(x)-shift:])
		if rest := own.rest(shifted); rest > 1e-9 {
			c.r[shift] = dot(y, shifted) / rest
		}
		c.mean += c.r[shift] / float64(len(y))
	}
	for _, r := range c.r {
		c.sd += (r - c.mean) * (r - c.mean) / float64(len(y))
	}
	c.sd = math.Sqrt(c.sd)
	return c
}

// peak is the closest correlation within the lags after a shift, in standard
// deviations of what shifts bring about, so that a happening with a slow rhythm
// weighs no more than others; and its lag.
func (c correlations) peak(shift int) (z float64, lag int) {
	z = math.Inf(-1)
	for l := range c.lags {
		if x := (c.r[(shift+l)%len(c.r)] - c.mean) / max(c.sd, 1e-9); x > z {
			z, lag = x, l
		}
	}
	return z, lag
}

// dot correlates two series of mean 0 and length 1.
func dot(y, x []float64) (sum float64) {
	for i := range y {
		sum += y[i] * x[i]
	}
	return sum
}

// growthRanks are the ranks of growth without their trend and rhythm, and what
// those are. What is not known stays 0, which is average.
func growthRanks(growth []increment) ([]float64, *span) {
	y, known := make([]float64, len(growth)), make([]bool, len(growth))
	for i, g := range growth {
		y[i], known[i] = g.by, g.known
	}
	order, _ := rank(y, known)
	own := trendsOf(len(y), order)
	own.straighten(y)
	_, r := rank(y, known)
	own.out(r)
	own.rhythm(r)
	return r, own
}

func places(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// rank gives the ranks of values, ties sharing theirs, and the places of those
// that are known.
func rank(values []float64, known []bool) (order []int, out []float64) {
	for i := range values {
		if known == nil || known[i] {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	out = make([]float64, len(values))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for k := i; k < j; k++ {
			out[order[k]] = float64(i+j-1) / 2
		}
		i = j
	}
	return order, out
}

// busy is the growth that came, a lag later, with the bins in which something
// happened more than in the middle one, and what part of the time those are.
func busy(growth []increment, x []float64, lag int) (bytes, share float64) {
	sorted := slices.Sorted(slices.Values(x))
	usual, n := sorted[len(sorted)/2], 0.0
	for i := lag; i < len(growth); i++ {
		if x[i-lag] > usual {
			bytes += growth[i].by
			n++
		}
	}
	return bytes, n / float64(len(growth)-lag)
}
