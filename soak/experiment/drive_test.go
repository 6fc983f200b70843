package experiment

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/load"
	"leakcheck/soak/runner"
)

// pretend is a node whose memory is a number, and whose scenarios are loads that
// raise it.
type pretend struct {
	mu    sync.Mutex
	anon  int64
	limit int64
	life  time.Time
	mute  func() bool // cannot be sampled at the moment
}

func (p *pretend) Sample(context.Context) (soak.Sample, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mute != nil && p.mute() {
		return soak.Sample{}, errors.New("the engine does not answer")
	}
	s := soak.Sample{Started: p.life}
	s.Set(soak.Anon, p.anon)
	s.Set(soak.WorkingSet, p.anon)
	if p.limit > 0 {
		s.Set(soak.Limit, p.limit)
	}
	return s, nil
}
func (p *pretend) Watch(ctx context.Context, _ func(soak.Event)) error { <-ctx.Done(); return nil }
func (p *pretend) Follow(ctx context.Context, _ time.Time, _ func(soak.Line), _ func(soak.Event)) error {
	<-ctx.Done()
	return nil
}

// requests are ten a second, each of which keeps some memory.
type requests struct {
	p       *pretend
	name    string
	cost    int64
	dose    int
	length  time.Duration
	mu      sync.Mutex
	sent    int64
	stopped bool
}

func (r *requests) Run(ctx context.Context) error {
	for end := time.Now().Add(r.length); time.Now().Before(end) && ctx.Err() == nil; {
		r.mu.Lock()
		if !r.stopped {
			r.sent += int64(r.dose)
			r.p.mu.Lock()
			r.p.anon += r.cost * int64(r.dose)
			r.p.mu.Unlock()
		}
		r.mu.Unlock()
		wait(ctx, 100*time.Millisecond)
	}
	return nil
}

func (r *requests) Take() soak.Batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.sent
	r.sent = 0
	return soak.Batch{Load: []soak.LoadInterval{{At: time.Now(), Scenario: r.name, Due: n, Requests: n}}}
}

func (r *requests) Stop(string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
}

func (p *pretend) on(name string, cost int64) Switch {
	return func(dose int, length time.Duration) (soak.Load, error) {
		return &requests{p: p, name: name, cost: cost, dose: dose, length: length}, nil
	}
}

func off(int, time.Duration) (soak.Load, error) { return nil, nil }

// drive runs an experiment with a leaking and a clean scenario inside a brake.
func drive(t *testing.T, p *pretend, leak Switch) (*Driver, soak.Diagnosis) {
	t.Helper()
	design := soak.Design{
		Arms: []soak.ArmDesign{{Name: "leaky", Kind: soak.ArmScenario}, {Name: "clean", Kind: soak.ArmScenario}, {Name: "idle", Kind: soak.ArmIdle}},
		Seed: 3, Matters: 500, Tolerance: 18e6, Block: 60, Pause: 20, Max: 36000,
	}
	e, err := New(OptionsOf(design))
	if err != nil {
		t.Fatal(err)
	}
	story, kept := newStory(t, design), &kept{}
	d, err := NewDriver(e, "node", []Switch{leak, p.on("clean", 0), off}, time.Minute, 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	seen := all{story, kept, d}
	brake := load.NewBrake(load.BrakeOptions{Stop: d.Stop, Emit: func(e soak.Event) { _ = seen[:2].Record(soak.Batch{Events: []soak.Event{e}}) }})
	_, err = runner.Run(t.Context(), runner.Config{
		Targets: []runner.Target{{Name: "node", Target: p}}, Loads: []soak.Load{d}, Recorder: append(seen, brake),
		Pace: runner.Every(500 * time.Millisecond), Done: d.Done, Duration: 10 * time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	again := newStory(t, design)
	for _, b := range kept.batches {
		if err := again.Record(b); err != nil {
			t.Fatal(err)
		}
	}
	if told, retold := story.Diagnosis(), again.Diagnosis(); !reflect.DeepEqual(told, retold) {
		t.Errorf("told %+v\nretold %+v", told, retold)
	}
	return d, story.Diagnosis()
}

func newStory(t *testing.T, d soak.Design) *Story {
	t.Helper()
	s, err := NewStory(d, "node")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type all []soak.Recorder

func (a all) Record(b soak.Batch) (err error) {
	for _, r := range a {
		err = errors.Join(err, r.Record(b))
	}
	return err
}

// kept keeps what a record on disk does.
type kept struct{ batches []soak.Batch }

func (k *kept) Record(b soak.Batch) error {
	k.batches = append(k.batches, b)
	return nil
}

// A whole experiment goes through the runner and ends by itself.
func TestDriverKnowsAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		p := &pretend{anon: 100e6}
		_, d := drive(t, p, p.on("leaky", 2000))
		all := byName(d)
		if a := all["leaky"]; a.Verdict != soak.ArmProven || a.Nature != soak.NatureLeak || a.PerRequest.Low > 2000.5 || a.PerRequest.High < 1999.5 ||
			a.DoseHolds == nil || !*a.DoseHolds || len(a.Where) != 1 || a.Where[0].Component != partAnon {
			t.Errorf("%s", describe(d))
		}
		if all["clean"].Verdict != soak.ArmRefuted || all["idle"].Verdict != soak.ArmRefuted || ExitCode(d) != soak.ExitFail || d.Ended != "" {
			t.Errorf("exit %d, %q: %s", ExitCode(d), d.Ended, describe(d))
		}
		if took := time.Since(begin); took > 2*time.Hour {
			t.Errorf("it took %v", took)
		}
		if all["leaky"].Requests == 0 || all["leaky"].Requests%600 != 0 {
			t.Errorf("%d requests, want 600 for each block", all["leaky"].Requests)
		}
	})
}

// An experiment that had too little time says how much more it takes, and goes
// on from its record as if nothing had been: what the node did in between is no
// block's.
func TestGoesOnFromItsRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pretend{anon: 100e6}
		design := soak.Design{
			Arms: []soak.ArmDesign{{Name: "leaky", Kind: soak.ArmScenario}, {Name: "clean", Kind: soak.ArmScenario}, {Name: "idle", Kind: soak.ArmIdle}},
			Seed: 3, Matters: 500, Tolerance: 18e6, Block: 60, Pause: 20, Max: 600,
		}
		part := func(before *kept, longest float64) (soak.Diagnosis, *Experiment, *kept) {
			story, next := newStory(t, design), newStory(t, design)
			for _, b := range before.batches {
				if err := (all{story, next}).Record(b); err != nil {
					t.Fatal(err)
				}
			}
			e := next.Experiment()
			e.Extend(BlocksIn(design, longest))
			d, err := NewDriver(e, "node", []Switch{p.on("leaky", 2000), p.on("clean", 0), off}, time.Minute, 20*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			_, err = runner.Run(t.Context(), runner.Config{
				Targets: []runner.Target{{Name: "node", Target: p}}, Loads: []soak.Load{d}, Recorder: all{story, before, d},
				Pace: runner.Every(500 * time.Millisecond), Done: d.Done, Duration: 10 * time.Hour,
			})
			if err != nil {
				t.Fatal(err)
			}
			return story.Diagnosis(), e, before
		}
		first, e, record := part(&kept{}, design.Max)
		if ExitCode(first) != soak.ExitInconclusive || first.HoursToDecide == nil || !e.GoesOn() || first.Blocks != 7 {
			t.Fatalf("%d blocks, %v hours more, goes on %v: %s", first.Blocks, value(first.HoursToDecide), e.GoesOn(), describe(first))
		}
		p.mu.Lock()
		p.anon += 30e6 // while nobody looked
		p.mu.Unlock()
		needed := 7*80 + 20 + 3600**first.HoursToDecide
		whole, e, record := part(record, needed)
		all := byName(whole)
		if a := all["leaky"]; a.Verdict != soak.ArmProven || a.Nature != soak.NatureLeak || a.PerRequest.Low > 2000.5 || a.PerRequest.High < 1999.5 {
			t.Errorf("%s", describe(whole))
		}
		if all["clean"].Verdict != soak.ArmRefuted || all["idle"].Verdict != soak.ArmRefuted || e.GoesOn() || whole.HoursToDecide != nil || !Decided(whole) {
			t.Errorf("goes on %v, %v hours more: %s", e.GoesOn(), value(whole.HoursToDecide), describe(whole))
		}
		again := newStory(t, design)
		for _, b := range record.batches {
			if err := again.Record(b); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(again.Diagnosis(), whole) {
			t.Errorf("told %+v\nretold %+v", whole, again.Diagnosis())
		}
	})
}

// A record of another plan is not made to fit.
func TestAnotherPlanIsNotRetold(t *testing.T) {
	s := newStory(t, soak.Design{Arms: []soak.ArmDesign{{Name: "a", Kind: soak.ArmScenario}, {Name: "idle", Kind: soak.ArmIdle}}, Matters: 1, Tolerance: 1, Block: 1, Pause: 1, Max: 100})
	other := Measured{Block: Block{Stage: Screen, Round: 7, Arm: 1, Dose: 1}}.signal(time.Now())
	if err := s.Record(soak.Batch{Signals: []soak.Signal{beginSignal(Floor{}, 49), other}}); err == nil || !strings.Contains(err.Error(), "block 1") {
		t.Errorf("%v", err)
	}
}

// A node that nears its limit stops the experiment, and what is open stays open.
func TestBrakeStopsTheExperiment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pretend{anon: 100e6, limit: 180e6}
		_, d := drive(t, p, p.on("leaky", 20_000))
		if !strings.Contains(d.Ended, "% of the limit") || ExitCode(d) != soak.ExitInconclusive {
			t.Errorf("%q, exit %d", d.Ended, ExitCode(d))
		}
		if p.anon > 129e6 {
			t.Errorf("it went on to %d, the brake is at 126 MB", p.anon)
		}
		for _, a := range d.Arms {
			if a.Verdict != soak.ArmUntested {
				t.Errorf("%s is %s", a.Name, a.Verdict)
			}
		}
	})
}

// A node that restarts is another one.
func TestRestartEndsTheExperiment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pretend{anon: 100e6, life: time.Now()}
		restart := time.AfterFunc(10*time.Minute, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.anon, p.life = 50e6, time.Now()
		})
		defer restart.Stop()
		_, d := drive(t, p, p.on("leaky", 2000))
		if !strings.Contains(d.Ended, "restarted") {
			t.Errorf("ended: %q after %d blocks", d.Ended, d.Blocks)
		}
	})
}

// A switch that fails ends the experiment with its reason.
// A node that cannot be sampled for a minute is
// waited for; one that never can be again is not.
func TestSamplesAreWaitedFor(t *testing.T) {
	for name, back := range map[string]time.Duration{"back": time.Minute, "gone": 1000 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				from := time.Now().Add(5 * time.Minute)
				p := &pretend{anon: 200e6, mute: func() bool { return time.Now().After(from) && time.Since(from) < back }}
				_, d := drive(t, p, p.on("leaky", 10_000))
				switch name {
				case "back":
					if byName(d)["leaky"].Verdict != soak.ArmProven || d.Ended != "" {
						t.Errorf("ended %q: %s", d.Ended, describe(d))
					}
				case "gone":
					if d.Ended != "no sample could be taken in 3m20s" || d.ExitCode != soak.ExitNotMeasured {
						t.Errorf("ended %q, exit %d", d.Ended, d.ExitCode)
					}
				}
			})
		})
	}
}

func TestSwitchThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pretend{anon: 100e6}
		_, d := drive(t, p, func(int, time.Duration) (soak.Load, error) { return nil, errors.New("on.sh: not found") })
		if d.Ended != "on.sh: not found" {
			t.Errorf("ended: %q", d.Ended)
		}
	})
}
