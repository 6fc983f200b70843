package load

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"leakcheck/soak"
)

// Engine fires a plan over HTTP. It is a soak.Load.
type Engine struct {
	plan    []soak.Phase
	begun   time.Duration // how much of the plan is over when Run begins
	shots   map[string]*shot
	pool    *pool
	slots   chan struct{} // one for each request of open loops and bursts
	secrets *secrets

	stopped context.Context // done once Stop was called
	stop    context.CancelCauseFunc
	flying  sync.WaitGroup

	mu      sync.Mutex
	phase   string
	tallies []*tally
	events  []soak.Event
	warned  map[string]bool

	taking sync.Mutex
	last   time.Time
}

var _ soak.Load = (*Engine)(nil)

// New makes a plan ready. It fails if the plan or a scenario cannot be fired:
// an unknown scenario, a credential that is not there, a URL that is none.
func New(plan []soak.Phase, scenarios map[string]*soak.Scenario, o Options) (*Engine, error) {
	o = o.withDefaults()
	if err := checkPlan(plan, scenarios); err != nil {
		return nil, err
	}
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" {
		return nil, errors.New("the node's url is not one: write it like http://127.0.0.1:3005")
	}
	p, err := newPool(base, o)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		plan: plan, begun: o.Begun, shots: map[string]*shot{}, pool: p, slots: make(chan struct{}, o.MaxInFlight),
		secrets: &secrets{getenv: o.Getenv, readFile: o.ReadFile}, warned: map[string]bool{}, last: time.Now(),
	}
	if password, ok := base.User.Password(); ok {
		e.secrets.hide(password)
	}
	for _, phase := range plan {
		for _, f := range phase.Fire {
			if e.shots[f.Scenario] != nil {
				continue
			}
			if e.shots[f.Scenario], err = prepare(scenarios[f.Scenario], f.Scenario, base, e.secrets); err != nil {
				return nil, err
			}
		}
	}
	e.stopped, e.stop = context.WithCancelCause(context.Background())
	return e, nil
}

// checkPlan finds what would go wrong later.
func checkPlan(plan []soak.Phase, scenarios map[string]*soak.Scenario) error {
	for i, p := range plan {
		if p.For < 0 || p.For == 0 && i < len(plan)-1 {
			return fmt.Errorf("load phase %s: give it a length; only the last phase may go on to the end of the run", p.Name)
		}
		for _, f := range p.Fire {
			where := fmt.Sprintf("load phase %s, scenario %s", p.Name, f.Scenario)
			if scenarios[f.Scenario] == nil {
				return fmt.Errorf("%s: there is no such scenario", where)
			}
			ways := 0
			for _, set := range []bool{f.Every != 0, f.Rate != 0, f.Loops != 0} {
				if set {
					ways++
				}
			}
			switch {
			case ways != 1:
				return fmt.Errorf("%s: set exactly one of every, rate and loops", where)
			case f.Every < 0 || f.Rate < 0 || f.RampTo < 0 || f.After < 0 || f.Loops < -1:
				return fmt.Errorf("%s: a number below 0", where)
			case f.RampTo > 0 && p.For == 0:
				return fmt.Errorf("%s: a ramp needs a phase with a length", where)
			}
		}
	}
	return nil
}

// Run fires until the plan or ctx ends, or Stop is called; then it breaks what
// is under way. It returns nil: failed requests are counted.
func (e *Engine) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(e.stopped, cancel)()
	defer context.AfterFunc(ctx, e.pool.close)()
	began := time.Now()
	start := began.Add(-e.begun)
	for _, p := range e.plan {
		if ctx.Err() != nil || e.stopped.Err() != nil {
			break
		}
		if end := start.Add(p.For.D()); p.For > 0 && !end.After(began) {
			start = end // over before this part of the run began
			continue
		}
		over := max(0, began.Sub(start))
		e.enter(p, start.Add(over), over > 0)
		e.runPhase(ctx, p, start, over)
		start = start.Add(p.For.D())
	}
	e.flying.Wait()
	e.pool.close()
	return nil
}

// runPhase fires a phase to its end, but for what of it is over. Requests under
// way go on into the next one; they are counted where they began.
func (e *Engine) runPhase(ctx context.Context, p soak.Phase, start time.Time, over time.Duration) {
	phase := ctx
	if p.For > 0 {
		var cancel context.CancelFunc
		phase, cancel = context.WithDeadline(ctx, start.Add(p.For.D()))
		defer cancel()
	}
	var loops sync.WaitGroup
	for _, f := range p.Fire {
		loops.Go(e.loop(ctx, phase, p, f, start, over))
	}
	loops.Wait()
	if p.For > 0 {
		<-phase.Done()
	}
}

func (e *Engine) enter(p soak.Phase, at time.Time, again bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.phase = p.Name
	if p.Name == "" {
		return // a plan of one nameless phase has nothing to tell
	}
	text := "load phase " + p.Name + " begins"
	if again {
		text = "load phase " + p.Name + " goes on"
	}
	if len(p.Fire) == 0 {
		text += ": nothing is fired"
	}
	e.events = append(e.events, soak.Event{At: at, Kind: soak.EventPhase, Text: text})
}

// Stop ends all firing at once and for good. The reason stands in
// [Engine.Stopped]; whoever stops the load reports it.
func (e *Engine) Stop(reason string) { e.stop(errors.New(reason)) }

// Stopped is why Stop was called, empty if it was not.
func (e *Engine) Stopped() string {
	if cause := context.Cause(e.stopped); cause != nil {
		return cause.Error()
	}
	return ""
}

// Take returns what was fired since the last call.
func (e *Engine) Take() soak.Batch {
	e.taking.Lock()
	defer e.taking.Unlock()
	now := time.Now()
	e.pool.reap(now)
	e.mu.Lock()
	b := soak.Batch{Events: e.events}
	e.events = nil
	tallies, phase := e.tallies, e.phase
	e.mu.Unlock()
	for _, t := range tallies {
		in, ok, err := t.take()
		if err != nil {
			b.Events = append(b.Events, soak.Event{At: now, Kind: soak.EventWarning, Text: "latencies of " + t.scenario + " were lost: " + err.Error()})
		}
		if t.phase != phase && !ok {
			t.forget()
		}
		if !ok {
			continue
		}
		in.At, in.Duration = now, now.Sub(e.last)
		b.Load = append(b.Load, in)
	}
	e.last = now
	return b
}

// tally finds or begins the count of a scenario in a phase.
func (e *Engine) tally(scenario, phase string) *tally {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, t := range e.tallies {
		if t.scenario == scenario && t.phase == phase {
			return t
		}
	}
	t := &tally{scenario: scenario, phase: phase}
	e.tallies = append(e.tallies, t)
	return t
}

// warn reports the first error of each kind of a scenario, without secrets.
func (e *Engine) warn(scenario string, a answer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := scenario + "\x00" + string(a.kind)
	if e.warned[key] {
		return
	}
	e.warned[key] = true
	text := e.secrets.redact(fmt.Sprintf("scenario %s: first %s error: %v", scenario, a.kind, a.err))
	e.events = append(e.events, soak.Event{At: time.Now(), Kind: soak.EventWarning, Text: text})
}
