package cmd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"leakcheck/probe"
	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/load"
	"leakcheck/soak/record"
	"leakcheck/soak/runner"
)

// trial is a short run that is judged by what it was made for rather than by a
// checklist: a single firing, or an experiment. What it measured is kept in a
// record like any run's.
type trial struct {
	app     *app
	node    node
	nodes   []node
	engine  *probe.Engine
	tap     *tapLoad
	started time.Time
	mail    *mailbox

	scanner soak.Scanner // reads the log all along; nil leaves it alone

	record   *record.Record // nil until it runs
	path     string         // of a record to go on with; empty for a new one
	info     soak.RunInfo
	warnings []string // that the record does not have
}

// newTrial finds the one node that the flags name. It is not asked anything yet:
// mistakes are found before that, and without waiting for it.
func (a *app) newTrial(ctx context.Context, o targetOptions, taps tapOptions, interval time.Duration) (t *trial, err error) {
	if len(o.containers)+len(o.command) == 0 && o.pid == 0 {
		return nil, usage("which node? Name it: --container NAME, --pid PID, or -- COMMAND")
	}
	t = &trial{app: a, started: time.Now(), mail: &mailbox{}}
	whole := t
	defer func() {
		if err != nil {
			whole.close()
		}
	}()
	if t.tap, err = taps.open(); err != nil { // before the node starts: it may call its service at once
		return nil, err
	}
	if t.nodes, t.engine, err = a.nodes(ctx, o, interval); err != nil {
		return nil, err
	}
	if len(t.nodes) != 1 {
		return nil, usage("one node at a time: %s", names(t.nodes))
	}
	t.node = t.nodes[0]
	if t.tap != nil {
		t.tap.target = t.node.info.Name
	}
	if t.node.info.URL == "" {
		return nil, noURL(t.node)
	}
	t.info = soak.RunInfo{Version: version(), Profile: t.node.profile.Name, Targets: []soak.TargetInfo{t.node.info}}
	return t, nil
}

func (t *trial) close() {
	t.tap.close()
	_ = closeAll(t.nodes, t.engine) // nothing is lost by a connection that closes badly
	if t.record != nil {
		_ = t.record.Close() // every batch was durable when it was taken
	}
}

// options are those of every engine that fires at the node.
func (t *trial) options() load.Options {
	return load.Options{BaseURL: t.node.url, TLS: t.node.profile.Service.TLS, Getenv: t.app.getenv}
}

// keep begins the record of what is measured.
func (t *trial) keep(pace runner.Pace) (err error) {
	if t.path != "" {
		if t.record, err = record.Resume(t.path); err == nil {
			t.info.Interruptions = t.record.Meta().Info.Interruptions
		}
		return missing(err)
	}
	now := time.Now()
	t.info.ID, t.info.Started, t.info.Interval = record.NewID(now, rand.Reader), now.Round(0), pace(time.Hour, false).Seconds()
	path := filepath.Join(record.Dir(t.app.getenv), t.info.ID+".db")
	profiles := map[string]*soak.Profile{t.node.info.Name: t.node.profile}
	if t.record, err = record.Create(path, record.Meta{Info: t.info, Profiles: profiles}); err != nil {
		return usage("%w", err)
	}
	if err := t.record.Record(soak.Batch{Targets: t.info.Targets}); err != nil {
		return notMeasured(fmt.Errorf("record: %w", err))
	}
	return nil
}

// kept ends the record and says where it is.
func (t *trial) kept(s runner.Summary) {
	t.info.Duration = time.Since(t.info.Started).Seconds()
	if err := errors.Join(s.RecordErr, t.record.Finish(t.info)); err != nil {
		t.warnings = append(t.warnings, fmt.Sprintf("what was measured could not be recorded whole: %v", err))
		return
	}
	t.app.say("Run %s, record %s", t.info.ID, t.record.Path())
}

// work is what a trial does: it fires, and looks at what comes of it.
type work interface {
	soak.Load
	soak.Recorder
	Done() (reason string, done bool)
}

// run does the work inside the brake and tells the story of it. What the run is
// for stands in its info.
func (t *trial) run(ctx context.Context, w work, story soak.Recorder, pace runner.Pace, progress func()) error {
	if err := t.keep(pace); err != nil {
		return err
	}
	loads := []soak.Load{t.mail, w}
	if t.tap != nil {
		loads = append(loads, t.tap)
	}
	brake := load.NewBrake(load.BrakeOptions{
		Stop: w.Stop,
		Emit: func(e soak.Event) {
			t.app.say("STOPPED: %s", e.Text)
			t.mail.post(e)
		},
		Ceiling: func(string) int64 { return int64(t.node.profile.Ceiling) },
	})
	summary, err := runner.Run(ctx, runner.Config{
		Targets: []runner.Target{{Name: t.node.info.Name, Target: t.node.Target, Scanner: t.scanner, Since: t.started}},
		Loads:   loads, Recorder: fanout{t.record, w, story, brake}, Pace: pace,
		Done:     func() (string, bool) { return t.done(w) },
		Progress: progress, ProgressEvery: 10 * time.Second,
	})
	t.kept(summary)
	if err != nil {
		err = notMeasured(err)
	}
	return err
}

func (t *trial) done(w work) (string, bool) {
	select {
	case <-t.node.ended:
		text := "the node has ended"
		t.mail.post(soak.Event{At: time.Now(), Target: t.node.info.Name, Kind: soak.EventEnded, Text: text})
		return t.node.info.Name + ": " + text, true
	default:
		return w.Done()
	}
}

// scenario finds one of the node's scenarios.
func (t *trial) scenario(name string) (*soak.Scenario, error) {
	return t.node.profile.Scenarios[name], hasAll(t.node.profile, []string{name})
}

// pause leaves time to think better of it, on a terminal.
func (a *app) pause(ctx context.Context, d time.Duration) error {
	if !a.terminalOf(a.stderr).is {
		return nil
	}
	fmt.Fprintf(a.stderr, "Starting in %s; Ctrl-C to leave it.\n", d)
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return &exit{soak.ExitInterrupted, errors.New("left before anything was sent")}
	}
}

// say tells how it goes on, unless told to be quiet.
func (a *app) say(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}

// printSheet prints an answer as text or JSON.
func (a *app) printSheet(format string, s *report.Sheet) error {
	var err error
	switch {
	case format == "json":
		err = report.SheetJSON(a.stdout, s)
	case a.quiet:
		err = report.SheetLine(a.stdout, s, a.textOptions(a.stdout))
	default:
		err = report.SheetText(a.stdout, s, a.textOptions(a.stdout))
	}
	if err != nil {
		return notMeasured(fmt.Errorf("the result could not be printed: %w", err))
	}
	return nil
}

func textOrJSON(format string) error {
	if format != "text" && format != "json" {
		return usage("--format %q: use text or json", format)
	}
	return nil
}

// size is how many requests one iteration of a scenario makes.
func size(s *soak.Scenario) float64 { return math.Max(float64(s.Workers), 1) * float64(len(s.Steps)) }
