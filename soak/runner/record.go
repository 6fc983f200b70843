package runner

import (
	"context"
	"time"

	"leakcheck/soak"
)

// record commits batches until the run is over and says why it ended early.
// Whatever waits in the queue is committed together: one disk write serves all
// targets that were sampled at the same time.
func (r *run) record(work, caller context.Context) (reason string) {
	var end <-chan time.Time
	if r.Duration > 0 {
		timer := time.NewTimer(r.Duration)
		defer timer.Stop()
		end = timer.C
	}
	for {
		select {
		case b := <-r.queue:
			for n := len(r.queue); n > 0; n-- {
				b = join(b, <-r.queue)
			}
			r.commit(b)
			if r.Done != nil {
				if why, done := r.Done(); done {
					return why
				}
			}
			r.progress()
		case <-end:
			more := r.extend()
			if more <= 0 {
				return ""
			}
			end = time.After(more)
		case <-caller.Done():
			return ""
		case <-work.Done():
			return ""
		}
	}
}

// extend makes the run longer, if that is wanted, and says by how much.
func (r *run) extend() time.Duration {
	if r.Extend == nil {
		return 0
	}
	more := r.Extend()
	r.Extend = nil
	if more > 0 {
		r.length.Add(int64(more))
		close(r.longer)
	}
	return more
}

// commit numbers the lives in a batch and records it. A recorder that fails
// does not end the run: sampling and judging go on, and the failure is said.
func (r *run) commit(b soak.Batch) {
	b = r.number(b)
	if empty(b) {
		return
	}
	err := r.Recorder.Record(b)
	if err == nil || r.recordErr != nil {
		return
	}
	r.recordErr = err
	_ = r.Recorder.Record(warning(r.clock.now(), "the record cannot be written, sampling goes on in memory: "+err.Error()))
}

func (r *run) progress() {
	if r.Progress == nil {
		return
	}
	if now := r.clock.now(); now.Sub(r.progressAt) >= r.ProgressEvery {
		r.progressAt = now
		r.Progress()
	}
}

func join(a, b soak.Batch) soak.Batch {
	a.Targets = append(a.Targets, b.Targets...)
	a.Samples = append(a.Samples, b.Samples...)
	a.Events = append(a.Events, b.Events...)
	a.Signals = append(a.Signals, b.Signals...)
	a.Logs = append(a.Logs, b.Logs...)
	a.Load = append(a.Load, b.Load...)
	if b.Observer != nil {
		a.Observer = b.Observer
	}
	return a
}

func empty(b soak.Batch) bool {
	return len(b.Targets)+len(b.Samples)+len(b.Events)+len(b.Signals)+len(b.Logs)+len(b.Load) == 0 && b.Observer == nil
}
