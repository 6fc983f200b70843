package experiment

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"leakcheck/scenarios/demonode"
	"leakcheck/soak"
)

// node is something that answers requests and has memory, in virtual time.
type node interface {
	request(at time.Duration, arm string)
	values(at time.Duration) soak.Values
}

// conduct runs an experiment on a node, as a Driver would: each block for
// length, at rate requests a second, then a pause in which the floor is taken.
func conduct(e *Experiment, n node, rate float64, length, pause time.Duration) time.Duration {
	const every = 500 * time.Millisecond
	now := time.Duration(0)
	floor := func() (f Floor) {
		for end := now + pause; now < end; now += every {
			f.Add(n.values(now))
		}
		return f
	}
	e.Begin(floor())
	for {
		b, ok := e.Next()
		if !ok {
			return now
		}
		start := now - every
		m := Measured{Block: b, On: length, Span: length + pause}
		if arm := e.o.Arms[b.Arm]; arm.counted() {
			step := time.Duration(float64(time.Second) / rate / float64(b.Dose))
			for at := start; at < start+length; at += step {
				n.request(at, arm.Name)
				m.Requests++
			}
		}
		if w, ok := n.(interface{ active(string, time.Duration) }); ok {
			w.active(e.o.Arms[b.Arm].Name, length)
		}
		now += length
		m.Floor = floor()
		e.Add(m)
	}
}

// standIn is the stand-in node under a sawtooth.
type standIn struct{ *demonode.Model }

func (s standIn) request(at time.Duration, arm string) { s.Query(at, arm, 0, 1) }
func (s standIn) values(at time.Duration) soak.Values  { return s.Values(at) }

func newStandIn(t *testing.T, seed uint64, leak map[string]soak.Size) standIn {
	t.Helper()
	o := demonode.Fixed()
	o.Seed, o.Curve, o.LeakPerRequest = seed, demonode.CurveSawtooth, leak
	// The tooth must not fall in step with the blocks.
	o.Period = 17*time.Second + time.Duration(seed%7)*time.Second
	m, err := demonode.NewModel(o, time.Unix(0, 0), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return standIn{m}
}

var threeArms = []Arm{
	{"workout", soak.ArmScenario}, {"mealPlan", soak.ArmScenario}, {"health", soak.ArmScenario}, {"idle", soak.ArmIdle},
}

func byName(d soak.Diagnosis) map[string]soak.ArmResult {
	all := map[string]soak.ArmResult{}
	for _, a := range d.Arms {
		all[a.Name] = a
	}
	return all
}

// The bug is in one scenario of three: it is named and the others are cleared
// in at least 19 of 20 seeds, and its cost is in the interval in at least 17.
func TestNamesTheLeakingScenario(t *testing.T) {
	for _, size := range []soak.Size{1000, 10_000, 30_000} {
		t.Run(size.String(), func(t *testing.T) {
			t.Parallel()
			right, inside, blocks := 0, 0, 0
			for seed := range uint64(20) {
				guilty := threeArms[seed%3].Name
				e, err := New(Options{Arms: threeArms, Seed: seed, Matters: 500, Tolerance: 36e6})
				if err != nil {
					t.Fatal(err)
				}
				took := conduct(e, newStandIn(t, seed, map[string]soak.Size{guilty: size, "*": 0}), 20, time.Minute, 25*time.Second)
				d := e.Result()
				blocks += d.Blocks
				arms, ok := byName(d), true
				for _, a := range threeArms {
					want := soak.ArmRefuted
					if a.Name == guilty {
						want = soak.ArmProven
					}
					ok = ok && arms[a.Name].Verdict == want
				}
				g := arms[guilty]
				ok = ok && g.Nature == soak.NatureLeak && g.DoseHolds != nil && *g.DoseHolds
				if ok {
					right++
				} else {
					t.Logf("seed %d, %s, %v: %s", seed, guilty, took, describe(d))
				}
				if g.PerRequest.Low <= float64(size) && float64(size) <= g.PerRequest.High {
					inside++
				}
			}
			t.Logf("named and cleared %d of 20, inside the interval %d of 20, %d blocks on average", right, inside, blocks/20)
			if right < 19 || inside < 17 {
				t.Errorf("named and cleared %d of 20, want 19; inside the interval %d of 20, want 17", right, inside)
			}
		})
	}
}

func describe(d soak.Diagnosis) (s string) {
	for _, a := range d.Arms {
		s += fmt.Sprintf("\n  %s %s %s req %v hour %v first %v again %v dose %v holds %v: %s", a.Name, a.Verdict, a.Nature, a.PerRequest, a.PerHour, value(a.First), a.Again, a.Dose, a.DoseHolds != nil && *a.DoseHolds, a.Why)
	}
	return fmt.Sprintf("%d rounds, %d blocks%s", d.Rounds, d.Blocks, s)
}

// cache is a node whose "search" fills a cache of a size, and whose "report"
// leaks.
type cache struct {
	rng                 *rand.Rand
	size, kept, leaked  float64
	perSearch, perOther float64
}

func (c *cache) request(_ time.Duration, arm string) {
	if arm == "search" {
		c.kept = min(c.kept+c.perSearch, c.size)
		return
	}
	c.leaked += c.perOther
}

func (c *cache) values(time.Duration) (v soak.Values) {
	v.Set(soak.Anon, int64(50e6+c.kept+c.leaked+c.rng.NormFloat64()*100e3))
	return v
}

// A cache that fills is a high-water mark, whether it fills in the first block
// or over many, and is told apart from a leak beside it.
func TestHighWaterMark(t *testing.T) {
	arms := []Arm{{"search", soak.ArmScenario}, {"report", soak.ArmScenario}, {"idle", soak.ArmIdle}}
	for name, per := range map[string]float64{"in one block": 40_000, "over five blocks": 5000} {
		t.Run(name, func(t *testing.T) {
			right := 0
			for seed := range uint64(20) {
				e, err := New(Options{Arms: arms, Seed: seed, Matters: 500, Tolerance: 36e6})
				if err != nil {
					t.Fatal(err)
				}
				n := &cache{rng: rand.New(rand.NewPCG(seed, 1)), size: 30e6, perSearch: per, perOther: 3000}
				conduct(e, n, 20, time.Minute, 25*time.Second)
				d := e.Result()
				all := byName(d)
				if all["search"].Nature == soak.NatureHighWater && all["search"].Verdict == soak.ArmRefuted &&
					all["report"].Verdict == soak.ArmProven && all["report"].Nature == soak.NatureLeak {
					right++
					continue
				}
				t.Logf("seed %d: %s", seed, describe(d))
			}
			if right < 19 {
				t.Errorf("%d of 20, want 19", right)
			}
		})
	}
}

// heavy is a node without a leak whose garbage stays until there is enough of
// it to collect: a floor that is none.
type heavy struct {
	rng              *rand.Rand
	garbage, collect float64
}

func (h *heavy) request(_ time.Duration, arm string) {
	if arm == "workout" {
		h.garbage += 5000
	}
	if h.garbage > h.collect {
		h.garbage = 0
	}
}

func (h *heavy) values(time.Duration) (v soak.Values) {
	v.Set(soak.Anon, int64(50e6+h.garbage+h.rng.NormFloat64()*100e3))
	return v
}

// Nobody is convicted where nothing leaks: under a sawtooth, and where garbage
// is mistaken for a floor.
func TestConvictsNobodyWithoutALeak(t *testing.T) {
	convicted, cleared := 0, 0
	for seed := range uint64(40) {
		sawtooth := seed%2 == 0
		var n node = newStandIn(t, seed, map[string]soak.Size{"*": 0})
		if !sawtooth {
			n = &heavy{rng: rand.New(rand.NewPCG(seed, 1)), collect: 24e6}
		}
		e, err := New(Options{Arms: threeArms, Seed: seed, Matters: 500, Tolerance: 36e6, MaxBlocks: 200})
		if err != nil {
			t.Fatal(err)
		}
		conduct(e, n, 20, time.Minute, 25*time.Second)
		d := e.Result()
		switch ExitCode(d) {
		case soak.ExitFail:
			convicted++
			t.Logf("seed %d: %s", seed, describe(d))
		case soak.ExitPass:
			if sawtooth {
				cleared++
			}
		}
	}
	t.Logf("convicted %d of 40, cleared %d of the 20 sawtooths", convicted, cleared)
	if convicted > 1 || cleared < 19 {
		t.Errorf("convicted %d of 40, want at most 1; cleared %d of 20, want 19", convicted, cleared)
	}
}

// Growth by itself, at double the rate the same in an hour, is not put down to
// requests.
func TestIdleGrowth(t *testing.T) {
	e, err := New(Options{Arms: threeArms, Seed: 5, Matters: 500, Tolerance: 36e6})
	if err != nil {
		t.Fatal(err)
	}
	conduct(e, growing{&heavy{rng: rand.New(rand.NewPCG(5, 1)), collect: 1}}, 20, time.Minute, 25*time.Second)
	d := e.Result()
	all := byName(d)
	idle := all["idle"]
	if idle.Verdict != soak.ArmProven || idle.PerHour.Low > 200e6 || idle.PerHour.High < 200e6 {
		t.Errorf("%s", describe(d))
	}
	for _, name := range []string{"workout", "mealPlan", "health"} {
		if all[name].Verdict != soak.ArmRefuted {
			t.Errorf("%s: %s", name, describe(d))
		}
	}
}

// growing leaks 200 MB an hour, whatever is asked of it.
type growing struct{ *heavy }

func (g growing) values(at time.Duration) (v soak.Values) {
	v.Set(soak.Anon, int64(50e6+200e6*at.Hours()+g.rng.NormFloat64()*100e3))
	return v
}
