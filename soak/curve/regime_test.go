package curve

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestAFewMinutesAreNoRegime: what changed a few minutes ago is not judged by
// those minutes alone. A heap that grows in steps stands still between them
// while what it is for leaks, which no curve of it can deny, nor can the half
// hour after the last step.
func TestAFewMinutesAreNoRegime(t *testing.T) {
	xs := readCurve(t, "java-list-steps")
	for _, minutes := range []float64{25, 30, 35, 43} {
		s := New(Options{})
		for _, x := range xs {
			if x.At.Sub(xs[0].At).Minutes() <= minutes {
				s.Add(x)
			}
		}
		if r := s.Result(); r.Leak != soak.LeakInconclusive {
			t.Errorf("%g minutes, flat since minute 19: leak %s: %s", minutes, r.Leak, r.Why)
		}
	}
}

// TestTheWholeLifeClears a warm-up whose steep start was cut off: what is left
// alone tells too little of how it levels off.
func TestTheWholeLifeClears(t *testing.T) {
	for _, seed := range []uint64{54, 69, 136} {
		d := simWarmUp(3000, 1, 60, 1200)(rand.New(rand.NewPCG(seed, 5)))
		s, r := judge(d.samples(), Options{})
		regime := s.life()
		if !regime.frame(s.current()) || regime.finish(s).leak != soak.LeakInconclusive {
			t.Fatalf("seed %d: its present regime decides", seed)
		}
		if r.Leak != soak.LeakNo {
			t.Errorf("seed %d: leak %s: %s", seed, r.Leak, r.Why)
		}
		if since := s.Since().Sub(time.Date(2024, 12, 8, 6, 0, 0, 0, time.UTC)); math.Abs(since.Seconds()-regime.begin) > 1 {
			t.Errorf("seed %d: its present rate is said to be %s old, its regime began after %.0f s", seed, since, regime.begin)
		}
	}
}

// TestGrowthThatHasJustEnded is not called a leak by the whole life, which
// grew, while its last minutes speak against it.
func TestGrowthThatHasJustEnded(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	s := New(Options{})
	for i := range 24 * 60 {
		x := soak.Sample{Target: "a", Life: 1, Started: start, At: start.Add(time.Duration(i) * time.Second)}
		x.Set(soak.Anon, int64(60e6+2e6*math.Min(float64(i)/60, 20)+50e3*math.Sin(float64(i))))
		s.Add(x)
	}
	if r := s.Result(); r.Leak == soak.LeakYes {
		t.Errorf("leak %s: %s", r.Leak, r.Why)
	}
}
