package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

func newWatch(a *app) *cobra.Command {
	o := soakOptions{
		watching: true, interval: soak.Duration(2 * time.Second), loadOptions: loadOptions{level: string(soak.LoadNone)},
	}
	c := &cobra.Command{
		Use:   "watch CONTAINER...|RUN",
		Short: "Look on: at containers, or at a soak that goes on elsewhere",
		Long: `watch shows what a soak would: memory, floor, verdict so far, checklist and log
signals. It fires nothing, and keeps nothing unless --out says where.

A RUN is a soak that another leakcheck is doing or has done: its id, a unique
prefix of it, latest, or its folder or record file. Anything else is the name of
a container; --container NAME is one for certain.

On a terminal it fills the screen: ? lists the keys, q leaves, Ctrl-C interrupts.
Elsewhere it prints one line per interval. It ends with the verdict so far:

` + exitCodes,
		Example: `  leakcheck watch fitnessally-oip-gpu-1
  leakcheck watch latest
  leakcheck watch api db --duration 10m --out ./look
  leakcheck watch --pid 4711 --listen 127.0.0.1:7070`,
		RunE: func(c *cobra.Command, args []string) error {
			if o.interval <= 0 {
				return usage("--interval %s: it must be above zero", o.interval)
			}
			if err := firstError(o.judgeOptions.check(), o.outputOptions.check()); err != nil {
				return err
			}
			return a.watch(c.Context(), args, o)
		},
	}
	f := c.Flags()
	o.targetOptions.flags(f)
	o.judgeOptions.flags(f)
	o.outputOptions.flags(f)
	f.Var(&o.duration, "duration", "how long to watch, such as 90s or 24h (default: until it is left)")
	f.Var(aboveZero{&o.interval}, "interval", "time between samples, and between lines")
	f.StringVar(&o.listen, "listen", "", "serve the live report and /metrics at this address, such as 127.0.0.1:7070")
	return c
}

// watch tells runs and containers apart.
func (a *app) watch(ctx context.Context, args []string, o soakOptions) error {
	named := len(o.containers) > 0 || o.pid != 0
	if len(args) == 1 && !named {
		rec, err := a.openRun(args[0])
		switch {
		case err == nil:
			defer rec.Close()
			return a.follow(ctx, rec, o)
		case args[0] == "latest" || !errors.Is(err, record.ErrNoRun) && !errors.Is(err, record.ErrNotRecord):
			return err
		}
	}
	o.containers = append(o.containers, args...)
	if len(o.containers) == 0 && o.pid == 0 {
		return usage("what shall be watched? Name a container or a run, or give --pid PID")
	}
	return a.watchTargets(ctx, o, args)
}

// noRunEither adds to what is wrong with a container's name that it is no
// run's name either.
func noRunEither(err error, args []string) error {
	x := (*exit)(nil)
	if len(args) != 1 || !errors.As(err, &x) || x.err == nil {
		return err
	}
	return &exit{x.code, fmt.Errorf("%w\nno run is called %s either: `leakcheck runs list` shows all", x.err, args[0])}
}

// watchTargets looks at containers and processes.
func (a *app) watchTargets(ctx context.Context, o soakOptions, args []string) error {
	r, err := a.prepare(ctx, o)
	if err != nil {
		return noRunEither(err, args)
	}
	defer r.close()
	if !a.quiet {
		fmt.Fprintf(a.stderr, "Watching %s; nothing is fired. Ctrl-C ends it.\n", names(r.nodes))
	}
	if err := r.drive(ctx); err != nil {
		return err
	}
	judged, err := r.finish()
	if err != nil {
		return err
	}
	return ended(judged.ExitCode)
}
