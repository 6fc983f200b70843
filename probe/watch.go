package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"

	"leakcheck/soak"
)

// catchUp is how long after a reconnection the engine's replayed events are
// awaited before its present state is compared with what they told.
const catchUp = 500 * time.Millisecond

// Watch reports what happens to the container until ctx ends: exits with their
// codes explained, deaths and OOM kills inside, health, pauses, renames, new
// containers under the same name, changed limits, and the engine being lost
// and back. It tells nothing of the state it finds at first. That a life
// begins shows in Started of the samples.
func (c *Container) Watch(ctx context.Context, emit func(soak.Event)) error {
	ears, leave := c.e.hub.listen()
	defer leave()
	w := &watcher{c: c, known: c.seen(), emit: func(e soak.Event) { e.Target = c.name; emit(e) }}
	compare := time.NewTimer(time.Hour)
	defer compare.Stop()
	for {
		select {
		case <-ctx.Done():
			w.release()
			return nil
		case e := <-c.pending:
			w.emit(e)
		case <-w.due:
			w.release()
		case <-ears.wake:
			for _, n := range ears.take() {
				if w.hear(ctx, n) {
					compare.Reset(catchUp)
				}
			}
		case <-compare.C:
			if !w.compare(ctx) {
				compare.Reset(retryMax)
			}
		}
	}
}

// watcher turns notices into events. known is what has been told so far.
type watcher struct {
	c       *Container
	emit    func(soak.Event)
	known   facts
	removed bool
	// held is an exit by SIGKILL that waits, until due, for the word of an OOM kill.
	held *soak.Event
	due  <-chan time.Time
	// doubted is when the life began whose unseen end was left for the engine's
	// event to tell.
	doubted time.Time
	// ahead are ends that were told before the engine's events of them came.
	ahead []time.Time
}

// hear handles one notice and reports whether the state must be compared soon.
func (w *watcher) hear(ctx context.Context, n notice) bool {
	switch n.kind {
	case noticeLost:
		w.emit(soak.Event{At: n.at, Kind: soak.EventEngine, Text: "the engine was lost: " + n.err.Error()})
	case noticeBack:
		w.emit(soak.Event{At: n.at, Kind: soak.EventEngine, Duration: n.gap, Text: fmt.Sprintf("the engine is back after %s", n.gap.Round(time.Millisecond))})
		w.c.invalidate()
		return true
	case noticeResync:
		w.c.invalidate()
		return true
	case noticeEvent:
		if n.event.Actor.ID == w.known.ID {
			return w.happened(ctx, n)
		}
		if n.event.Actor.Attributes["name"] == w.c.name && n.event.Action != events.ActionDestroy {
			w.c.invalidate()
			return !w.compare(ctx)
		}
	}
	return false
}

// happened handles an event of the container itself, which comparing may have
// told before it came.
func (w *watcher) happened(ctx context.Context, n notice) bool {
	action, detail, _ := strings.Cut(string(n.event.Action), ": ")
	tell := func(news bool, kind soak.EventKind, text string) {
		if news {
			w.emit(soak.Event{At: n.at, Kind: kind, Text: text})
		}
	}
	switch events.Action(action) {
	case events.ActionDie:
		w.died(ctx, n)
	case events.ActionOOM:
		w.c.tellOOM(n.at, n.at, "the kernel killed for memory inside the container")
		w.release()
	case events.ActionPause:
		tell(!w.known.Paused, soak.EventPause, "paused: its processes are frozen")
		w.known.Paused = true
	case events.ActionUnPause:
		tell(w.known.Paused, soak.EventUnpause, "unpaused")
		w.known.Paused = false
	case events.ActionHealthStatus:
		tell(w.known.Health != detail, soak.EventHealth, "health: "+printable(detail))
		w.known.Health = detail
	case events.ActionDestroy:
		tell(!w.removed, soak.EventRemove, "the container was removed")
		w.removed, w.known.Running = true, false
		w.c.invalidate()
	case events.ActionRename:
		w.renamed(n.event.Actor.Attributes["name"], n.at)
		return true
	case events.ActionStart, events.ActionUpdate:
		w.c.invalidate()
		return !w.compare(ctx)
	}
	return false
}

func (w *watcher) renamed(name string, at time.Time) {
	name = strings.TrimPrefix(name, "/")
	if name == w.known.Name {
		return
	}
	w.known.Name = name
	w.emit(soak.Event{At: at, Kind: soak.EventRename, Text: fmt.Sprintf("renamed to %s; it is followed until a new container stands under the name %s", printable(name), w.c.name)})
}

// compare tells what the engine's present state shows and no event told. It
// reports whether the engine answered.
func (w *watcher) compare(ctx context.Context) bool {
	err := w.c.refresh(ctx)
	switch {
	case errors.Is(err, soak.ErrGone):
		if !w.removed {
			w.removed, w.known.Running = true, false
			w.emit(soak.Event{At: time.Now(), Kind: soak.EventRemove, Text: "the container is gone"})
		}
		return true
	case err != nil:
		return false
	}
	now := w.c.seen()
	if unseen := now.ID == w.known.ID && w.known.Running && !now.Started.Equal(w.known.Started); unseen && !w.doubted.Equal(w.known.Started) {
		w.doubted = w.known.Started
		return false // the event of its end, which knows the exit code, may be on its way
	}
	for _, e := range changes(w.known, now, time.Now()) {
		if e.Kind == soak.EventExit {
			w.ahead = append(w.ahead[max(0, len(w.ahead)-8):], e.At) // events that never come are forgotten
			w.exit(e)
		} else {
			w.emit(e)
		}
	}
	w.known, w.removed = now, false
	return true
}
