package cmd

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

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

--passive fires nothing: it compares growth, in a stored run or in all that is
known of a container, with what its log and its counters say happened. It shows
coincidences, how close they are and how far behind growth comes, and calls none
of them a cause.

` + exitCodes,
		Example: `  leakcheck diagnose --container fitnessally-oip-gpu-1
  leakcheck diagnose --container api --scenario search --scenario report --rate 50 --max 1h
  leakcheck diagnose --container api --arm 'voice=./on.sh;./off.sh'
  leakcheck diagnose --passive latest`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			o.command = args
			if o.passive != "" {
				return a.passive(c.Context(), o.passive, o)
			}
			return a.diagnose(c.Context(), o)
		},
	}
	f := c.Flags()
	o.targetOptions.flags(f)
	o.tapOptions.flags(f)
	f.StringVar(&o.passive, "passive", "", "fire nothing: compare growth with what happened, in this stored run or container")
	f.StringArrayVar(&o.scenarios, "scenario", nil, "scenario to try; repeat for more (default: those that the profile's load fires)")
	f.StringArrayVar(&o.commands, "arm", nil, "something else to switch on and off: 'NAME=COMMAND TO SWITCH ON;COMMAND TO SWITCH OFF'; repeat for more")
	f.Float64Var(&o.rate, "rate", o.rate, "requests a second while a scenario is on; the confirmation doubles it")
	f.Var(&o.block, "block", "how long an arm is on")
	f.Var(&o.pause, "pause", "quiet time after each block, in which the floor is taken")
	f.Var(&o.max, "max", "end after this time at the latest")
	f.Var(&o.interval, "interval", "time between samples")
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
	case o.max < o.block+2*o.pause:
		return usage("--max %s: one block and its pauses take %s", o.max, o.block+2*o.pause)
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
func (a *app) diagnose(ctx context.Context, o diagnoseOptions) error {
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
	arms, switches, err := t.arms(o)
	if err != nil {
		return err
	}
	driver, err := o.experiment(arms, switches, t.node.info.Name)
	if err != nil {
		return err
	}
	t.block = func() (string, int) {
		arm, _, n := driver.Status()
		return arm, n
	}
	a.announceExperiment(t, o, arms)
	if err := a.pause(ctx, 10*time.Second); err != nil {
		return err
	}
	summary, err := t.run(ctx, "diagnose", driver, runner.Every(o.interval.D()), func() { a.sayBlock(driver, arms) })
	if err != nil {
		return err
	}
	d := t.diagnosis(driver, summary)
	found := report.Diagnosis{Diagnosis: d, Curves: t.curves.Series(), Blocks: t.blocks}
	if o.html != "" {
		if err := report.WriteSheet(o.html, found.Sheet()); err != nil {
			return notMeasured(err)
		}
	}
	if err := a.printSheet(o.format, found.Sheet()); err != nil {
		return err
	}
	return ended(d.ExitCode)
}

func randomSeed() uint64 {
	var b [4]byte // short enough to be typed again
	_, _ = rand.Read(b[:])
	return uint64(binary.LittleEndian.Uint32(b[:])) + 1
}

// experiment designs the experiment.
func (o *diagnoseOptions) experiment(arms []experiment.Arm, switches []experiment.Switch, target string) (*experiment.Driver, error) {
	tolerance := float64(o.tolerance)
	if tolerance == 0 {
		tolerance = float64(o.matters) * o.rate * 3600
	}
	e, err := experiment.New(experiment.Options{
		Arms: arms, Seed: o.seed, Matters: float64(o.matters), Tolerance: tolerance,
		MaxBlocks: int((o.max - o.pause) / (o.block + o.pause)),
	})
	if err != nil {
		return nil, usage("%w", err)
	}
	return experiment.NewDriver(e, target, switches, o.block.D(), o.pause.D())
}

func (a *app) announceExperiment(t *trial, o diagnoseOptions, arms []experiment.Arm) {
	var all []string
	for _, arm := range arms {
		all = append(all, arm.Name)
	}
	a.say("Diagnosing %s at %s, --seed %d, for %s at most", t.node.info.Name, t.node.where(), o.seed, o.max)
	a.say("Switching on and off, one at a time, for %s each: %s", o.block, strings.Join(all, ", "))
	each, most := o.block+o.pause, int((o.max-o.pause)/(o.block+o.pause))
	first := min(most, 4*len(arms)) // the first look is after four rounds of all arms
	a.say("A block and its pause take %s: about %s until the first answer, %s at most (--max)", each, soak.Duration(first)*each, o.max)
	if left := leftOut(t.node.profile, o.scenarios); len(left) > 0 {
		a.say("Untested, because the profile's load does not fire them: %s; to try these: --scenario %s", strings.Join(left, ", "), strings.Join(left, " --scenario "))
	}
	a.say("A scenario sends %.4g requests a second, and %.4g to confirm", o.rate, 2*o.rate)
}

func (a *app) sayBlock(d *experiment.Driver, arms []experiment.Arm) {
	_, b, n := d.Status()
	a.say("block %d (%s): %s", n+1, b.Stage, arms[b.Arm].Name)
}

// diagnosis puts together what came of it.
func (t *trial) diagnosis(driver *experiment.Driver, summary runner.Summary) soak.Diagnosis {
	d, requests := driver.Result()
	d.Target, d.Profile, d.Version = t.node.info.Name, t.node.profile.Name, version()
	d.Started, d.Duration = t.started.Round(0), time.Since(t.started).Seconds()
	d.Brake, d.Tap, d.Warnings = t.brake, t.tap.seen(requests), append(d.Warnings, t.warnings...)
	d.ExitCode = experiment.ExitCode(d)
	switch {
	case summary.Interrupted:
		d.Ended, d.ExitCode = "it was interrupted", soak.ExitInterrupted
	case t.gone:
		d.Ended, d.ExitCode = "the node has ended", gone(d.ExitCode)
	case d.Brake != nil:
		d.Ended = "the brake: " + d.Brake.Reason
	case d.Ended != "": // a restart, a switch that failed, no samples
		d.ExitCode = gone(d.ExitCode)
	case d.ExitCode == soak.ExitInconclusive:
		d.Ended = "at --max, or with no more rounds to go"
	}
	return d
}

// gone is the exit code of an experiment that could not be gone on with.
func gone(code int) int {
	if code == soak.ExitFail {
		return code
	}
	return soak.ExitNotMeasured
}
