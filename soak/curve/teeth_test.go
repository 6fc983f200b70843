package curve

import (
	"math/rand/v2"
	"testing"

	"leakcheck/soak"
)

// TestTeethAtEveryResolution feeds one sawtooth over a flat floor for longer
// and longer: the buckets become coarser than the teeth, and the answer must
// survive every resolution in between.
func TestTeethAtEveryResolution(t *testing.T) {
	for _, period := range []float64{240, 1200, 5400} {
		r := rand.New(rand.NewPCG(4, uint64(period)))
		d := base(r, 14*1440, 60)
		d.limit = 3 * d.level()
		d.noise(r, .05*d.level())
		d.saw(r, period, .4*d.level(), 1)
		s := New(Options{})
		for i, x := range d.samples() {
			s.Add(x)
			if (i+1)%720 != 0 {
				continue
			}
			if res := s.Result(); res.Leak != soak.LeakNo {
				t.Errorf("teeth of %.0f s after %d h: %s, %s", period, (i+1)/60, res.Leak, res.Why)
			}
		}
	}
}

// TestTeethThatGrow holds the floor down: the first sample after a collection
// comes half an interval late, and ever taller teeth would lift it.
func TestTeethThatGrow(t *testing.T) {
	covered := 0
	const n = 60
	for i := range n {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		d := base(r, 1440, 60)
		d.saw(r, logUniform(r, 300, 1200), .4*d.level(), 4)
		if _, res := judge(d.samples(), Options{}); res.Slope.Low <= 0 && res.Slope.High >= 0 {
			covered++
		}
	}
	if covered < n*88/100 {
		t.Errorf("%d of %d intervals cover the flat floor", covered, n)
	}
}
