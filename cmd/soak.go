package cmd

import (
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"leakcheck/soak"
	"leakcheck/soak/judge"
)

// soakOptions are the flags of soak; demo fills them itself.
type soakOptions struct {
	targetOptions
	loadOptions
	judgeOptions
	outputOptions
	gateOptions
	tapOptions
	notifyOptions
	duration  soak.Duration
	interval  soak.Duration
	rehearse  soak.Duration
	listen    string
	resume    string
	planned   soak.Duration // of the whole run, when it is resumed
	kept      []string      // flags that resuming it will need
	oldLog    logBudget     // how much of the log from before the run is read; 0 for all
	detach    bool
	ready     *os.File // where a soak in the background says that it has begun
	failFast  bool
	kind      soak.RunKind
	untilSure bool
	extend    times         // of its length, when it would end undecided
	watching  bool          // only look: no load, and no record unless out is set
	wait      time.Duration // before load is fired; negative means as fits the terminal
}

func newSoak(a *app) *cobra.Command {
	o := soakOptions{wait: -1, duration: soak.Duration(24 * time.Hour), oldLog: soakLogBudget}
	var hours float64
	c := &cobra.Command{
		Use:   "soak (--container NAME | --pid PID | -- COMMAND [ARGS...])",
		Short: "The main job: fire at a node, sample its memory, judge the run",
		Long: `soak is the main job: it fires the profile's scenarios at the node, samples the
memory on an interval, reads the log, and judges the run against the checklist.

Before it fires, it says what it will send where. It may be a production node:
the default load is gentle, and a brake stops all load when the node nears its
memory, slows down, errs or dies. Docker is only read.

` + exitCodes,
		Example: `  leakcheck soak --container fitnessally-oip-gpu-1 --hours 24
  leakcheck soak --container api --duration 30m --load none --fail-fast
  leakcheck soak --container api --rehearse 60s
  leakcheck soak --container api --hours 168 --detach
  leakcheck soak --resume latest`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) (err error) {
			o.command = args
			if c.Flags().Changed("hours") {
				o.duration = soak.Duration(hours * float64(time.Hour))
			}
			if o.resume == "latest" {
				if o.resume, err = a.latestSoak(); err != nil {
					return err
				}
			}
			if o.resume != "" {
				if err := a.recall(c.Flags(), o.resume); err != nil {
					return err
				}
			}
			o.kept = keep(c.Flags())
			if o.ready, err = a.readyPipe(); err != nil {
				return err
			}
			if o.detach && o.ready == nil {
				return a.detach(c.Context(), o)
			}
			return a.soak(c.Context(), o)
		},
	}
	f := c.Flags()
	o.targetOptions.flags(f)
	o.loadOptions.flags(f)
	o.judgeOptions.flags(f)
	o.outputOptions.flags(f)
	o.gateOptions.flags(f)
	o.tapOptions.flags(f)
	o.notifyOptions.flags(f)
	f.Float64Var(&hours, "hours", 24, "how long to soak, in hours")
	f.Var(&o.duration, "duration", "how long to soak, such as 90s, 24h or 7d, instead of --hours")
	f.Var(aboveZero{&o.interval}, "interval", "time between samples (default 2s for ten minutes, then 15s in runs over an hour)")
	f.Var(&o.rehearse, "rehearse", "go through the whole run in this time, everything scaled; never a pass for the real thing")
	f.StringVar(&o.listen, "listen", "", "serve the live report and /metrics at this address, such as 127.0.0.1:7070")
	f.StringVar(&o.resume, "resume", "", "go on with an interrupted run: its id, a prefix of it, latest, or its file")
	f.BoolVar(&o.detach, "detach", false, "soak in the background; leakcheck watch shows it")
	f.Var(&o.oldLog, "log-budget", "how much of the log from before the run to read, the newest part: a size, or all")
	f.BoolVar(&o.failFast, "fail-fast", false, "end the run the moment a leak is certain however often one looks: after half an hour at the earliest, ten minutes where it is blatant, unless memory runs away")
	f.BoolVar(&o.untilSure, "until-sure", false, "end the run the moment a leak is certain or ruled out in that way")
	f.Var(&o.extend, "extend", "go on to this many times the length, once, if the run would end undecided, such as 2x")
	c.MarkFlagsMutuallyExclusive("hours", "duration")
	return c
}

// targetOptions say what to watch.
type targetOptions struct {
	containers []string
	pid        int
	command    []string
	name       string // instead of the target's own
	url        string
	profiles   []string
	fires      []string                 // scenarios that the first one's profile must have
	recorded   map[string]*soak.Profile // of a resumed run, by target
	dockerHost string
	noLog      bool
}

func (o *targetOptions) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.containers, "container", nil, "container by name or ID prefix; repeat for more, load goes to the first")
	f.IntVar(&o.pid, "pid", 0, "process to watch, with its children")
	f.StringVar(&o.url, "url", "", "where the node answers, if not on the port that the profile names")
	f.StringArrayVar(&o.profiles, "profile", nil, "profile name or file (default: the one that suits); repeat to give each container its own")
	f.StringVar(&o.dockerHost, "docker-host", "", "engine to read (default: DOCKER_HOST, then the current Docker context)")
	f.Var((*logMode)(&o.noLog), "log", "read the log: all, or none, which makes checks on it inconclusive")
}

// loadOptions say what to fire.
type loadOptions struct {
	level     string
	scenarios []string
	program   string
}

func (o *loadOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.level, "load", string(soak.LoadGentle), "how hard to push: none, gentle, or full (the documents' heavy test)")
	f.StringArrayVar(&o.scenarios, "scenario", nil, "fire only this scenario of the plan; repeat for more")
	f.StringVar(&o.program, "load-command", "", "let this command fire instead, for as long as the run lasts")
}

// judgeOptions say what matters.
type judgeOptions struct {
	tolerance    soak.Rate
	limit        soak.Size
	fills        soak.Size
	inconclusive string
}

// options are what the judge is told.
func (o *judgeOptions) options() judge.Options {
	return judge.Options{Inconclusive: o.inconclusive, Limit: float64(o.limit), Fills: float64(o.fills)}
}

func (o *judgeOptions) flags(f *pflag.FlagSet) {
	f.Var(&o.tolerance, "tolerance", "slowest growth that matters, such as 1MB/h (default: from the level to the nearest wall in 7 days)")
	f.Var(&o.limit, "limit", "memory limit to judge by; the one in the data counts if it is lower")
	f.Var(&o.fills, "fills", "memory that the program fills by design, where its command line does not say: a JVM's -Xms, Redis's maxmemory")
	f.StringVar(&o.inconclusive, "inconclusive", "", "what a gate makes of exit code 4: pass or fail")
}

func (o *judgeOptions) check() error {
	const least = 1e6 // no node runs in less; who writes 5 means 5GB
	if o.limit != 0 && o.limit < least {
		return usage("--limit %d: a memory limit of %d bytes makes no sense: write it like 512MB", int64(o.limit), int64(o.limit))
	}
	if o.fills != 0 && o.fills < least {
		return usage("--fills %d: what a program fills by design is more than %d bytes: write it like 512MB", int64(o.fills), int64(o.fills))
	}
	switch o.inconclusive {
	case "", "pass", "fail":
		return nil
	}
	return usage("--inconclusive %q: use pass or fail", o.inconclusive)
}

// check finds mistakes before anything starts.
func (o *soakOptions) check() error {
	switch {
	case o.duration <= 0:
		return usage("a soak of %s makes no sense: give --hours or --duration above zero", o.duration)
	case o.interval > o.duration:
		return usage("--interval %s: it must be shorter than the run", o.interval)
	case o.rehearse < 0 || o.rehearse > o.duration:
		return usage("--rehearse %s: it must be above zero and shorter than the run's %s", o.rehearse, o.duration)
	case o.resume == "" && len(o.containers) == 0 && o.pid == 0 && len(o.command) == 0:
		return usage("what shall be soaked? Name it: --container NAME, --pid PID, or -- COMMAND")
	}
	return firstError(o.loadOptions.check(), o.judgeOptions.check(), o.outputOptions.check())
}

func (o *loadOptions) check() error {
	switch soak.LoadLevel(o.level) {
	case soak.LoadNone, soak.LoadGentle, soak.LoadFull:
		return nil
	}
	return usage("--load %q: use none, gentle or full", o.level)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// soak runs one soak test from its flags to its exit code.
func (a *app) soak(ctx context.Context, o soakOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	judged, err := a.soakOnce(ctx, o)
	if err != nil {
		return err
	}
	return ended(judged.ExitCode)
}

// soakOnce runs one soak test and prints its report.
func (a *app) soakOnce(ctx context.Context, o soakOptions) (soak.Report, error) {
	prepare := a.prepare
	if o.resume != "" {
		prepare = a.resume
	}
	r, err := prepare(ctx, o)
	if err != nil {
		return soak.Report{}, err
	}
	defer r.close()
	if err := a.announce(ctx, r); err != nil {
		return soak.Report{}, err
	}
	if err := r.drive(ctx); err != nil {
		return soak.Report{}, err
	}
	return r.finish()
}
