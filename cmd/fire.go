package cmd

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/experiment"
	"leakcheck/soak/load"
	"leakcheck/soak/runner"
)

// fireOptions are the flags of fire.
type fireOptions struct {
	targetOptions
	tapOptions
	scenario string
	times    int
	wait     soak.Duration
	before   soak.Duration
	interval soak.Duration
	format   string
}

func newFire(a *app) *cobra.Command {
	o := fireOptions{wait: soak.Duration(time.Minute), before: soak.Duration(5 * time.Second), interval: soak.Duration(250 * time.Millisecond)}
	c := &cobra.Command{
		Use:   "fire (--container NAME | --pid PID | -- COMMAND [ARGS...])",
		Short: "Fire one scenario or burst now: memory rises; does it come back?",
		Long: `fire sends one scenario of the node's profile now, at once and as often as told,
then waits for memory to come back. It says what the requests did, where memory
was before, at its top and afterwards, and how long it took to come back.

Passed means that memory did not rise, or came back. Memory that stays up is
inconclusive: one firing cannot tell a leak from a cache, or from a collector
that has not run. 'leakcheck diagnose' can.

` + exitCodes,
		Example: `  leakcheck fire --container fitnessally-oip-gpu-1 --scenario burst
  leakcheck fire --container api --scenario workout --times 20 --wait 2m --format json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			o.command = args
			return a.fire(c.Context(), o)
		},
	}
	f := c.Flags()
	o.targetOptions.flags(f)
	o.tapOptions.flags(f)
	f.StringVar(&o.scenario, "scenario", "", "scenario to fire (default: burst, if the profile has it, or its only one)")
	f.IntVar(&o.times, "times", 1, "how often each of the scenario's clients goes through its steps")
	f.Var(&o.wait, "wait", "how long memory has to come back")
	f.Var(&o.before, "before", "how long memory is watched before anything is sent")
	f.Var(aboveZero{&o.interval}, "interval", "time between samples")
	f.StringVar(&o.format, "format", "text", "what to print: text or json")
	return c
}

func (o *fireOptions) check() error {
	switch {
	case o.times < 1:
		return usage("--times %d: at least once", o.times)
	case o.wait < 0 || o.before <= 0 || o.interval <= 0:
		return usage("--wait, --before and --interval must be above zero")
	case o.before < 2*o.interval:
		return usage("--before %s: it takes two samples, %s apart", o.before, o.interval)
	}
	return textOrJSON(o.format)
}

// fire fires one scenario from its flags to its exit code.
func (a *app) fire(ctx context.Context, o fireOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	t, err := a.newTrial(ctx, o.targetOptions, o.tapOptions, o.interval.D())
	if err != nil {
		return err
	}
	defer t.close()
	shots, err := t.shots(o)
	if err == nil {
		err = reaches(ctx, t.node)
	}
	if err != nil {
		return err
	}
	name := t.info.Firing.Scenario
	n, noun := size(t.node.profile.Scenarios[name])*float64(o.times), "requests"
	if n == 1 {
		noun = "request"
	}
	a.say("Firing %s at %s: %.0f %s, once memory was watched for %s; then it has %s to come back", name, t.node.where(), n, noun, o.before, o.wait)
	f := &fired{shots: shots, design: *t.info.Firing, tally: newTally()}
	if err := t.run(ctx, shots, f, runner.Every(o.interval.D()), nil); err != nil {
		return err
	}
	f.warnings = append(f.warnings, t.warnings...)
	told := f.result(t.info)
	if told.Tap == nil { // nothing went through
		told.Tap = t.tap.seen(0)
	}
	if err := a.printSheet(o.format, report.FiredSheet(told)); err != nil {
		return err
	}
	return ended(told.ExitCode)
}

// shots makes the scenario ready.
func (t *trial) shots(o fireOptions) (*experiment.Shots, error) {
	p := t.node.profile
	name := o.scenario
	switch has := sortedKeys(p.Scenarios); {
	case name != "":
	case len(has) == 1:
		name = has[0]
	case len(has) > 1 && p.Scenarios["burst"] == nil:
		return nil, usage("which scenario? Name it with --scenario: profile %s has %s", p.Name, strings.Join(has, ", "))
	default:
		name = "burst"
	}
	names, err := t.variants(name)
	if err != nil {
		return nil, err
	}
	s := &experiment.Shots{Target: t.node.info.Name}
	for _, one := range names {
		plan := []soak.Phase{{Fire: []soak.Firing{{Scenario: one, Loops: o.times}}}}
		engine, err := load.New(plan, p.Scenarios, t.options())
		if err != nil {
			return nil, usage("load: %w", err)
		}
		s.All = append(s.All, &experiment.Shot{Load: engine, Before: o.before.D(), Wait: o.wait.D()})
	}
	if t.tap != nil {
		s.Upstream = func() float64 { return t.tap.seen(0).Values["requests"] }
	}
	t.info.Kind, t.info.Firing = soak.KindFire, &soak.FiringDesign{Scenario: name, Shots: names, Times: o.times}
	return s, nil
}
