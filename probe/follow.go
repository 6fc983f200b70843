package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"leakcheck/soak"
)

// followRetry is how long Follow waits, at most, to look again for a log that
// has ended or cannot be had.
const followRetry = 2 * time.Second

// Follow delivers the log from since on until ctx ends: both streams, through
// restarts, rotation, lost connections and re-creation under the same name, no
// line twice. It emits a gap only when lines may be missing. Lines are cut
// after 1 MiB. The error says that the container's log driver keeps nothing
// that could be read.
func (c *Container) Follow(ctx context.Context, since time.Time, line func(soak.Line), emit func(soak.Event)) error {
	ears, leave := c.e.hub.listen()
	defer leave()
	f := &follower{c: c, memory: newLogMemory(since), joiner: joiner{line: line}, emit: func(e soak.Event) { e.Target = c.name; emit(e) }}
	defer f.joiner.flush()
	for ctx.Err() == nil {
		if err := f.read(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-ears.wake:
			ears.take()
		case <-time.After(followRetry):
		}
	}
	return nil
}

// follower is a log on its way through reconnections.
type follower struct {
	c      *Container
	memory *logMemory
	joiner joiner
	emit   func(soak.Event)
	id     string
	cut    bool // the last reading ended before the log did
	warned bool
}

// read reads one log to its end or until it breaks off. Its error is for good.
func (f *follower) read(ctx context.Context) error {
	if err := f.c.refresh(ctx); err != nil {
		return nil // gone or unavailable for now: Watch tells
	}
	now := f.c.seen()
	if now.LogDriver == "none" {
		return fmt.Errorf("container %s has the log driver %q, which keeps nothing: its log cannot be read", f.c.name, now.LogDriver)
	}
	f.meet(now)
	f.memory.restart()
	err := errNotLocal
	if !f.c.e.remote && now.LogDriver == "json-file" {
		err = f.fromFile(ctx, now)
	}
	if errors.Is(err, errNotLocal) {
		err = f.fromAPI(ctx, now)
	}
	f.cut = err != nil
	if err == nil {
		f.joiner.flush()
	}
	if unsupported(err) {
		return fmt.Errorf("container %s has the log driver %q, which the engine cannot read back: its log cannot be read", f.c.name, now.LogDriver)
	}
	return nil
}

// meet notices that another container stands under the name: its log is
// another one, and the end of the old one is lost unless it was read.
func (f *follower) meet(now facts) {
	if f.id != "" && f.id != now.ID {
		f.joiner.flush()
		last := f.memory.last()
		f.memory = newLogMemory(time.Time{})
		if f.cut {
			f.gap(last, time.Now(), "the old container's log could not be read to its end")
		}
	}
	f.id = now.ID
}

// deliver passes a message on unless it was seen before.
func (f *follower) deliver(m message) {
	last := f.memory.last()
	fresh, gap := f.memory.fresh(m)
	if gap {
		f.gap(last, m.at, "the engine does not hold the log in between any more")
	}
	if fresh {
		f.joiner.add(m)
	}
}

func (f *follower) gap(from, to time.Time, why string) {
	f.joiner.flush()
	e := soak.Event{At: to, Kind: soak.EventGap, Text: "log lines may be missing: " + why}
	if !from.IsZero() {
		e.Duration = to.Sub(from)
		e.Text = fmt.Sprintf("log lines may be missing between %s and %s: %s", from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339), why)
	}
	f.emit(e)
}

// fromAPI reads the engine's stream. A nil error is a clean end: the
// container's own.
func (f *follower) fromAPI(ctx context.Context, now facts) error {
	tail, err := f.c.coverage(ctx, now, f.memory.horizon())
	if err != nil {
		return err
	}
	body, err := f.c.logs(ctx, now.ID, f.memory.horizon(), tail, true)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	frames := newFrameReader(body, now.tty)
	for {
		m, err := frames.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		f.deliver(m)
	}
}
