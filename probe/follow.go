package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/events"

	"leakcheck/soak"
)

// followEvery is how often the log is asked for through the API, and how long
// Follow waits at most to look again for a log that cannot be had.
const followEvery = 2 * time.Second

// Follow delivers the log from since on until ctx ends: both streams, through
// restarts, rotation, lost connections and re-creation under the same name, no
// line twice. It emits a gap only when lines may be missing. Lines are cut
// after 1 MiB. The error says that the container's log driver keeps nothing
// that could be read.
func (c *Container) Follow(ctx context.Context, since time.Time, line func(soak.Line), emit func(soak.Event)) error {
	ears, leave := c.e.hub.listen()
	defer leave()
	f := &follower{c: c, ears: ears, memory: newLogMemory(c.logSince(since)), joiner: joiner{line: notBefore(since, line)}, look: true, emit: func(e soak.Event) { e.Target = c.name; emit(e) }}
	defer f.joiner.flush()
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := f.read(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-ears.wake:
			f.hear(ears.take())
		case <-tick.C:
		}
	}
	return nil
}

// restartDelay is the least time between two lives that a restart policy makes.
const restartDelay = 100 * time.Millisecond

// logSince is from when on the log belongs to the life that began at a time, if
// one did: the engine notes a start only when the process may have written
// already.
func (c *Container) logSince(since time.Time) time.Time {
	f := c.seen()
	switch {
	case since.IsZero() || !since.Equal(f.Started):
		return since
	case f.Finished.IsZero():
		return time.Time{}
	case f.Finished.After(f.Started): // it has ended: when the life before did is not known any more
		return since.Add(-restartDelay)
	}
	return f.Finished.Add(1)
}

// notBefore gives lines that are older than the start they belong to the time
// of that start.
func notBefore(start time.Time, line func(soak.Line)) func(soak.Line) {
	return func(l soak.Line) {
		if l.At.Before(start) {
			l.At = start
		}
		line(l)
	}
}

// follower is a log on its way through lives, rotations and lost connections.
type follower struct {
	c      *Container
	ears   *listener
	memory *logMemory
	joiner joiner
	emit   func(soak.Event)
	id     string
	look   bool // ask for the container before its log
	ended  bool // the container has ended
	whole  bool // and its log has been read since
	tail   int  // how many messages are asked for; 0 before the first time
}

// hear notes what concerns the log.
func (f *follower) hear(notices []notice) {
	for _, n := range notices {
		ours := n.event.Actor.ID == f.id
		if n.kind != noticeEvent || ours || n.event.Actor.Attributes["name"] == f.c.name {
			f.look = true
		}
		if ours {
			switch n.event.Action {
			case events.ActionDie:
				f.ended = true
			case events.ActionStart:
				f.ended, f.whole = false, false
			}
		}
	}
}

// read reads what there is. Its error is for good.
func (f *follower) read(ctx context.Context) error {
	if f.look && f.c.refresh(ctx) != nil {
		return nil // gone or unavailable for now: Watch tells
	}
	now := f.c.seen()
	if now.LogDriver == "none" {
		return fmt.Errorf("container %s has the log driver %q, which keeps nothing: its log cannot be read", f.c.name, now.LogDriver)
	}
	f.meet(now)
	err := errNotLocal
	if !f.c.e.remote && now.LogDriver == "json-file" {
		err = f.fromFile(ctx, now)
	}
	if errors.Is(err, errNotLocal) {
		err = f.fromAPI(ctx, now)
	}
	f.look = err != nil || f.ended
	f.whole = f.whole || (err == nil && f.ended)
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
		f.memory, f.tail = newLogMemory(time.Time{}), 0
		if !f.whole {
			f.gap(last, time.Now(), "the old container's log could not be read to its end")
		}
		f.ended, f.whole = false, false
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
	e := soak.Event{At: to, Kind: soak.EventLogGap, Text: "log lines may be missing: " + why}
	if !from.IsZero() {
		e.Duration = to.Sub(from)
		e.Text = fmt.Sprintf("log lines may be missing between %s and %s: %s", from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339), why)
	}
	f.emit(e)
}
