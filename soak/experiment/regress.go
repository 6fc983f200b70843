package experiment

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"leakcheck/soak"
)

// row is one block: what was on, and how far the floor rose.
type row struct {
	round int
	x     []float64
	y     float64
}

// solve is ordinary least squares. Coefficients of columns that are zero
// throughout are zero. It fails if the others cannot be told apart.
func solve(rows []row) ([]float64, bool) {
	if len(rows) == 0 {
		return nil, false
	}
	scale := columnScale(rows)
	var used []int
	for c, s := range scale {
		if s > 0 {
			used = append(used, c)
		}
	}
	if len(used) == 0 || len(rows) < len(used) {
		return nil, false
	}
	gram, right := mat.NewSymDense(len(used), nil), mat.NewVecDense(len(used), nil)
	for _, r := range rows {
		for i, c := range used {
			xi := r.x[c] / scale[c]
			right.SetVec(i, right.AtVec(i)+xi*r.y)
			for j := i; j < len(used); j++ {
				gram.SetSym(i, j, gram.At(i, j)+xi*r.x[used[j]]/scale[used[j]])
			}
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(gram) || factor.Cond() > 1e12 {
		return nil, false
	}
	var b mat.VecDense
	if err := factor.SolveVecTo(&b, right); err != nil {
		return nil, false
	}
	out := make([]float64, len(scale))
	for i, c := range used {
		out[c] = b.AtVec(i) / scale[c]
	}
	return out, true
}

func columnScale(rows []row) []float64 {
	scale := make([]float64, len(rows[0].x))
	for _, r := range rows {
		for c, x := range r.x {
			scale[c] = max(scale[c], math.Abs(x))
		}
	}
	return scale
}

// solvePositive is least squares with no coefficient below zero: nothing gives
// memory back for being used. It goes through the coordinates in turn until
// none moves (Franc, Hlavac and Navara, Sequential Coordinate-Wise Algorithm
// for the Non-negative Least Squares Problem, 2005).
func solvePositive(rows []row) []float64 {
	if len(rows) == 0 {
		return nil
	}
	scale := columnScale(rows)
	b := make([]float64, len(scale))
	left := make([]float64, len(rows))
	for i, r := range rows {
		left[i] = r.y
	}
	for range 10_000 {
		moved := 0.0
		for c, s := range scale {
			if s > 0 {
				moved = max(moved, descend(rows, left, b, c, s))
			}
		}
		if moved < 1e-6 {
			break
		}
	}
	for c, s := range scale {
		if s > 0 {
			b[c] /= s
		}
	}
	return b
}

// descend moves one coordinate to its best and returns how far, in the unit of y.
func descend(rows []row, left, b []float64, c int, s float64) float64 {
	var up, down float64
	for i, r := range rows {
		x := r.x[c] / s
		up += x * left[i]
		down += x * x
	}
	next := max(b[c]+up/down, 0)
	step := next - b[c]
	for i, r := range rows {
		left[i] -= step * r.x[c] / s
	}
	b[c] = next
	return math.Abs(step)
}

// estimate is a coefficient with its standard error and degrees of freedom.
type estimate struct {
	value, se float64
	df        int
}

// jackknife solves for contrasts of the coefficients with one round left out at
// a time (Tukey 1958; Miller, The jackknife, a review, 1974). Rounds are the
// unit because chance ordered the blocks within each anew. A nil contrast list
// means the coefficients themselves.
func jackknife(rows []row, contrasts [][]float64) ([]estimate, bool) {
	whole, ok := solve(rows)
	if !ok {
		return nil, false
	}
	if contrasts == nil {
		contrasts = unit(len(whole))
	}
	all := apply(contrasts, whole)
	rounds := roundsOf(rows)
	n := float64(len(rounds))
	if n < 2 {
		return nil, false
	}
	mean, square := make([]float64, len(all)), make([]float64, len(all))
	for _, out := range rounds {
		part, ok := solve(without(rows, out))
		if !ok {
			return nil, false
		}
		for i, x := range apply(contrasts, part) {
			pseudo := n*all[i] - (n-1)*x
			mean[i] += pseudo / n
			square[i] += pseudo * pseudo / n
		}
	}
	out := make([]estimate, len(all))
	for i := range out {
		variance := max(square[i]-mean[i]*mean[i], 0) * n / (n - 1)
		out[i] = estimate{value: all[i], se: math.Sqrt(variance / n), df: int(n) - 1}
	}
	return out, true
}

func unit(n int) [][]float64 {
	all := make([][]float64, n)
	for i := range all {
		all[i] = make([]float64, n)
		all[i][i] = 1
	}
	return all
}

func apply(contrasts [][]float64, b []float64) []float64 {
	out := make([]float64, len(contrasts))
	for i, c := range contrasts {
		for j, w := range c {
			out[i] += w * b[j]
		}
	}
	return out
}

func roundsOf(rows []row) (rounds []int) {
	seen := map[int]bool{}
	for _, r := range rows {
		if !seen[r.round] {
			seen[r.round] = true
			rounds = append(rounds, r.round)
		}
	}
	return rounds
}

func without(rows []row, round int) (rest []row) {
	for _, r := range rows {
		if r.round != round {
			rest = append(rest, r)
		}
	}
	return rest
}

// interval is Student's, two-sided, with an error probability of alpha.
func (e estimate) interval(alpha float64) soak.Interval {
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(e.df)}.Quantile(1 - alpha/2)
	return soak.Interval{Estimate: e.value, Low: e.value - t*e.se, High: e.value + t*e.se, Confidence: confidence}
}

// grown is an interval of a growth that cannot be negative.
func grown(i soak.Interval) soak.Interval {
	i.Low, i.High, i.Estimate = max(i.Low, 0), max(i.High, 0), max(i.Estimate, 0)
	return i
}
