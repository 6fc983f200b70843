package record

import (
	"fmt"
	"time"

	"leakcheck/soak"
)

// maxBacklog bounds how many samples, events and so on wait for a disk that
// is full: some 15 MB, which is 3 hours of 5 targets at one sample a second.
const maxBacklog = 50_000

// backlog is what was not written yet.
type backlog struct {
	waiting []soak.Batch
	size    int
	// lost counts the batches there was no room for.
	lost        int
	first, last time.Time
}

func (b *backlog) push(x soak.Batch) {
	n := len(x.Targets) + len(x.Samples) + len(x.Events) + len(x.Signals) + len(x.Logs) + len(x.Load)
	if b.size > 0 && b.size+n > maxBacklog {
		b.lose(x)
		return
	}
	b.waiting, b.size = append(b.waiting, x), b.size+n
}

func (b *backlog) lose(x soak.Batch) {
	b.lost++
	for _, s := range x.Samples {
		if b.first.IsZero() {
			b.first = s.At
		}
		b.last = s.At
	}
}

func (b *backlog) empty() bool { return len(b.waiting) == 0 }

// batches is what waits, closed by a gap if something was lost.
func (b *backlog) batches() []soak.Batch {
	if b.lost == 0 {
		return b.waiting
	}
	gap := soak.Event{At: b.last, Kind: soak.EventGap, Duration: b.last.Sub(b.first),
		Text: fmt.Sprintf("the record could not be written and memory for it was used up: %d batches are missing", b.lost)}
	return append(b.waiting[:len(b.waiting):len(b.waiting)], soak.Batch{Events: []soak.Event{gap}})
}

func (b *backlog) clear() { *b = backlog{waiting: b.waiting[:0]} }
