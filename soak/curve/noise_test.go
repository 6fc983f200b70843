package curve

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// covariance is the slow reference: the covariance of means of a unit
// Ornstein-Uhlenbeck process over stretches of the given width that end or
// are centred alike, plus white noise.
func covariance(t []float64, width float64, h noise) *mat.SymDense {
	c := mat.NewSymDense(len(t), nil)
	for i := range t {
		for j := 0; j <= i; j++ {
			v := 0.0
			if h.tau > 0 {
				v = meanCovariance(math.Abs(t[i]-t[j]), width, h.tau)
			}
			if i == j {
				v += h.white
			}
			c.SetSym(i, j, v)
		}
	}
	return c
}

// meanCovariance integrates exp(-|lag+u-v|/tau) over both stretches.
func meanCovariance(lag, width, tau float64) float64 {
	if width == 0 {
		return math.Exp(-lag / tau)
	}
	// The difference u-v has a triangular density on [-width, width].
	f := func(x float64) float64 {
		return (width - math.Abs(x)) / (width * width) * math.Exp(-math.Abs(lag+x)/tau)
	}
	return quad.Fixed(f, -width, 0, 60, nil, 0) + quad.Fixed(f, 0, width, 60, nil, 0)
}

// TestWhitenerAgainstDenseGLS compares the filter with the textbook formula on
// a dense covariance matrix, with gaps in time.
func TestWhitenerAgainstDenseGLS(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		width float64
		h     noise
	}{
		{0, noise{white: 1, widen: 1}},
		{0, noise{tau: 3, widen: 1}},
		{0, noise{tau: 50, white: .2, widen: 1}},
		{1, noise{tau: .7, widen: 1}},
		{1, noise{tau: 8, white: .1, widen: 1}},
		{1, noise{tau: 400, widen: 1}},
	} {
		var at, y []float64
		for i := range 25 {
			if i == 9 || i == 10 {
				continue
			}
			at, y = append(at, float64(i)), append(y, r.NormFloat64()+.3*float64(i))
		}
		n := len(at)
		v := covariance(at, c.width, c.h)
		var chol mat.Cholesky
		if !chol.Factorize(v) {
			t.Fatalf("%+v: not a covariance", c)
		}
		x := mat.NewDense(n, 2, nil)
		for i := range at {
			x.Set(i, 0, 1)
			x.Set(i, 1, at[i])
		}
		var vx, xvx, inv mat.Dense
		chol.SolveTo(&vx, x)
		xvx.Mul(x.T(), &vx)
		if err := inv.Inverse(&xvx); err != nil {
			t.Fatal(err)
		}
		var xvy, beta mat.VecDense
		xvy.MulVec(vx.T(), mat.NewVecDense(n, y))
		beta.MulVec(&inv, &xvy)

		s := &series{t: at, y: y, at: at, width: c.width, lives: []int{0}}
		l := newLibrary(s, nil, 1)
		g := newGram(l)
		g.set(c.h)
		f, ok := g.solve(shape{family: linear, cols: []int{l.time}}, 0)
		if !ok {
			t.Fatalf("%+v: no fit", c)
		}
		near(t, "slope", f.center, beta.AtVec(1), 1e-6)
		near(t, "log determinant", g.logDet, chol.LogDet(), 1e-6)
		var e, ve mat.VecDense
		e.MulVec(x, &beta)
		e.SubVec(mat.NewVecDense(n, y), &e)
		if err := chol.SolveVecTo(&ve, &e); err != nil {
			t.Fatal(err)
		}
		se := math.Sqrt(mat.Dot(&e, &ve) / float64(n-2) * inv.At(1, 1))
		near(t, "standard error", f.scale, se, 1e-6)
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*(1+math.Abs(want)) {
		t.Errorf("%s is %.9g, want %.9g", what, got, want)
	}
}

func TestStudentAgainstGonum(t *testing.T) {
	for _, freedom := range []float64{1, 2, 3, 5, 8, 12, 13, 30, 97} {
		d := distuv.StudentsT{Sigma: 1, Nu: freedom}
		for x := -6.0; x <= 6; x += .37 {
			if got, want := studentCDF(x, freedom), d.CDF(x); math.Abs(got-want) > 5e-4 {
				t.Errorf("CDF(%g; %g) is %.6f, want %.6f", x, freedom, got, want)
			}
		}
	}
}

// TestQuantileOfMixture checks the published two-sided 5 % and 1 % points of
// Student's t (Fisher and Yates, table III), and that the quantile inverts the CDF.
func TestQuantileOfMixture(t *testing.T) {
	for freedom, want := range map[float64][2]float64{1: {12.706, 63.657}, 4: {2.776, 4.604}, 10: {2.228, 3.169}, 60: {2.000, 2.660}} {
		b := belief{{weight: 1, scale: 1, freedom: freedom}}
		near(t, "5 % point", b.quantile(.975), want[0], 2e-3)
		near(t, "1 % point", b.quantile(.995), want[1], 2e-3)
	}
	b := belief{
		{weight: .6, center: 1e6, scale: 2e3, freedom: 40},
		{weight: .3, center: 1.1e6, scale: 9e4, freedom: 5},
		{weight: .1, center: -2e5, scale: 1e3, freedom: 12},
	}
	for _, p := range []float64{.0001, .005, .09, .11, .5, .975, .999} {
		near(t, "CDF of the quantile", b.cdf(b.quantile(p)), p, 1e-4)
	}
	if x := (belief{}).quantile(.5); !math.IsNaN(x) {
		t.Errorf("a belief in nothing says %g", x)
	}
}

// TestIntervalWidths holds intervals of the rate and forecasts to at most 1.3
// times the oracle's width.
func TestIntervalWidths(t *testing.T) {
	draws := 160
	if raced {
		draws = 40
	}
	for _, s := range simulations() {
		switch s.name {
		case "AR(1) 0", "AR(1) 0.5", "AR(1) 0.9", "AR(1) 0.98", "leak, AR(1) 0", "leak, AR(1) 0.5", "leak, AR(1) 0.9", "leak, AR(1) 0.98":
		default:
			continue
		}
		a := s.run(draws, false)
		if m := Median(a.widths); m > 1.3 {
			t.Errorf("%s: intervals are %.2f times as wide as the oracle's, want at most 1.3", s.name, m)
		}
		if s.leak && len(a.reaches) == 0 {
			t.Errorf("%s: no forecast was held against the oracle's", s.name)
		}
		if s.leak && Median(a.reaches) > 1.3 {
			t.Errorf("%s: forecasts are %.2f times as wide as the oracle's, want at most 1.3", s.name, Median(a.reaches))
		}
	}
}
