// Package runner drives one run: it samples the targets on time, follows their
// logs, fires the load, and hands everything that is seen to one recorder, in
// one order. It knows only the interfaces of package soak.
package runner

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"leakcheck/soak"
)

// Config is what a run is made of.
type Config struct {
	Targets []Target
	// Loads are fired until the run ends.
	Loads []soak.Load
	// Recorder receives every batch, one call at a time.
	Recorder soak.Recorder
	// Pace gives the time between two samples; it must be positive.
	Pace Pace
	// Duration ends the run; 0 means until the context ends.
	Duration time.Duration
	// Urgent, if set, is asked each second and wants the closest sampling, as
	// when the wall is near.
	Urgent func() bool
	// Done, if set, is asked after each batch and ends the run early with its
	// reason.
	Done func() (reason string, done bool)
	// Extend, if set, is asked once, when the duration is over; a positive
	// answer lets the run go on for so long more.
	Extend func() time.Duration
	// Progress, if set, is called between batches, at most each ProgressEvery.
	Progress      func()
	ProgressEvery time.Duration
	// Observe, if set, measures what leakcheck itself costs; the runner adds
	// the counts that it keeps.
	Observe func() soak.Observer
	// Clock is the machine's unless set.
	Clock Clock
	// Requests is how many requests an earlier part of the run has sent.
	Requests int64
}

// Target is one node of a run.
type Target struct {
	Name string
	soak.Target
	// Scanner reads the log; nil leaves the log alone.
	Scanner soak.Scanner
	// Since is from when on the log is read.
	Since time.Time
	// Life and Started continue an earlier record of the target; zero values
	// begin with life 1.
	Life    int
	Started time.Time
	// Describe, if set, is asked after each sample whether the target's
	// description has changed, as when its container was made anew.
	Describe func() (now soak.TargetInfo, changed bool)
}

// Summary says how a run ended.
type Summary struct {
	// Reason is why the run ended before its time; empty if it did not.
	Reason string
	// Interrupted is true when the context ended the run.
	Interrupted bool
	// RecordErr is the first error of the recorder; the run went on without it.
	RecordErr error
}

// ErrEnough is the cause of a context that ends a run in order, before its
// time: whoever watched has seen enough, and nothing was interrupted.
var ErrEnough = errors.New("enough was seen")

// settle bounds how long the parts of a run may take to stop, and the last
// samples to be taken; hurry does when somebody waits for the prompt.
const (
	settle = 5 * time.Second
	hurry  = 700 * time.Millisecond
)

// Run drives a run to its end. When ctx ends, load stops at once, a last
// sample is taken, and what is pending is recorded before Run returns.
func Run(ctx context.Context, c Config) (Summary, error) {
	if len(c.Targets) == 0 || c.Recorder == nil || c.Pace == nil {
		return Summary{}, errors.New("runner: a run needs a target, a recorder and a pace")
	}
	if c.Pace(0, false) <= 0 {
		return Summary{}, errors.New("runner: the time between two samples must be positive")
	}
	r := newRun(c)
	work, stop := context.WithCancel(ctx)
	defer stop()
	var parts errgroup.Group
	r.start(work, &parts)
	reason := r.record(work, ctx)
	stop()
	r.drain(ctx, &parts)
	interrupted := reason == "" && ctx.Err() != nil && !errors.Is(context.Cause(ctx), ErrEnough)
	if interrupted {
		r.commit(soak.Batch{Events: []soak.Event{{At: r.clock.now(), Kind: soak.EventInterrupt, Text: "leakcheck was stopped before the run's end"}}})
	}
	return Summary{Reason: reason, Interrupted: interrupted, RecordErr: r.recordErr}, nil
}

// run is the state of one run. Only the goroutine of record touches the fields
// below queue.
type run struct {
	Config
	clock *clock
	tally tally
	queue chan soak.Batch
	// length is the duration with its extension; longer is closed by that.
	length atomic.Int64
	longer chan struct{}
	urgent atomic.Bool // Urgent's last answer

	lives      map[string]*life
	loaded     bool  // a load that counts its requests is being fired
	requests   int64 // sent by it so far
	progressAt time.Time
	recordErr  error
}

func newRun(c Config) *run {
	r := &run{Config: c, clock: newClock(c.Clock), queue: make(chan soak.Batch, 1024), longer: make(chan struct{}), lives: map[string]*life{}}
	r.length.Store(int64(c.Duration))
	for _, t := range c.Targets {
		r.lives[t.Name] = &life{number: t.Life, started: t.Started}
	}
	r.requests, r.loaded = c.Requests, c.Requests > 0
	r.progressAt = r.clock.now()
	return r
}

// start sets every part of the run going.
func (r *run) start(ctx context.Context, parts *errgroup.Group) {
	for _, t := range r.Targets {
		parts.Go(func() error { r.sampleOnTime(ctx, t); return nil })
		parts.Go(func() error { return t.Watch(ctx, r.emitter(ctx, t.Name)) })
		if t.Scanner != nil {
			parts.Go(func() error { return t.Follow(ctx, t.Since, t.Scanner.Line, r.emitter(ctx, t.Name)) })
		}
	}
	for _, l := range r.Loads {
		parts.Go(func() error { return l.Run(ctx) })
	}
	parts.Go(func() error { r.collect(ctx); return nil })
}

// emitter passes a target's events on.
func (r *run) emitter(ctx context.Context, target string) func(soak.Event) {
	return func(e soak.Event) {
		e.Target, e.At = target, r.clock.own(e.At)
		r.send(ctx, soak.Batch{Events: []soak.Event{e}})
	}
}

// send queues a batch. It waits when the recorder is behind, and gives up only
// when the run is over.
func (r *run) send(ctx context.Context, b soak.Batch) {
	select {
	case r.queue <- b:
	case <-ctx.Done():
		select {
		case r.queue <- b:
		default:
		}
	}
}

// drain waits for the parts to stop while it records what they still send,
// then takes the last counts.
func (r *run) drain(caller context.Context, parts *errgroup.Group) {
	stopped := make(chan error, 1)
	go func() { stopped <- parts.Wait() }()
	deadline := time.NewTimer(settle)
	defer deadline.Stop()
	for running := true; running; {
		select {
		case b := <-r.queue:
			r.commit(b)
		case err := <-stopped:
			running = false
			if err != nil && !errors.Is(err, context.Canceled) {
				r.commit(warning(r.clock.now(), "a part of the run ended early: "+err.Error()))
			}
		case <-deadline.C:
			running = false
			r.commit(warning(r.clock.now(), "a part of the run did not stop in time"))
		}
	}
	for {
		select {
		case b := <-r.queue:
			r.commit(b)
			continue
		default:
		}
		break
	}
	r.commit(r.lastSamples(caller))
	for _, t := range r.Targets {
		if t.Scanner != nil {
			r.commit(t.Scanner.Flush())
		}
	}
	r.commit(r.taken())
	r.commit(r.observed())
}

func warning(at time.Time, text string) soak.Batch {
	return soak.Batch{Events: []soak.Event{{At: at, Kind: soak.EventWarning, Text: text}}}
}
