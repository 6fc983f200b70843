package cmd

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"leakcheck/scenarios"
	"leakcheck/soak"
	"leakcheck/soak/load"
)

// healthEvery is how often the health path is asked.
const healthEvery = 10 * time.Second

// loads are what is fired at the first node. The zero value fires nothing.
type loads struct {
	plan   soak.Load // the scenarios, or the user's own command; guarded by the brake
	health soak.Load
	// announced says what will be sent.
	announced []string
}

// newLoads makes the plan of the profile's load level ready.
func (a *app) newLoads(o soakOptions, n node, scale float64) (loads, error) {
	options := load.Options{BaseURL: n.url, TLS: n.profile.Service.TLS, Getenv: a.getenv, Dial: n.dial, Begun: o.begun()}
	switch {
	case o.program != "":
		return commandLoad(o.program, n, options)
	case soak.LoadLevel(o.level) == soak.LoadNone:
		return loads{}, nil
	}
	if n.info.URL == "" {
		return loads{}, noURL(n, "--load none")
	}
	phases, err := chosen(n.profile, soak.LoadLevel(o.level), o.scenarios)
	if err != nil {
		return loads{}, err
	}
	if scale > 1 {
		phases = load.Scaled(phases, scale)
	}
	plan, err := load.New(phases, n.profile.Scenarios, options)
	if err != nil {
		return loads{}, usage("load: %w", err)
	}
	l := loads{plan: plan}
	for _, s := range load.Announce(phases, n.profile.Scenarios, o.begun()+o.length()) {
		l.announced = append(l.announced, s.String())
	}
	l.health, err = healthLoad(n, options)
	return l, err
}

// healthLoad asks the health path over and over, if there is one; the brake lets
// it go on.
func healthLoad(n node, options load.Options) (soak.Load, error) {
	if n.url == "" || n.profile.Service.Health == "" {
		return nil, nil
	}
	l, err := load.New(
		[]soak.Phase{{Fire: []soak.Firing{{Scenario: soak.HealthScenario, Every: soak.Duration(healthEvery)}}}},
		map[string]*soak.Scenario{soak.HealthScenario: {Steps: []soak.Step{{Path: n.profile.Service.Health, Timeout: soak.Duration(healthEvery)}}}},
		options)
	if err != nil {
		return nil, usage("health path: %w", err)
	}
	return l, nil
}

// commandLoad lets a program of the user's fire. How the node answers is seen
// by its health path alone, so the brake needs that.
func commandLoad(program string, n node, options load.Options) (l loads, err error) {
	args := strings.Fields(program)
	if strings.ContainsAny(program, "'\"\\") { // only a shell takes these apart
		args = []string{"sh", "-c", program}
	}
	if len(args) == 0 {
		return l, usage("--load-command is empty: give a program and its arguments")
	}
	if l.plan, err = load.NewCommand(args); err != nil {
		return l, usage("--load-command: %w", err)
	}
	l.announced = []string{"run " + program}
	l.health, err = healthLoad(n, options)
	return l, err
}

// chosen is the plan of a load level, cut down to the scenarios that the user
// picked.
func chosen(p *soak.Profile, level soak.LoadLevel, picked []string) ([]soak.Phase, error) {
	phases := p.Load[level]
	if len(phases) == 0 {
		return nil, usage("profile %s has no load plan %q: give --load none, or another profile", p.Name, level)
	}
	if len(picked) == 0 {
		return phases, nil
	}
	return only(phases, picked)
}

// hasAll refuses a scenario that a profile does not have.
func hasAll(p *soak.Profile, picked []string) error {
	for _, name := range picked {
		if p.Scenarios[name] != nil {
			continue
		}
		known := sortedKeys(p.Scenarios)
		if len(known) == 0 {
			return usage("profile %s has no scenario %q, nor any other: give another --profile", p.Name, name)
		}
		has := "it has " + strings.Join(known, ", ")
		if near := scenarios.Nearest(name, known); near != "" {
			has = "similar: " + near + "; " + has
		}
		return usage("profile %s has no scenario %q; %s", p.Name, name, has)
	}
	return nil
}

// only keeps the firings of some scenarios.
func only(phases []soak.Phase, picked []string) ([]soak.Phase, error) {
	keep := map[string]bool{}
	for _, name := range picked {
		keep[name] = true
	}
	var cut []soak.Phase
	fired := false
	for _, ph := range phases {
		var fire []soak.Firing
		for _, f := range ph.Fire {
			if keep[f.Scenario] {
				fire = append(fire, f)
			}
		}
		fired = fired || len(fire) > 0
		ph.Fire = fire
		cut = append(cut, ph)
	}
	if !fired {
		return nil, usage("this load plan does not fire %s: try --load full, or `leakcheck fire --scenario %s`", strings.Join(picked, ", "), picked[0])
	}
	return cut, nil
}

// announce says what will be sent where, and leaves time to think better of it
// on a terminal and in the background.
func (a *app) announce(ctx context.Context, r *run) error {
	first := r.nodes[0]
	fmt.Fprintf(a.stderr, "Soaking %s for %s, profile %s, record %s\n", names(r.nodes), soak.RoundDuration(r.o.length()), first.profile.Name, r.record.Path())
	if text := r.foretold(); text != "" {
		r.told = true
		fmt.Fprintln(a.stderr, text)
	}
	if len(r.loads.announced) == 0 {
		fmt.Fprintln(a.stderr, "No load will be fired: checks that need it are not-run.")
		return r.begun()
	}
	if r.o.program != "" {
		fmt.Fprintln(a.stderr, "Load of your own, whose requests are not counted:")
	} else {
		fmt.Fprintf(a.stderr, "Load (%s) to %s:\n", r.o.level, first.where())
	}
	for _, line := range r.loads.announced {
		fmt.Fprintln(a.stderr, "  "+line)
	}
	wait, leave := r.wait(), "Ctrl-C"
	if r.o.ready != nil {
		leave = fmt.Sprintf("kill %d", os.Getpid())
	}
	if wait > 0 {
		fmt.Fprintf(a.stderr, "Starting in %s; %s to leave it.\n", wait, leave)
	}
	if err := r.begun(); err != nil || wait <= 0 {
		return err
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return &exit{soak.ExitInterrupted, fmt.Errorf("left before anything was sent")}
	}
}

// wait is how long a run that will fire leaves to think better of it.
func (r *run) wait() time.Duration {
	switch {
	case len(r.loads.announced) == 0:
		return 0
	case r.o.ready != nil:
		return detachedWait
	case r.o.wait < 0 && r.app.terminalOf(r.app.stderr).is:
		return 10 * time.Second
	}
	return max(r.o.wait, 0)
}

// mailbox carries events that are found while a batch is being recorded, such
// as the brake's, into a later batch.
type mailbox struct {
	mu     sync.Mutex
	events []soak.Event
}

func (m *mailbox) post(e soak.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, e)
}

// Run waits for the end.
func (m *mailbox) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Stop does nothing: a mailbox sends nothing.
func (m *mailbox) Stop(string) {}

// Take empties the mailbox.
func (m *mailbox) Take() soak.Batch {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := soak.Batch{Events: m.events}
	m.events = nil
	return b
}
