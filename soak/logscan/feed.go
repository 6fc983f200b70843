package logscan

import (
	"sync"
	"time"

	"leakcheck/soak"
)

const (
	// TopErrors is how many of the most frequent error lines are kept.
	TopErrors = 20
	// errorsEvery is how often they are told: a run that is killed loses no
	// more of their counts than came in that time.
	errorsEvery = time.Minute
)

// Feed is a scanner that can be read while it is fed: a soak.Scanner. Beside
// the rules' signals it tells the log's most frequent error lines, as signals
// named soak.ErrorSignal.
type Feed struct {
	mu      sync.Mutex
	target  string
	scanner *Scanner
	signals []soak.Signal
	now     func() time.Time
	errors  *Top
	told    time.Time // when error lines were told last
	last    time.Time // of the lines that were read
	held    time.Time // since when signals wait to be told; zero when none do
}

// NewFeed returns a feed for one target's log. now tells when signals that
// wait for following lines have waited long enough.
func (r *Rules) NewFeed(target string, now func() time.Time) *Feed {
	f := &Feed{target: target, now: now, errors: NewTop(TopErrors)}
	f.scanner = r.NewScanner(target, func(s soak.Signal) { f.signals = append(f.signals, s) })
	return f
}

// Line scans one line.
func (f *Feed) Line(l soak.Line) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scanner.Line(l)
	f.errors.Line(l)
	f.last = l.At
}

// Take returns the signals found and the span read since the last call. A span
// is told together with every signal in it, so that a run that was killed can go
// on behind the last span; while a hit waits for the lines after it, for some
// seconds at most, nothing is told.
func (f *Feed) Take() soak.Batch {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	if !f.scanner.Expire(now) {
		if f.held.IsZero() {
			f.held = now
		}
		if now.Sub(f.held) < followWithin {
			return soak.Batch{}
		}
		f.scanner.Flush() // the next hit comes before the last one has its lines
	}
	f.held = time.Time{}
	if now.Sub(f.told) >= errorsEvery {
		f.told = now
		f.tellErrors()
	}
	return f.take()
}

// Flush is Take at the end of the log: nothing is held back.
func (f *Feed) Flush() soak.Batch {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scanner.Flush()
	f.tellErrors()
	return f.take()
}

func (f *Feed) tellErrors() {
	for _, l := range f.errors.Take() {
		f.signals = append(f.signals, soak.Signal{At: f.last, Target: f.target, Name: soak.ErrorSignal, Count: int(l.Count), Text: l.Text})
	}
}

func (f *Feed) take() soak.Batch {
	b := soak.Batch{Signals: f.signals}
	f.signals = nil
	if span := f.scanner.Span(); span.Lines > 0 {
		b.Logs = []soak.LogSpan{span}
	}
	return b
}
