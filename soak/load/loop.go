package load

import (
	"context"
	"math"
	"time"

	"leakcheck/soak"
)

// loop returns the function that fires one firing of a phase until phase ends,
// but for what was fired of it before. What it starts lives until ctx ends.
func (e *Engine) loop(ctx, phase context.Context, p soak.Phase, f soak.Firing, start time.Time, over time.Duration) func() {
	l := looper{Engine: e, ctx: ctx, phase: phase, f: f, start: start, length: p.For.D(), over: over,
		shot: e.shots[f.Scenario], tally: e.tally(f.Scenario, p.Name)}
	switch {
	case f.Every > 0:
		return l.periodic
	case f.Rate > 0:
		return l.open
	default:
		return l.closed
	}
}

// looper is one firing at work.
type looper struct {
	*Engine
	ctx, phase context.Context
	f          soak.Firing
	start      time.Time
	length     time.Duration
	over       time.Duration // how much of the phase was fired before
	shot       *shot
	tally      *tally
}

// size is how many requests one firing makes.
func (l *looper) size() int64 { return int64(l.shot.workers * len(l.shot.requests)) }

// periodic fires all workers at once each period. Periods that were slept
// through are due and do not land: a machine that wakes up fires no backlog.
func (l *looper) periodic() {
	every := l.f.Every.D()
	at := l.f.After.D()
	if missed := l.over - at; missed > 0 {
		at += (missed + every - 1) / every * every
	}
	for ; l.until(at); at += every {
		due := l.start.Add(at)
		l.tally.wanted(l.size())
		if time.Since(due) >= every {
			continue
		}
		for range l.shot.workers {
			select {
			case l.slots <- struct{}{}:
				l.launch(time.Time{})
			default: // as many requests are under way as may be
			}
		}
	}
}

// open starts iterations at their rate, whether or not the node keeps up.
func (l *looper) open() {
	for n := int64(math.Ceil(dueBy(l.f, l.over, l.length))); ; n++ {
		at := dueAt(l.f, n, l.length)
		if !l.until(at) {
			return
		}
		due := l.start.Add(at)
		l.tally.wanted(l.size())
		if time.Since(due) > maxLag {
			continue
		}
		for w := range l.shot.workers {
			if !l.slot() {
				l.cut(int64((l.shot.workers - w) * len(l.shot.requests)))
				l.overdue(n + 1)
				return
			}
			l.launch(due)
		}
	}
}

// slot waits until one more request may be under way; false means that the
// phase is over.
func (l *looper) slot() bool {
	select {
	case l.slots <- struct{}{}:
	case <-l.phase.Done():
		return false
	}
	if l.isOver() {
		<-l.slots
		return false
	}
	return true
}

// overdue counts the iterations from n on that a phase's end found waiting:
// they were due and do not land.
func (l *looper) overdue(n int64) {
	if l.ctx.Err() != nil {
		return // stopped, not slow
	}
	if missed := int64(math.Ceil(dueBy(l.f, l.length, l.length))) - n; missed > 0 {
		l.tally.wanted(missed * l.size())
	}
}

// isOver tells by the clock as well: at the very end of a phase its context may
// not know it yet.
func (l *looper) isOver() bool {
	return l.phase.Err() != nil || l.length > 0 && time.Since(l.start) >= l.length
}

// until waits for a time of the phase; false means that the phase is over.
func (l *looper) until(at time.Duration) bool {
	if l.length > 0 && at >= l.length {
		return false
	}
	return wait(l.phase, time.Until(l.start.Add(at)))
}

// launch runs one iteration that holds a slot. A start that is late by no more
// than a timer's slack counts from now: that is not the node's doing.
func (l *looper) launch(due time.Time) {
	if time.Since(due) < timerSlack {
		due = time.Time{}
	}
	l.flying.Go(func() {
		defer func() { <-l.slots }()
		l.iterate(l.ctx, due)
	})
}

// closed keeps the workers busy, each starting over when it is done.
func (l *looper) closed() {
	if l.over > 0 && l.f.Loops > 0 {
		return
	}
	done := make(chan struct{})
	running := l.shot.workers
	for range l.shot.workers {
		l.flying.Go(func() {
			defer func() { done <- struct{}{} }()
			for i := 0; (l.f.Loops < 0 || i < l.f.Loops) && !l.isOver(); i++ {
				l.tally.wanted(int64(len(l.shot.requests)))
				if !l.iterate(l.ctx, time.Time{}) {
					wait(l.phase, pause)
				}
			}
		})
	}
	for ; running > 0; running-- {
		<-done
	}
}

// iterate runs the steps once and reports whether every request reached the
// node. Latency counts from due where it is set: what an open loop had to wait
// before it could send is the node's doing.
func (l *looper) iterate(ctx context.Context, due time.Time) bool {
	reached := true
	for i, r := range l.shot.requests {
		from := due
		if from.IsZero() {
			from = time.Now()
		}
		due = time.Time{}
		if ctx.Err() != nil {
			l.cut(int64(len(l.shot.requests) - i))
			return false
		}
		l.tally.sent()
		a := l.pool.send(ctx, r)
		if a.kind != "" && ctx.Err() != nil { // broken off by us
			l.cut(int64(len(l.shot.requests) - i - 1))
			return false
		}
		l.tally.done(a, time.Since(from))
		if a.kind != "" {
			l.warn(l.shot.name, a)
		}
		if a.kind == soak.ErrorRefused || a.kind == soak.ErrorReset || a.kind == soak.ErrorOther {
			reached = false
		}
		if r.think > 0 {
			wait(ctx, r.think)
		}
	}
	return reached
}

// cut takes back requests that the end of the run, if it is that, keeps from
// being sent: nobody was slow.
func (l *looper) cut(n int64) {
	if l.ctx.Err() != nil {
		l.tally.wanted(-n)
	}
}

// wait waits for a time or until ctx ends, and reports which.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
