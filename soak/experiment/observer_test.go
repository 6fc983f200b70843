package experiment

import (
	"math/rand/v2"
	"testing"
	"time"

	"leakcheck/soak"
)

// watched is a node that the observer's reading may cost memory.
type watched struct {
	rng           *rand.Rand
	perHour, kept float64
}

func (w *watched) request(time.Duration, string) {}

func (w *watched) active(arm string, d time.Duration) {
	if arm == "observer" {
		w.kept += w.perHour * d.Hours()
	}
}

func (w *watched) values(time.Duration) (v soak.Values) {
	v.Set(soak.Anon, int64(50e6+w.rng.NormFloat64()*100e3))
	v.Set(soak.Kernel, int64(10e6+w.kept))
	v.Set(soak.File, 5e6)
	return v
}

// The observer is an arm like any other: cleared, or convicted with its figure
// and the component that it costs.
func TestObserverArm(t *testing.T) {
	arms := []Arm{{"workout", soak.ArmScenario}, {"observer", soak.ArmObserver}, {"idle", soak.ArmIdle}}
	for _, perHour := range []float64{0, 100e6} {
		right := 0
		for seed := range uint64(20) {
			e, err := New(Options{Arms: arms, Seed: seed, Matters: 500, Tolerance: 36e6})
			if err != nil {
				t.Fatal(err)
			}
			conduct(e, &watched{rng: rand.New(rand.NewPCG(seed, 1)), perHour: perHour}, 20, time.Minute, 25*time.Second)
			d := e.Result()
			o := byName(d)["observer"]
			ok := o.Verdict == soak.ArmRefuted && o.PerHour.High < 36e6
			if perHour > 0 {
				ok = o.Verdict == soak.ArmProven && o.Nature == soak.NatureLeak && o.PerHour.Low <= perHour && perHour <= o.PerHour.High &&
					len(o.Where) == 1 && o.Where[0].Component == partKernel
			}
			if ok && byName(d)["workout"].Verdict == soak.ArmRefuted {
				right++
				continue
			}
			t.Logf("seed %d: %s", seed, describe(d))
		}
		if right < 19 {
			t.Errorf("at %s: right %d of 20, want 19", soak.FormatRate(perHour), right)
		}
	}
}

// What the log says of the heap is told where it was said before and after.
func TestLogComponents(t *testing.T) {
	var f Floor
	f.AddLog(map[string]float64{"heap": 30e6, "external": 5e6, "rss": 90e6})
	f.AddLog(map[string]float64{"heap": 20e6})
	if f.Parts[partLogHeap] != 20e6 || f.Parts[partLogExternal] != 5e6 || f.Parts[partLogRest] != 55e6 || len(f.Parts) != 3 || f.Samples != 0 {
		t.Errorf("%+v", f)
	}
	known := reporting([]rise{{}, {Measured: Measured{Floor: f}, before: f}, {before: f}}, partLogHeap)
	if len(known) != 1 {
		t.Errorf("%d rises know the heap before and after, want 1", len(known))
	}
}
