package experiment

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// In a balanced design of one column the jackknife is the ordinary t-test of
// the mean: extra hours of sleep with drug 2 against drug 1 (Student, The
// Probable Error of a Mean, 1908): mean 1.58, standard error 0.389, and 95 %
// interval 0.70 to 2.46.
func TestJackknifeIsStudents(t *testing.T) {
	var rows []row
	for i, y := range []float64{1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4} {
		rows = append(rows, row{round: i, x: []float64{1}, y: y})
	}
	found, ok := jackknife(rows, nil)
	if !ok || math.Abs(found[0].value-1.58) > 1e-9 || math.Abs(found[0].se-0.38896) > 1e-4 || found[0].df != 9 {
		t.Fatalf("%+v, %v", found, ok)
	}
	if i := found[0].interval(0.05); math.Abs(i.Low-0.7001) > 1e-3 || math.Abs(i.High-2.4599) > 1e-3 {
		t.Errorf("%+v", i)
	}
}

// What cannot be told apart is not told.
func TestSolveRefuses(t *testing.T) {
	if _, ok := solve(nil); ok {
		t.Error("an answer from nothing")
	}
	if _, ok := solve([]row{{x: []float64{1, 1}, y: 1}, {x: []float64{2, 2}, y: 2}, {x: []float64{3, 3}, y: 3}}); ok {
		t.Error("two columns that are one were told apart")
	}
	if b, ok := solve([]row{{x: []float64{2, 0}, y: 6}}); !ok || b[0] != 3 || b[1] != 0 {
		t.Errorf("%v, %v", b, ok)
	}
}

// solvePositive meets the conditions that only the best solution meets (Karush,
// Kuhn and Tucker): where a coefficient is above zero the slope is zero, where
// it is zero the slope does not point upwards.
func TestSolvePositive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n, cols := rapid.IntRange(4, 20).Draw(t, "rows"), rapid.IntRange(1, 4).Draw(t, "columns")
		var rows []row
		for range n {
			x := make([]float64, cols)
			for c := range x {
				x[c] = math.Abs(rng.NormFloat64()) * 1000
			}
			rows = append(rows, row{x: x, y: rng.NormFloat64() * 1e6})
		}
		b := solvePositive(rows)
		for c, x := range b {
			slope, size := 0.0, 0.0
			for _, r := range rows {
				left := r.y
				for k := range b {
					left -= b[k] * r.x[k]
				}
				slope += left * r.x[c]
				size += math.Abs(r.y * r.x[c])
			}
			if x < 0 || x > 0 && math.Abs(slope) > 1e-4*size || slope > 1e-4*size {
				t.Fatalf("column %d: coefficient %v, slope %v of %v", c, x, slope, size)
			}
		}
	})
}
