package probe

import (
	"context"
	"slices"
	"strconv"
	"time"

	"leakcheck/soak"
)

const (
	// oomLate is how long after an exit by SIGKILL the engine's word of an OOM
	// kill is awaited: where the machine is busy it comes up to 0.2 s later,
	// and the state of the container never learns of it.
	oomLate = time.Second
	// oomNear is how long before an exit an OOM kill may lie that caused it.
	oomNear = 10 * time.Second
	// sameEnd and eventLate are how long before and after the end that the
	// engine's state shows its event of that end may lie.
	sameEnd   = time.Second
	eventLate = 10 * time.Second
)

// died tells an exit. The engine knows of an OOM kill until the next start.
func (w *watcher) died(ctx context.Context, n notice) {
	w.c.invalidate()
	if w.told(n.at) {
		return
	}
	code, err := strconv.Atoi(n.event.Actor.Attributes["exitCode"])
	e := soak.Event{At: n.at, Kind: soak.EventExit, Text: "ended"}
	if err == nil {
		e.Exit = &soak.Exit{Code: code}
		if f, err := w.c.e.inspect(ctx, w.known.ID); err == nil && f.Started.Equal(w.known.Started) {
			e.Exit.OOMKilled = f.OOMKilled
		}
	}
	if !n.at.Before(w.known.Started) { // else it is of a life that ended before this one was seen
		w.known.Running = false
	}
	w.exit(e)
}

// told reports whether comparing has told an end already, whose event comes now.
func (w *watcher) told(at time.Time) bool {
	i := slices.IndexFunc(w.ahead, func(t time.Time) bool { return t.Sub(at) < sameEnd && at.Sub(t) < eventLate })
	if i < 0 {
		return false
	}
	w.ahead = slices.Delete(w.ahead, i, i+1)
	return true
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
		known := w.c.oomSince(e.At.Add(-oomNear))
		x.OOMKilled = x.OOMKilled || known && x.Code == 137
		e.Text = ExplainExit(x.Code, x.OOMKilled)
		if x.OOMKilled && x.Code == 137 && !known {
			w.c.tellOOM(e.At, e.At, "the kernel killed for memory inside the container")
		}
	}
	w.emit(*e)
}
