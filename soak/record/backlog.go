package record

import (
	"fmt"
	"time"

	"leakcheck/soak"
)

const (
	// maxBacklog bounds how many samples, events and so on wait for a disk that
	// is full: some 15 MB, which is 3 hours of 5 targets at one sample a second.
	maxBacklog = 50_000
	// maxCommit is how many of them make one transaction, if not more came in
	// one batch.
	maxCommit = 500
)

// backlog is what was not written yet.
type backlog struct {
	max     int // see maxBacklog
	waiting []soak.Batch
	size    int
	// lost counts the batches there was no room for.
	lost        int
	first, last time.Time
}

func sizeOf(x *soak.Batch) int {
	return len(x.Targets) + len(x.Samples) + len(x.Events) + len(x.Signals) + len(x.Logs) + len(x.Load)
}

// fits reports whether there is room for a batch; in an empty backlog any fits.
func (b *backlog) fits(x soak.Batch) bool { return b.size == 0 || b.size+sizeOf(&x) <= b.max }

func (b *backlog) push(x soak.Batch) {
	b.waiting, b.size = append(b.waiting, x), b.size+sizeOf(&x)
}

// lose counts a batch that did not fit.
func (b *backlog) lose(x soak.Batch) {
	b.lost++
	for _, s := range x.Samples {
		if b.first.IsZero() {
			b.first = s.At
		}
		b.last = s.At
	}
}

// next are the batches of the next transaction; what was lost comes last, as a
// gap.
func (b *backlog) next() []soak.Batch {
	n, size := 0, 0
	for n < len(b.waiting) && (n == 0 || size+sizeOf(&b.waiting[n]) <= maxCommit) {
		size += sizeOf(&b.waiting[n])
		n++
	}
	if n == 0 && b.lost > 0 {
		b.push(soak.Batch{Events: []soak.Event{b.gap()}})
		b.lost, b.first, b.last = 0, time.Time{}, time.Time{}
		n = 1
	}
	return b.waiting[:n]
}

func (b *backlog) gap() soak.Event {
	return soak.Event{At: b.last, Kind: soak.EventGap, Duration: b.last.Sub(b.first),
		Text: fmt.Sprintf("the record could not be written and memory for it was used up: %d batches are missing", b.lost)}
}

// written drops the first n batches.
func (b *backlog) written(n int) {
	for i := range n {
		b.size -= sizeOf(&b.waiting[i])
		b.waiting[i] = soak.Batch{} // what was written must not be kept alive
	}
	if b.waiting = b.waiting[n:]; len(b.waiting) == 0 {
		b.waiting = nil
	}
}
