package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"leakcheck/soak"
)

// sampleTimeout bounds one reading, so that an engine that hangs costs samples
// but never the run.
const sampleTimeout = 10 * time.Second

// lateAfter is how late a sample may be and still count as on time.
const lateAfter = 100 * time.Millisecond

// tally counts what became of the samples that were due.
type tally struct {
	mu                    sync.Mutex
	samples, missed, late int64
	maxLate               time.Duration
}

func (t *tally) add(samples, missed int64, late time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.samples += samples
	t.missed += missed
	if samples > 0 && late > lateAfter {
		t.late++
	}
	t.maxLate = max(t.maxLate, late)
}

// sampleOnTime takes sample k of a target when it is due, counted from the
// start and never from the last sample, so that nothing drifts. A due time
// that passes while an earlier sample is still being taken is missed.
func (r *run) sampleOnTime(ctx context.Context, t Target) {
	gap := gap{target: t.Name}
	start := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for due := time.Duration(0); ; {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		late := time.Since(start) - due
		b, err := r.sample(ctx, t, late)
		if ctx.Err() != nil && err != nil {
			return // cut off by the end of the run, which takes a last sample itself
		}
		b.Events = append(b.Events, gap.note(r.clock.now(), err)...)
		r.send(ctx, b)

		step := r.Pace(due, r.urgent.Load())
		for due += step; due < time.Since(start); due += step {
			r.tally.add(0, 1, 0)
		}
		if r.over(ctx, due) {
			return // the run takes its last sample itself
		}
		timer.Reset(due - time.Since(start))
	}
}

// over reports whether a sample would be due when the run has ended. At its
// first end it waits for whether the run is made longer.
func (r *run) over(ctx context.Context, due time.Duration) bool {
	if r.Duration == 0 || int64(due) < r.length.Load() {
		return false
	}
	select {
	case <-ctx.Done():
		return true
	case <-r.longer:
		return int64(due) >= r.length.Load()
	}
}

// sample reads a target once.
func (r *run) sample(ctx context.Context, t Target, late time.Duration) (soak.Batch, error) {
	ctx, cancel := context.WithTimeout(ctx, sampleTimeout)
	defer cancel()
	s, err := t.Sample(ctx)
	if err == nil && s.Empty() {
		err = fmt.Errorf("nothing could be measured: %w", soak.ErrUnavailable)
	}
	if err != nil {
		if ctx.Err() != context.Canceled && !errors.Is(err, soak.ErrGone) { // what does not run has no memory to miss
			r.tally.add(0, 1, 0)
		}
		return soak.Batch{}, err
	}
	r.tally.add(1, 0, late)
	s.Target, s.At, s.Late = t.Name, r.clock.now(), late
	b := soak.Batch{Samples: []soak.Sample{s}}
	if t.Describe != nil {
		if info, changed := t.Describe(); changed {
			b.Targets = []soak.TargetInfo{info}
		}
	}
	return b, nil
}

// lastSamples reads every target once more when the run is over. A caller who
// has interrupted it does not wait for an engine that hangs.
func (r *run) lastSamples(caller context.Context) soak.Batch {
	within := settle
	if caller.Err() != nil {
		within = hurry
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	batches := make([]soak.Batch, len(r.Targets))
	var wg sync.WaitGroup
	for i, t := range r.Targets {
		wg.Go(func() { batches[i], _ = r.sample(ctx, t, 0) })
	}
	wg.Wait()
	var all soak.Batch
	for _, b := range batches {
		all = join(all, b)
	}
	return all
}

// gap notes once when samples begin to fail and once when they come again.
type gap struct {
	target string
	since  time.Time
	cause  string
}

func (g *gap) note(now time.Time, err error) []soak.Event {
	switch {
	case err != nil && g.since.IsZero():
		g.since, g.cause = now, err.Error()
		return []soak.Event{{At: now, Target: g.target, Kind: soak.EventGap, Text: "no sample: " + g.cause}}
	case err == nil && !g.since.IsZero():
		e := soak.Event{
			At: now, Target: g.target, Kind: soak.EventGap, Duration: now.Sub(g.since),
			Text: fmt.Sprintf("samples again after %s", now.Sub(g.since).Round(time.Millisecond)),
		}
		*g = gap{target: g.target}
		return []soak.Event{e}
	}
	return nil
}
