package cmd

import (
	"fmt"
	"time"

	"leakcheck/report"
)

// progress shows a run while it goes on: a live line on a terminal, a plain
// line each minute elsewhere.
type progress struct {
	app      *app
	run      *run
	terminal terminal
	every    time.Duration
}

func (a *app) newProgress(r *run) *progress {
	p := &progress{app: a, run: r, terminal: a.terminalOf(a.stderr), every: time.Minute}
	if p.terminal.is {
		p.every = time.Second
	}
	return p
}

// clearLine moves to the start of the line and empties it.
const clearLine = "\r\x1b[K"

func (p *progress) step() {
	if p.app.quiet {
		return
	}
	now := time.Now()
	v := report.NewView(p.run.judge.Report(now), p.run.curves.Series(), now)
	if p.terminal.is {
		t := p.app.terminalOf(p.app.stderr) // it may have been resized
		fmt.Fprint(p.app.stderr, clearLine+report.StatusLine(v, p.app.textOptions(p.app.stderr)))
		p.terminal = t
		return
	}
	fmt.Fprintln(p.app.stderr, report.Line(v))
}

// end leaves a clean line behind.
func (p *progress) end() {
	if p.terminal.is && !p.app.quiet {
		fmt.Fprint(p.app.stderr, clearLine)
	}
}
