package cmd

import (
	"context"
	"sync"
	"time"

	"leakcheck/probe"
	"leakcheck/soak"
	"leakcheck/soak/logscan"
	"leakcheck/soak/runner"
)

// newestSlice is how much of a log is read before anything is shown.
const newestSlice = 64_000_000

// backlog is a container whose log is read from its end backwards: the newest
// slice first, then the rest within the budget, then what comes. It is also a
// part of the run that is asked for what it found in the older part.
type backlog struct {
	soak.Target
	log    log
	name   string
	budget int64
	older  *logscan.Feed

	mu     sync.Mutex
	newest bool // has been read
	whole  bool // all that the budget allows has been read
	first  time.Time
	last   time.Time
	// skipped is how many bytes before first were passed over.
	skipped int64
}

// log is a log that can be read back.
type log interface {
	Recent(ctx context.Context, since time.Time, budget int64, line func(soak.Line)) (soak.LogSpan, error)
}

// backlog makes a target's log be read backwards; nil when it is left alone.
func (v *verification) backlog(n node, t *runner.Target) *backlog {
	c, ok := n.Target.(*probe.Container)
	if !ok || t.Scanner == nil {
		return nil
	}
	rules, err := logscan.Compile(n.profile.Signals)
	if err != nil {
		return nil // the same rules were compiled for the target's own scanner
	}
	b := &backlog{Target: c, log: c, name: t.Name, budget: v.budget, older: rules.NewFeed(t.Name, time.Now)}
	v.feeds = append(v.feeds, b.older)
	return b
}

// Follow reads what there is, then follows.
func (b *backlog) Follow(ctx context.Context, since time.Time, line func(soak.Line), emit func(soak.Event)) error {
	err := b.read(ctx, since, line)
	b.mu.Lock()
	b.newest, b.whole = true, true
	last := b.last
	b.mu.Unlock()
	if err != nil || ctx.Err() != nil {
		return err
	}
	if !last.IsZero() {
		since = last.Add(time.Nanosecond)
	}
	return b.Target.Follow(ctx, since, line, emit)
}

// read delivers the newest slice, then the rest of the budget to the older feed.
func (b *backlog) read(ctx context.Context, since time.Time, line func(soak.Line)) error {
	span, err := b.log.Recent(ctx, since, min(b.budget, newestSlice), func(l soak.Line) {
		b.note(l.At)
		line(l)
	})
	b.mu.Lock()
	b.newest, b.skipped = true, span.Skipped
	first := b.first
	b.mu.Unlock()
	if err != nil || span.Skipped == 0 || b.budget <= newestSlice {
		return err
	}
	return b.readOlder(ctx, since, first)
}

// readOlder reads from where the budget ends up to what has been read.
func (b *backlog) readOlder(ctx context.Context, since, first time.Time) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	met := false
	span, err := b.log.Recent(ctx, since, b.budget, func(l soak.Line) {
		if met = met || !l.At.Before(first); met {
			stop()
			return
		}
		b.note(l.At)
		b.older.Line(l)
	})
	if met {
		err = nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.skipped = span.Skipped
	return err
}

// note keeps the times of the first and the last line.
func (b *backlog) note(at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.first.IsZero() || at.Before(b.first) {
		b.first = at
	}
	if at.After(b.last) {
		b.last = at
	}
}

func (b *backlog) newestRead() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.newest
}

func (b *backlog) isRead() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.whole
}

// Run waits for the end: reading is Follow's.
func (b *backlog) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Stop does nothing: a backlog sends nothing.
func (b *backlog) Stop(string) {}

// Take returns what the older part of the log said.
func (b *backlog) Take() soak.Batch { return b.older.Take() }
