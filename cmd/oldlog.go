package cmd

import (
	"context"
	"fmt"
	"time"

	"leakcheck/probe"
	"leakcheck/soak"
)

// soakLogBudget is how much of the log from before a soak is read unless its
// flag says otherwise: a few seconds of reading, on a node that may have
// written for months.
const soakLogBudget = logBudget(1e9)

// oldLog is a container whose log from before the run is read within a budget,
// the newest part.
type oldLog struct {
	soak.Target
	log    log
	budget int64 // in bytes; 0 for all
}

// within bounds how much of a target's old log is read.
func (b logBudget) within(t soak.Target) soak.Target {
	if c, ok := t.(*probe.Container); ok && b > 0 {
		return oldLog{Target: c, log: c, budget: int64(b)}
	}
	return t
}

// Follow follows from where the budget begins. What was passed over is told as
// missing.
func (o oldLog) Follow(ctx context.Context, since time.Time, line func(soak.Line), emit func(soak.Event)) error {
	if first, skipped := o.begins(ctx, since); skipped > 0 && !first.IsZero() {
		e := soak.Event{At: first, Kind: soak.EventLogGap, Text: fmt.Sprintf(
			"the log from before %s was passed over: it is longer than --log-budget %s", first.UTC().Format(time.RFC3339), soak.FormatBytes(float64(o.budget)))}
		if !since.IsZero() {
			e.Duration = first.Sub(since)
		}
		emit(e)
		since = first
	}
	return o.Target.Follow(ctx, since, line, emit)
}

// begins finds the first line that the budget reaches, and whether there are
// older ones. A log that cannot be read is for Follow to tell.
func (o oldLog) begins(ctx context.Context, since time.Time) (first time.Time, skipped int64) {
	ctx, found := context.WithCancel(ctx)
	defer found()
	span, _ := o.log.Recent(ctx, since, o.budget, func(l soak.Line) {
		if first.IsZero() {
			first = l.At
			found()
		}
	})
	return first, span.Skipped
}
