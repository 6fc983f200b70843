package runner

import (
	"context"
	"time"

	"leakcheck/soak"
)

// collectEvery is how often signals and load counts are taken; the brake must
// see them within two samples.
const (
	collectEvery = time.Second
	observeEvery = 10 * time.Second
)

// collect takes, until the run ends, what scanners and loads have counted,
// notes when the wall clock jumps, and asks once for all targets whether
// sampling is urgent.
func (r *run) collect(ctx context.Context) {
	tick := time.NewTicker(collectEvery)
	defer tick.Stop()
	observed := time.Now()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		r.urgent.Store(r.Urgent != nil && r.Urgent())
		b := r.taken()
		b.Events = append(b.Events, r.clock.jumps()...)
		if time.Since(observed) >= observeEvery {
			observed = time.Now()
			b.Observer = r.observed().Observer
		}
		if !empty(b) {
			r.send(ctx, b)
		}
	}
}

// taken is what scanners and loads have counted since the last call.
func (r *run) taken() soak.Batch {
	var all soak.Batch
	for _, t := range r.Targets {
		if t.Scanner != nil {
			all = join(all, t.Scanner.Take())
		}
	}
	for _, l := range r.Loads {
		all = join(all, l.Take())
	}
	return all
}

// observed is what watching has cost so far.
func (r *run) observed() soak.Batch {
	var o soak.Observer
	if r.Observe != nil {
		o = r.Observe()
	}
	r.tally.mu.Lock()
	defer r.tally.mu.Unlock()
	o.Samples += r.tally.samples
	o.Missed += r.tally.missed
	o.Late += r.tally.late
	o.MaxLate = max(o.MaxLate, r.tally.maxLate.Seconds())
	return soak.Batch{Observer: &o}
}
