package curve

import (
	"math"
	"testing"
)

// Of 28 slopes the 6th and the 23rd bound the median's: an outlier among eight
// points on a line moves neither.
func TestSen(t *testing.T) {
	x := []float64{0, 1, 2, 3, 4, 5, 6, 7}
	y := []float64{0, 1, 2, 30, 4, 5, 6, 7}
	if s := Sen(x, y); s.Estimate != 1 || s.Low != 1 || s.High != 1 {
		t.Errorf("%+v", s)
	}
	for i := range y {
		y[i] = 3 * x[i]
	}
	if s := Sen(x, y); s.Estimate != 3 || s.Low != 3 || s.High != 3 {
		t.Errorf("a straight line: %+v", s)
	}
	// Of six slopes, 1, 2, 3, 4 1/3, 5 and 9, the first and the last bound.
	if s := Sen([]float64{0, 1, 2, 3}, []float64{0, 3, 4, 13}); math.Abs(s.Estimate-11./3) > 1e-12 || s.Low != 1 || s.High != 9 {
		t.Errorf("four points: %+v", s)
	}
}
