package cmd

import (
	"context"
	"fmt"
	"time"

	"leakcheck/report"
	"leakcheck/soak/runner"
)

// progress shows a run while it goes on: on a terminal the full screen, or a
// live line where that cannot be; elsewhere a plain line each minute.
type progress struct {
	app      *app
	run      *run
	terminal terminal
	every    time.Duration
	screen   *screen
}

// newProgress begins to show a run. leave ends the run for a person who left
// the screen; ctx is the run's.
func (a *app) newProgress(ctx context.Context, r *run, leave func(interrupted bool)) *progress {
	p := &progress{app: a, run: r, terminal: a.terminalOf(a.stderr), every: r.o.linesEvery()}
	if p.terminal.is {
		p.every = time.Second
	}
	p.screen = a.openScreen(ctx, r.o.quitText(), r.view, leave)
	return p
}

// linesEvery is the time between two plain lines.
func (o *soakOptions) linesEvery() time.Duration {
	if o.watching {
		return o.interval.D()
	}
	return time.Minute
}

// quitText says what leaving the screen does.
func (o *soakOptions) quitText() string {
	if o.watching {
		return "stop watching"
	}
	return "end the run and judge what there is"
}

// leaver is what leaving the screen does: it interrupts a soak, as a key sends
// no signal while the screen is up, and ends a watch in order.
func (r *run) leaver(stop context.CancelCauseFunc) func(bool) {
	return func(interrupted bool) {
		if r.o.watching && !interrupted {
			stop(runner.ErrEnough)
			return
		}
		r.app.interrupt()
	}
}

// view is the run as of now.
func (r *run) view() *report.View {
	now := time.Now()
	return report.NewView(r.judge.Look(now), curvesOf(r.judge, r.curves), now)
}

// clearLine moves to the start of the line and empties it.
const clearLine = "\r\x1b[K"

func (p *progress) step() {
	switch {
	case p.app.quiet || p.screen != nil && p.screen.open():
	case p.terminal.is:
		fmt.Fprint(p.app.stderr, clearLine+report.StatusLine(p.run.view(), p.app.textOptions(p.app.stderr)))
	default:
		fmt.Fprintln(p.app.stderr, report.Line(p.run.view()))
	}
}

// say puts a line beside the progress, where no screen or live line would be
// torn by it; there the report's events tell it.
func (r *run) say(text string) {
	if !r.app.quiet && !r.app.terminalOf(r.app.stderr).is {
		fmt.Fprintln(r.app.stderr, text)
	}
}

// end leaves a clean terminal behind.
func (p *progress) end() {
	if p.screen != nil {
		p.screen.close()
		return
	}
	if p.terminal.is && !p.app.quiet {
		fmt.Fprint(p.app.stderr, clearLine)
	}
}
