package probe

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"

	"leakcheck/soak"
)

const (
	// catchUp is how long after a reconnection the engine's replayed events are
	// awaited before its present state is compared with what they told.
	catchUp = 500 * time.Millisecond
	// oomLate is how long after an exit by SIGKILL the engine's word of an OOM
	// kill is awaited: where the machine is busy it comes up to 0.2 s later,
	// and the state of the container never learns of it.
	oomLate = time.Second
	// oomNear is how long before an exit an OOM kill may lie that caused it.
	oomNear = 3 * time.Second
)

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
	// ended is when the life began whose end was told before the engine's event
	// of it came.
	ended time.Time
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

// died tells an exit. The engine knows of an OOM kill until the next start.
func (w *watcher) died(ctx context.Context, n notice) {
	w.c.invalidate()
	if n.at.Before(w.known.Started) || !w.known.Running && w.ended.Equal(w.known.Started) {
		return // comparing has told it
	}
	code, err := strconv.Atoi(n.event.Actor.Attributes["exitCode"])
	e := soak.Event{At: n.at, Kind: soak.EventExit, Text: "ended"}
	if err == nil {
		e.Exit = &soak.Exit{Code: code}
		if f, err := w.c.e.inspect(ctx, w.known.ID); err == nil && f.Started.Equal(w.known.Started) {
			e.Exit.OOMKilled = f.OOMKilled
		}
	}
	w.known.Running = false
	w.exit(e)
}

// exit tells an exit, one by SIGKILL only when it is known who killed.
func (w *watcher) exit(e soak.Event) {
	w.release()
	w.held = &e
	if e.Exit != nil && e.Exit.Code == 137 && !e.Exit.OOMKilled && !w.c.oomSince(e.At.Add(-oomNear)) {
		w.due = time.After(oomLate)
		return
	}
	w.release()
}

// release tells the exit that is held back, if one is.
func (w *watcher) release() {
	e := w.held
	if e == nil {
		return
	}
	w.held, w.due = nil, nil
	if x := e.Exit; x != nil {
		x.OOMKilled = x.OOMKilled || w.c.oomSince(e.At.Add(-oomNear)) && x.Code == 137
		e.Text = ExplainExit(x.Code, x.OOMKilled)
		if x.OOMKilled && x.Code == 137 {
			w.c.tellOOM(e.At, e.At, "the kernel killed for memory inside the container")
		}
	}
	w.emit(*e)
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
			w.ended = w.known.Started
			w.exit(e)
		} else {
			w.emit(e)
		}
	}
	w.known, w.removed = now, false
	return true
}

// changes lists what must have happened between two states. now is the time of
// what the engine keeps no time of.
func changes(old, f facts, now time.Time) []soak.Event {
	var all []soak.Event
	tell := func(e soak.Event) { all = append(all, e) }
	if f.ID != old.ID {
		tell(soak.Event{At: now, Kind: soak.EventRecreate, Text: fmt.Sprintf("a new container (%.12s, image %s) stands under the name", f.ID, printable(f.image))})
		return append(all, moods(State{}, f, now)...)
	}
	if f.Started.Equal(old.Started) {
		if old.Running && !f.Running {
			tell(soak.Event{At: or(f.Finished, now), Kind: soak.EventExit, Exit: &soak.Exit{Code: f.ExitCode, OOMKilled: f.OOMKilled}})
		}
		all = append(all, moods(old.State, f, now)...)
	} else if old.Running {
		at := f.Finished
		if at.Before(old.Started) {
			at = f.Started.Add(-time.Nanosecond)
		}
		tell(soak.Event{At: at, Kind: soak.EventExit, Text: "ended and was started again while the engine could not be watched"})
	}
	if !f.Started.Equal(old.Started) {
		all = append(all, moods(State{}, f, now)...)
	}
	if f.Limit != old.Limit {
		tell(soak.Event{At: now, Kind: soak.EventLimit, Text: fmt.Sprintf("the memory limit was changed from %s to %s", limitText(old.Limit), limitText(f.Limit))})
	}
	if f.Name != old.Name {
		tell(soak.Event{At: now, Kind: soak.EventRename, Text: fmt.Sprintf("renamed from %s to %s", printable(old.Name), printable(f.Name))})
	}
	return all
}

// moods lists what has changed within a life; one that has just begun is
// neither paused nor has its health been told.
func moods(old State, f facts, now time.Time) (all []soak.Event) {
	if f.Running && old.Paused != f.Paused {
		kind, text := soak.EventPause, "paused: its processes are frozen"
		if !f.Paused {
			kind, text = soak.EventUnpause, "unpaused"
		}
		all = append(all, soak.Event{At: now, Kind: kind, Text: text})
	}
	if f.Health != old.Health && f.Health != "" && (f.Health != "starting" || old.Health != "") {
		all = append(all, soak.Event{At: now, Kind: soak.EventHealth, Text: "health: " + printable(f.Health)})
	}
	return all
}

func limitText(n int64) string {
	if n <= 0 {
		return "none"
	}
	return soak.FormatBytes(float64(n))
}

func or(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}
