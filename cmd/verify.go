package cmd

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/load"
)

// logBudget is how much of a log is read: a size, or all.
type logBudget int64

// String prints the budget as it is typed.
func (b *logBudget) String() string {
	if *b == math.MaxInt64 {
		return "all"
	}
	return strings.ReplaceAll(soak.Size(*b).String(), " ", "")
}

// Set reads the flag.
func (b *logBudget) Set(s string) error {
	if strings.EqualFold(s, "all") {
		*b = math.MaxInt64
		return nil
	}
	n, err := soak.ParseSize(s)
	if err != nil || n == 0 {
		return usage("%q: write a size such as 64MB, or all", s)
	}
	*b = logBudget(n)
	return nil
}

// Type names the flag's value.
func (b *logBudget) Type() string { return "size" }

func newVerify(a *app) *cobra.Command {
	o := soakOptions{loadOptions: loadOptions{level: string(soak.LoadNone)}, interval: soak.Duration(time.Second), kind: soak.KindVerify}
	o.duration = soak.Duration(30 * time.Second)
	budget := logBudget(newestSlice)
	var askHealth bool
	c := &cobra.Command{
		Use:   "verify --container NAME",
		Short: "Judge a container that runs already, in a minute",
		Long: `verify is for a container that has been running for minutes or days. It sends
nothing, unless --ask-health asks for its health path. It reads the log, the
newest part first, within a budget; the state and the lives; the memory for a
while (--for); an earlier or running record of the same container, if one is
stored; and, where log lines report the node's memory, what they say of the time
when nobody sampled. A first look comes within ten seconds, the checklist for
the container's age at the end. What was not read is said.

` + exitCodes,
		Example: `  leakcheck verify --container fitnessally-oip-gpu-1
  leakcheck verify --container api --for 2m --log-budget all
  leakcheck verify --container api --format json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			o.containers = append(o.containers, args...)
			return a.verify(c.Context(), o, int64(budget), askHealth)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.containers, "container", nil, "container by name or ID prefix; repeat for more")
	f.Var(&o.duration, "for", "how long to sample the memory")
	f.Var(&budget, "log-budget", "how much of the log to read, the newest part: a size, or all")
	f.BoolVar(&askHealth, "ask-health", false, "ask the first container's health path meanwhile; nothing else is ever sent")
	f.StringArrayVar(&o.profiles, "profile", nil, "profile name or file (default: the one that suits); repeat to give each container its own")
	f.StringVar(&o.dockerHost, "docker-host", "", "engine to read (default: DOCKER_HOST, then the current Docker context)")
	f.Var((*logMode)(&o.noLog), "log", "read the log: all, or none, which makes checks on it inconclusive")
	o.judgeOptions.flags(f)
	o.outputOptions.flags(f)
	return c
}

// verify judges running containers from the flags to the exit code: a soak
// without load whose log is read backwards first.
func (a *app) verify(ctx context.Context, o soakOptions, budget int64, askHealth bool) error {
	if len(o.containers) == 0 {
		return usage("what shall be verified? Name it: --container NAME")
	}
	if o.duration <= 0 {
		return usage("--for %s: it must be above zero", o.duration)
	}
	if o.interval > o.duration {
		o.interval = o.duration
	}
	if err := firstError(o.judgeOptions.check(), o.outputOptions.check()); err != nil {
		return err
	}
	began := time.Now()
	r, err := a.prepare(ctx, o)
	if err != nil {
		return err
	}
	defer r.close()
	if askHealth {
		if err := r.askHealth(); err != nil {
			return err
		}
	}
	v := &verification{run: r, began: began, budget: budget}
	if err := v.drive(ctx); err != nil {
		return err
	}
	judged, err := r.finish()
	if err != nil {
		return err
	}
	return ended(judged.ExitCode)
}

// askHealth has the first node's health path asked, whatever the load.
func (r *run) askHealth() (err error) {
	n := r.nodes[0]
	switch {
	case n.profile.Service.Health == "":
		return usage("--ask-health: profile %s names no health path", n.profile.Name)
	case n.info.URL == "":
		return usage("--ask-health: %s publishes no port that profile %s names", n.info.Name, n.profile.Name)
	}
	r.loads.health, err = healthLoad(n, load.Options{BaseURL: n.url, TLS: n.profile.Service.TLS, Getenv: r.app.getenv, Dial: n.dial})
	return err
}

// screenWithin is when the first look is shown, however far the reading is.
const screenWithin = 8 * time.Second

// verification is a run over what already runs.
type verification struct {
	*run
	began   time.Time
	budget  int64
	reading []*backlog
	parts   []soak.Load // what goes on beside the sampling
	stopped int         // containers that do not run
	past    []*past
	shown   bool
}

// drive replays what earlier runs recorded, then reads and samples.
func (v *verification) drive(ctx context.Context) error {
	v.lives, v.ends = lives{}, ends{}
	states, err := v.look(ctx)
	if err != nil {
		return err
	}
	c, err := v.config()
	if err != nil {
		return err
	}
	v.announce()
	if err := v.begin(c.Recorder); err != nil {
		return err
	}
	v.recall(fanout{c.Recorder, v.lives, v.ends})
	if err := c.Recorder.Record(soak.Batch{Events: v.untold(states)}); err != nil {
		return notMeasured(fmt.Errorf("record: %w", err))
	}
	for i := range c.Targets {
		t := &c.Targets[i]
		last := v.lives[t.Name]
		t.Life, t.Started, t.Since = last.Life, last.Started, v.nodes[i].info.Started
		if b := v.backlog(v.nodes[i], t); b != nil {
			t.Target, v.reading = b, append(v.reading, b)
			c.Loads = append(c.Loads, b)
		}
	}
	v.parts = c.Loads
	c.Duration, c.Done = 0, v.done
	c.Progress, c.ProgressEvery = v.show, 200*time.Millisecond
	if err := v.execute(ctx, c); err != nil {
		return err
	}
	v.summary.Reason = "" // it has an end of its own
	return v.complete(c.Recorder)
}

// done reports whether all has been read, and the memory sampled for long
// enough.
func (v *verification) done() (string, bool) {
	for _, b := range v.reading {
		if !b.isRead() {
			return "", false
		}
	}
	for _, l := range v.parts {
		if f, ok := l.(*fileCheck); ok && !f.looked() {
			return "", false
		}
	}
	return "all was looked at", v.stopped == len(v.nodes) || time.Since(v.began) >= v.o.duration.D()
}

// show prints the first screen, once: when the newest part of every log has
// been read and the memory was seen, or when it is time.
func (v *verification) show() {
	if v.shown || v.app.quiet {
		return
	}
	took := time.Since(v.began)
	for _, b := range v.reading {
		if !b.newestRead() && took < screenWithin {
			return
		}
	}
	now := time.Now()
	judged := v.judge.Report(now)
	if judged.Observer.Samples < int64(3*(len(v.nodes)-v.stopped)) && took < screenWithin {
		return
	}
	v.shown = true
	fmt.Fprintf(v.app.stderr, "First look after %.1f s:\n\n", took.Seconds())
	// what comes at the end does not depend on it
	_ = report.Screen(v.app.stderr, report.NewView(judged, curvesOf(v.judge, v.curves), now), v.app.textOptions(v.app.stderr))
	if left := v.o.duration.D() - took; left > 0 {
		fmt.Fprintf(v.app.stderr, "\nThe whole checklist in %s.\n\n", soak.Duration(left.Round(time.Second)))
	}
}

// announce says what will be looked at.
func (v *verification) announce() {
	if v.app.quiet {
		return
	}
	for i, n := range v.nodes {
		up := "which does not run"
		if !n.info.Started.IsZero() {
			up = "started " + soak.Duration(time.Since(n.info.Started).Round(time.Second)).String() + " ago"
		}
		sent := "Nothing is sent to it"
		if i == 0 && v.loads.health != nil {
			sent = "Its health path is asked, and nothing else sent to it"
		}
		fmt.Fprintf(v.app.stderr, "Verifying %s, %s, profile %s. %s.\n", n.info.Name, up, n.profile.Name, sent)
	}
}
