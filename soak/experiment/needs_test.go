package experiment

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// restless is a node whose "leaky" keeps some bytes of each request, under noise
// that hides it for a while.
type restless struct {
	rng       *rand.Rand
	kept, per float64
}

func (r *restless) request(_ time.Duration, arm string) {
	if arm == "leaky" {
		r.kept += r.per
	}
}

func (r *restless) values(time.Duration) (v soak.Values) {
	v.Set(soak.Anon, int64(100e6+r.kept+r.rng.NormFloat64()*1.2e6))
	return v
}

// An experiment that ends too early says how many blocks it takes: with as many
// it is mostly decided, and it does not ask for much more than that.
func TestNeedsAsManyBlocksAsItSays(t *testing.T) {
	arms := []Arm{{"leaky", soak.ArmScenario}, {"clean", soak.ArmScenario}, {"idle", soak.ArmIdle}}
	asked, decided, said, took := 0, 0, 0, 0
	for seed := range uint64(20) {
		e, err := New(Options{Arms: arms, Seed: seed, Matters: 1000, Tolerance: 72e6, MaxBlocks: 16})
		if err != nil {
			t.Fatal(err)
		}
		n := &restless{rng: rand.New(rand.NewPCG(seed, 1)), per: 2500}
		conduct(e, n, 20, time.Minute, 25*time.Second)
		blocks, ok := e.Needs()
		if Decided(e.Result()) || !ok {
			continue
		}
		asked++
		said += blocks
		if e.Extend(blocks); !e.GoesOn() { // what is open was left behind: it takes a new one
			e, _ = New(Options{Arms: arms, Seed: seed, Matters: 1000, Tolerance: 72e6, MaxBlocks: blocks})
		}
		conduct(e, n, 20, time.Minute, 25*time.Second)
		d := e.Result()
		took += d.Blocks
		if Decided(d) && byName(d)["leaky"].Verdict == soak.ArmProven && byName(d)["clean"].Verdict == soak.ArmRefuted {
			decided++
			continue
		}
		t.Logf("seed %d, %d blocks said: %s", seed, blocks, describe(d))
	}
	t.Logf("asked for more %d times, %d blocks on average, took %d; then decided: %d", asked, said/max(asked, 1), took/max(asked, 1), decided)
	if asked < 15 || decided < asked/2 {
		t.Errorf("asked for more %d times of 20, want 15; decided then: %d, want half", asked, decided)
	}
}

// What is open at the end is open for one of two reasons, and the right one is
// said: there was no time for more blocks, or no more rounds would be looked at.
// The results are looked at first after as many blocks as are promised.
func TestWhyItEnded(t *testing.T) {
	arms := []soak.ArmDesign{{Name: "clean", Kind: soak.ArmScenario}, {Name: "idle", Kind: soak.ArmIdle}}
	first := FirstAnswer(len(arms))
	for _, c := range []struct {
		blocks, looks int
		ended         string
	}{
		{first - 1, 0, "at --max"}, {first, 1, "at --max"}, {1e6, len(looks), "no more rounds"}, {0, 0, "still goes on"},
	} {
		d := soak.Design{Arms: arms, Seed: 1, Matters: 1, Tolerance: 1, Block: 60, Pause: 25, Max: float64(c.blocks)*85 + 25}
		s := newStory(t, d)
		n := &restless{rng: rand.New(rand.NewPCG(1, 1))}
		if c.blocks == 0 { // one block was run, and another would be
			s.e.Extend(first)
			b, _ := s.e.Next()
			s.e.Begin(Floor{Level: 1, Samples: 1})
			s.e.Add(Measured{Block: b, On: time.Minute, Span: time.Minute, Floor: Floor{Level: 1, Samples: 1}})
		} else {
			conduct(s.e, n, 20, time.Minute, 25*time.Second)
		}
		got := s.Diagnosis()
		if !strings.Contains(got.Ended, c.ended) || s.e.look != c.looks || got.ExitCode != soak.ExitInconclusive {
			t.Errorf("%d blocks of %d at most: ended %q after %d looks, exit %d; want %q after %d", got.Blocks, c.blocks, got.Ended, s.e.look, got.ExitCode, c.ended, c.looks)
		}
	}
}

// What ended an experiment that was gone on with is said, not that it had been
// interrupted before.
func TestWhyItEndedAgain(t *testing.T) {
	d := soak.Design{Arms: []soak.ArmDesign{{Name: "clean", Kind: soak.ArmScenario}, {Name: "idle", Kind: soak.ArmIdle}}, Matters: 1, Tolerance: 1, Block: 60, Pause: 25, Max: 3600}
	s := newStory(t, d)
	for _, e := range []soak.Event{{Kind: soak.EventInterrupt, Text: "SIGINT"}, {Kind: soak.EventEnded, Text: "the node restarted"}} {
		if err := s.Record(soak.Batch{Events: []soak.Event{e}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Diagnosis(); got.Ended != "the node restarted" || got.ExitCode != soak.ExitNotMeasured {
		t.Errorf("ended %q, exit %d", got.Ended, got.ExitCode)
	}
}
