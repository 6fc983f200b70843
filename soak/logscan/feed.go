package logscan

import (
	"sync"
	"time"

	"leakcheck/soak"
)

// Feed is a scanner that can be read while it is fed: a soak.Scanner.
type Feed struct {
	mu      sync.Mutex
	scanner *Scanner
	signals []soak.Signal
	now     func() time.Time
}

// NewFeed returns a feed for one target's log. now tells when signals that
// wait for following lines have waited long enough.
func (r *Rules) NewFeed(target string, now func() time.Time) *Feed {
	f := &Feed{now: now}
	f.scanner = r.NewScanner(target, func(s soak.Signal) { f.signals = append(f.signals, s) })
	return f
}

// Line scans one line.
func (f *Feed) Line(l soak.Line) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scanner.Line(l)
}

// Take returns the signals found and the span read since the last call.
func (f *Feed) Take() soak.Batch {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scanner.Expire(f.now())
	b := soak.Batch{Signals: f.signals}
	f.signals = nil
	if span := f.scanner.Span(); span.Lines > 0 {
		b.Logs = []soak.LogSpan{span}
	}
	return b
}
