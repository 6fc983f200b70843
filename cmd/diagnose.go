package cmd

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/experiment"
	"leakcheck/soak/runner"
)

// diagnoseOptions are the flags of diagnose.
type diagnoseOptions struct {
	targetOptions
	tapOptions
	passive    string
	resume     string
	scenarios  []string
	commands   []string
	rate       float64
	block      soak.Duration
	pause      soak.Duration
	max        soak.Duration
	interval   soak.Duration
	matters    soak.Size
	tolerance  soak.Rate
	seed       uint64
	noObserver bool
	format     string
	html       string
}

func newDiagnose(a *app) *cobra.Command {
	o := diagnoseOptions{
		rate: 10, block: soak.Duration(time.Minute), pause: soak.Duration(30 * time.Second), max: soak.Duration(4 * time.Hour),
		interval: soak.Duration(500 * time.Millisecond), matters: 500,
	}
	c := &cobra.Command{
		Use:   "diagnose (--container NAME | --pid PID | -- COMMAND [ARGS...])",
		Short: "Find out which scenario leaks, and how many bytes per request",
		Long: `diagnose is an experiment: it switches each scenario on and off in random order,
with a pause after each block in which it takes the floor of the memory, and
works out what a request of each costs. What makes memory grow is then tried
again, at the same rate and at twice the rate: a leak rises again by as much, a
cache that has filled does not.

For each arm it says proven, refuted (nothing above so many bytes per request) or
untested. Idle time is an arm, leakcheck's own log reading and health requests
are one, and --arm adds commands of your own. It ends by itself when it knows.
A pause must be longer than the node takes between two garbage collections, or
the floor is not one. The brake stops everything when the node is in trouble.
What is open at the end is said with the command that would decide it; --resume
goes on where an experiment ended, as long as the node has not restarted, and
takes no flag that would make another experiment of it.

--passive fires nothing: it compares growth, in a stored run or in all that is
known of a container, with what its log and its counters say happened. It shows
coincidences, how close they are and how far behind growth comes, and calls none
of them a cause.

` + exitCodes,
		Example: `  leakcheck diagnose --container fitnessally-oip-gpu-1
  leakcheck diagnose --container api --scenario search --scenario report --rate 50 --max 1h
  leakcheck diagnose --container api --arm 'voice=./on.sh;./off.sh'
  leakcheck diagnose --resume latest
  leakcheck diagnose --passive latest`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			o.command = args
			if o.passive != "" && o.resume != "" {
				return usage("--passive fires nothing and --resume goes on firing: give one of them")
			}
			if o.passive != "" {
				return a.passive(c.Context(), o.passive, o)
			}
			return a.diagnose(c.Context(), o, c.Flags())
		},
	}
	f := c.Flags()
	o.targetOptions.flags(f)
	o.tapOptions.flags(f)
	f.StringVar(&o.passive, "passive", "", "fire nothing: compare growth with what happened, in this stored run or container")
	f.StringVar(&o.resume, "resume", "", "go on with this stored experiment, on the same node and with the same arms, for --max in all (default: as long as would decide it)")
	f.StringArrayVar(&o.scenarios, "scenario", nil, "scenario to try; repeat for more (default: those that the profile's load fires)")
	f.StringArrayVar(&o.commands, "arm", nil, "something else to switch on and off: 'NAME=COMMAND TO SWITCH ON;COMMAND TO SWITCH OFF'; repeat for more")
	f.Float64Var(&o.rate, "rate", o.rate, "requests a second while a scenario is on; the confirmation doubles it")
	f.Var(&o.block, "block", "how long an arm is on")
	f.Var(&o.pause, "pause", "quiet time after each block, in which the floor is taken")
	f.Var(&o.max, "max", "end after this time at the latest")
	f.Var(aboveZero{&o.interval}, "interval", "time between samples")
	f.Var(&o.matters, "matters", "what a request may cost; less is cleared")
	f.Var(&o.tolerance, "tolerance", "what idle time, the observer and commands may cost (default: what --matters comes to at --rate)")
	f.Uint64Var(&o.seed, "seed", 0, "repeat the order of the blocks of an earlier experiment")
	f.BoolVar(&o.noObserver, "no-observer", false, "do not try leakcheck's own log reading and health requests as an arm; the log is then read all along, for what it says of heap and external memory")
	f.StringVar(&o.format, "format", "text", "what to print: text or json")
	f.StringVar(&o.html, "html", "", "write a page with every arm's cost and the memory meanwhile to this `file`, too")
	return c
}

func (o *diagnoseOptions) check() error {
	if o.html != "" {
		if err := writable("--html", filepath.Dir(o.html)); err != nil {
			return err
		}
	}
	switch {
	case o.rate <= 0:
		return usage("--rate %v: it must be above zero", o.rate)
	case o.block <= 0 || o.pause <= 0 || o.interval <= 0:
		return usage("--block, --pause and --interval must be above zero")
	case o.pause < 2*o.interval:
		return usage("--pause %s: it takes two samples, %s apart", o.pause, o.interval)
	case o.matters <= 0 || o.tolerance < 0:
		return usage("--matters and --tolerance must be above zero")
	}
	for _, c := range o.commands {
		if _, err := parseCommandArm(c); err != nil {
			return err
		}
	}
	return textOrJSON(o.format)
}

// commandArm is an arm of the user's.
type commandArm struct{ name, on, off string }

func parseCommandArm(s string) (commandArm, error) {
	name, both, ok := strings.Cut(s, "=")
	on, off, two := strings.Cut(both, ";")
	c := commandArm{strings.TrimSpace(name), strings.TrimSpace(on), strings.TrimSpace(off)}
	if !ok || !two || c.name == "" || c.on == "" || c.off == "" {
		return c, usage("--arm %q: write it like 'voice=./on.sh;./off.sh'", s)
	}
	return c, nil
}

// diagnose runs an experiment from its flags to its exit code.
func (a *app) diagnose(ctx context.Context, o diagnoseOptions, f *pflag.FlagSet) error {
	var before *resumption
	if o.resume != "" {
		var err error
		if before, err = a.resumption(&o, f); err != nil {
			return err
		}
	}
	if err := o.check(); err != nil {
		return err
	}
	if o.seed == 0 {
		o.seed = randomSeed()
	}
	t, err := a.newTrial(ctx, o.targetOptions, o.tapOptions, o.interval.D())
	if err != nil {
		return err
	}
	defer t.close()
	story, driver, err := o.begin(t, before)
	if err == nil {
		err = reaches(ctx, t.node)
	}
	if err != nil {
		return err
	}
	design := *t.info.Design
	_, begun := driver.Status()
	a.announceExperiment(t, o, design, begun)
	if err := a.pause(ctx, 10*time.Second); err != nil {
		return err
	}
	if err := t.run(ctx, driver, story, runner.Every(o.interval.D()), a.blocks(driver, design)); err != nil {
		return err
	}
	for _, w := range t.warnings {
		story.Warn(w)
	}
	found := story.diagnosis(t.info)
	if found.Tap == nil { // nothing went through
		found.Tap = t.tap.seen(0)
	}
	o.advise(&found, story, t.info, f)
	if o.html != "" {
		if err := report.WriteSheet(o.html, found.Sheet()); err != nil {
			return notMeasured(err)
		}
	}
	if err := a.printSheet(o.format, found.Sheet()); err != nil {
		return err
	}
	return ended(found.ExitCode)
}

func randomSeed() uint64 {
	var b [4]byte // short enough to be typed again
	_, _ = rand.Read(b[:])
	return uint64(binary.LittleEndian.Uint32(b[:])) + 1
}

// design is what the experiment is asked to do.
func (o *diagnoseOptions) design(arms []soak.ArmDesign, left []soak.LeftOut) soak.Design {
	tolerance := float64(o.tolerance)
	if tolerance == 0 {
		tolerance = float64(o.matters) * o.rate * 3600
	}
	return soak.Design{
		Arms: arms, LeftOut: left, Seed: o.seed, Matters: float64(o.matters), Tolerance: tolerance, Rate: o.rate,
		Block: o.block.D().Seconds(), Pause: o.pause.D().Seconds(), Max: o.max.D().Seconds(),
	}
}

// begin makes the experiment ready, or what is left of one.
func (o *diagnoseOptions) begin(t *trial, before *resumption) (*diagnosed, *experiment.Driver, error) {
	left := leftOut(t.node.profile, o.scenarios) // before variants are added to it
	arms, switches, err := t.arms(*o)
	if err != nil {
		return nil, nil, err
	}
	design := o.design(arms, left)
	if before != nil {
		if design, err = before.goOn(t, arms, o.max); err != nil {
			return nil, nil, err
		}
	}
	if err := o.enough(design); err != nil {
		return nil, nil, err
	}
	t.info.Kind, t.info.Design = soak.KindDiagnose, &design
	if before == nil {
		before = &resumption{}
		if before.story, err = newDiagnosed(t.info); err == nil {
			before.e, err = experiment.New(experiment.OptionsOf(design))
		}
	}
	if err != nil {
		return nil, nil, usage("%w", err)
	}
	driver, err := experiment.NewDriver(before.e, t.info.Targets[0].Name, switches, lasting(design.Block), lasting(design.Pause))
	return before.story, driver, err
}

// announceExperiment says what is about to be done, after so many blocks that
// were run before.
func (a *app) announceExperiment(t *trial, o diagnoseOptions, d soak.Design, begun int) {
	var all, left []string
	for _, arm := range d.Arms {
		if means := arm.Kind.Means(); means != "" {
			arm.Name += " (" + means + ")"
		}
		all = append(all, arm.Name)
	}
	a.say("Diagnosing %s at %s, --seed %d, for %s at most", t.node.info.Name, t.node.where(), d.Seed, o.max)
	a.say("Switching on and off, one at a time, for %s each: %s", o.block, strings.Join(all, ", "))
	a.say("%s", o.timetable(d, begun))
	for _, x := range d.LeftOut {
		left = append(left, x.Name)
	}
	if len(left) > 0 && len(o.scenarios) == 0 {
		a.say("Untested, because the profile's load does not fire them: %s; to try these: --scenario %s", strings.Join(left, ", "), strings.Join(left, " --scenario "))
	}
	a.say("A scenario sends %.4g requests a second, and %.4g to confirm", d.Rate, 2*d.Rate)
}

// blocks says which block is being run, once for each.
func (a *app) blocks(d *experiment.Driver, design soak.Design) (progress func()) {
	first, said := experiment.FirstAnswer(len(design.Arms)), -1
	return func() {
		b, n := d.Status()
		if b.Stage == "" || n == said {
			return
		}
		said = n
		of := ""
		if n < first {
			of = fmt.Sprintf(" of %d until the first answer", first)
		}
		a.say("block %d%s (%s): %s", n+1, of, b.Stage, design.Arms[b.Arm].Name)
	}
}
