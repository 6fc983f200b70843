package cmd

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/experiment"
	"leakcheck/soak/load"
	"leakcheck/soak/logscan"
)

// arms are what is switched on and off, each with its switch.
func (t *trial) arms(o diagnoseOptions) (arms []soak.ArmDesign, switches []experiment.Switch, err error) {
	add := func(name string, kind soak.ArmKind, s experiment.Switch) {
		arms, switches = append(arms, soak.ArmDesign{Name: name, Kind: kind}), append(switches, s)
	}
	picked := o.scenarios
	if len(picked) == 0 {
		picked = fires(t.node.profile)
	}
	var each []string
	for _, name := range picked {
		names, err := t.variants(name)
		if err != nil {
			return nil, nil, err
		}
		each = append(each, names...)
	}
	for _, name := range each {
		s := t.node.profile.Scenarios[name]
		on := t.scenarioSwitch(name, o.rate/size(s))
		if _, err := on(1, o.block.D()); err != nil { // a credential that is missing is missed now
			return nil, nil, err
		}
		add(name, soak.ArmScenario, on)
	}
	add("idle", soak.ArmIdle, func(int, time.Duration) (soak.Load, error) { return nil, nil })
	rules, err := logscan.Compile(t.node.profile.Signals)
	switch {
	case err != nil:
		return nil, nil, usage("profile %s: %w", t.node.profile.Name, err)
	case !o.noObserver:
		add("observer", soak.ArmObserver, t.observerSwitch(rules, o.noLog))
	case !o.noLog: // reading the log is not on trial, so that its figures may be used
		t.scanner = rules.NewFeed(t.node.info.Name, time.Now)
	}
	for _, text := range o.commands {
		c, err := parseCommandArm(text)
		if err != nil {
			return nil, nil, err
		}
		add(c.name, soak.ArmCommand, func(_ int, length time.Duration) (soak.Load, error) {
			return &commandLoop{commandArm: c, length: length}, nil
		})
	}
	for i, a := range arms {
		for _, b := range arms[:i] {
			if a.Name == b.Name {
				return nil, nil, usage("two arms are called %s", a.Name)
			}
		}
	}
	return arms, switches, nil
}

// fires are the scenarios that a profile's load fires, or all if it fires none.
func fires(p *soak.Profile) []string {
	found := map[string]bool{}
	for _, plan := range p.Load {
		for _, phase := range plan {
			for _, f := range phase.Fire {
				found[f.Scenario] = true
			}
		}
	}
	if len(found) == 0 {
		return sortedKeys(p.Scenarios)
	}
	return slices.Sorted(maps.Keys(found))
}

// leftOut are the scenarios of a profile that an experiment does not try, and
// why not: those that its load does not fire, or that were not picked.
func leftOut(p *soak.Profile, picked []string) (left []soak.LeftOut) {
	tried, why := picked, "not tried: --scenario named others"
	if len(picked) == 0 {
		tried, why = fires(p), "not tried: the profile's load does not fire it"
	}
	for _, name := range sortedKeys(p.Scenarios) {
		if !slices.Contains(tried, name) {
			left = append(left, soak.LeftOut{Name: name, Why: why + "; --scenario " + shellWord(name) + " tries it"})
		}
	}
	return left
}

// scenarioSwitch fires a scenario at so many iterations a second.
func (t *trial) scenarioSwitch(name string, rate float64) experiment.Switch {
	return func(dose int, length time.Duration) (soak.Load, error) {
		plan := []soak.Phase{{For: soak.Duration(length), Fire: []soak.Firing{{Scenario: name, Rate: rate * float64(dose)}}}}
		engine, err := load.New(plan, t.node.profile.Scenarios, t.options())
		if err != nil {
			return nil, usage("load: %w", err)
		}
		return engine, nil
	}
}

// observerSwitch does what a soak does beside firing: it reads the log and asks
// the health path.
func (t *trial) observerSwitch(rules *logscan.Rules, noLog bool) experiment.Switch {
	return func(_ int, length time.Duration) (soak.Load, error) {
		o := &observing{length: length}
		if !noLog {
			scanner := rules.NewFeed(t.node.info.Name, time.Now)
			o.parts = append(o.parts, func(ctx context.Context) {
				_ = t.node.Follow(ctx, time.Now(), scanner.Line, func(soak.Event) {}) // what it finds is not asked for here
				scanner.Take()
			})
		}
		if t.node.profile.Service.Health != "" {
			health, err := healthLoad(t.node, t.options())
			if err != nil {
				return nil, err
			}
			o.Load = health
			o.parts = append(o.parts, func(ctx context.Context) { _ = health.Run(ctx) })
		}
		return o, nil
	}
}

// observing runs leakcheck's own reading for a while.
type observing struct {
	soak.Load // the health requests; nil without a health path
	length    time.Duration
	parts     []func(context.Context)
}

// Run reads until its time is up or ctx ends.
func (o *observing) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, o.length)
	defer cancel()
	var all sync.WaitGroup
	for _, part := range o.parts {
		all.Go(func() { part(ctx) })
	}
	<-ctx.Done()
	all.Wait()
	return nil
}

// Take returns the health requests.
func (o *observing) Take() soak.Batch {
	if o.Load == nil {
		return soak.Batch{}
	}
	return o.Load.Take()
}

// Stop ends the health requests; the rest ends with Run's context.
func (o *observing) Stop(reason string) {
	if o.Load != nil {
		o.Load.Stop(reason)
	}
}

// commandLoop switches something of the user's on, and off again whatever
// happens.
type commandLoop struct {
	commandArm
	length time.Duration
}

// switchWithin bounds how long a command may take to switch something.
const switchWithin = 30 * time.Second

// Run switches on, waits, and switches off.
func (c *commandLoop) Run(ctx context.Context) error {
	err := switchBy(ctx, c.name, c.on)
	if err == nil {
		select {
		case <-time.After(c.length):
		case <-ctx.Done():
		}
	}
	if failed := switchBy(context.WithoutCancel(ctx), c.name, c.off); err == nil {
		err = failed
	}
	return err
}

func switchBy(ctx context.Context, arm, command string) error {
	ctx, cancel := context.WithTimeout(ctx, switchWithin)
	defer cancel()
	out, err := exec.CommandContext(ctx, "sh", "-c", command).CombinedOutput()
	if err != nil {
		return fmt.Errorf("arm %s: %s: %w: %s", arm, command, err, strings.TrimSpace(string(out[:min(len(out), 400)])))
	}
	return nil
}

// Take returns nothing: what the command does is not known.
func (c *commandLoop) Take() soak.Batch { return soak.Batch{} }

// Stop does nothing: Run's context ends it.
func (c *commandLoop) Stop(string) {}
