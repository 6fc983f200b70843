package probe

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/docker/docker/api/types/events"

	"leakcheck/soak"
)

// TestAnEndIsToldOnce lets the engine's state show an end before its event
// comes, as it does when the engine is busy, and another life and end after.
func TestAnEndIsToldOnce(t *testing.T) {
	at := func(second int) time.Time { return time.Unix(int64(second), 0).UTC() }
	var running bool
	var started, finished time.Time
	e := connect(t, map[string]http.HandlerFunc{"/containers/": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"Id": "a", "Name": "/n", "HostConfig": {}, "Config": {}, "State": {"Running": %v, "ExitCode": 7, "StartedAt": %q, "FinishedAt": %q}}`,
			running, started.Format(time.RFC3339Nano), finished.Format(time.RFC3339Nano))
	}})
	engine := func(r bool, from, to int) { running, started, finished = r, at(from), at(to) }
	var exits []time.Time
	w := &watcher{c: newContainer(e, "n"), emit: func(e soak.Event) {
		if e.Kind == soak.EventExit {
			exits = append(exits, e.At)
		}
	}}
	compare := func() {
		t.Helper()
		if !w.compare(t.Context()) {
			t.Fatal("the engine did not answer")
		}
	}
	doubts := func() {
		t.Helper()
		if w.compare(t.Context()) {
			t.Fatal("an end whose event may be on its way was told at once")
		}
	}
	dies := func(second int) {
		m := events.Message{Action: events.ActionDie, Actor: events.Actor{ID: "a", Attributes: map[string]string{"exitCode": strconv.Itoa(7)}}}
		w.hear(t.Context(), notice{event: m, at: at(second)})
	}
	engine(true, 1000, 0)
	w.known = facts{State: State{ID: "a", Name: "n", Running: true, Started: at(1000)}}
	compare()
	for _, step := range []struct {
		name string
		do   func()
		want int
	}{
		{"its state shows the end", func() { engine(false, 1000, 2000); compare() }, 1},
		{"then the event comes", func() { dies(2001) }, 1},
		{"another life ends", func() { engine(true, 3000, 2000); compare(); engine(false, 3000, 4000); dies(4000) }, 2},
		{"a life whose end nobody saw", func() { compare(); engine(true, 5000, 4000); compare(); engine(true, 7000, 6000); doubts() }, 2},
		{"and no event of it comes", func() { compare() }, 3},
		{"but afterwards", func() { dies(6000) }, 3},
		{"the end of the one after is seen late", func() { engine(true, 9000, 8000); doubts() }, 3},
		{"and its event comes", func() { dies(8000); compare() }, 4},
		{"and the end of the last", func() { dies(10000) }, 5},
		{"a life is over, and another begun, when the word of its start comes", func() { engine(true, 13000, 12000); compare(); dies(12000) }, 6},
		{"and the end of that", func() { dies(14000) }, 7},
	} {
		if step.do(); len(exits) != step.want {
			t.Errorf("%s: %d ends are told, want %d: %v", step.name, len(exits), step.want, exits)
		}
	}
}

// TestAKillIsExplainedWhenTheOOMIsKnown lets the word of the OOM kill come
// before the exit, after it, and not at all.
func TestAKillIsExplainedWhenTheOOMIsKnown(t *testing.T) {
	e := connect(t, map[string]http.HandlerFunc{"/containers/": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"Id": "a", "Name": "/n", "HostConfig": {}, "Config": {}, "State": {"ExitCode": 137, "StartedAt": "2026-01-01T00:00:00Z"}}`)
	}})
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	happens := func(w *watcher, action events.Action, after time.Duration) {
		m := events.Message{Action: action, Actor: events.Actor{ID: "a", Attributes: map[string]string{"exitCode": "137"}}}
		w.hear(t.Context(), notice{event: m, at: began.Add(time.Hour + after)})
	}
	for name, tt := range map[string]struct {
		first, then events.Action
		oom         bool
	}{
		"before": {events.ActionOOM, events.ActionDie, true},
		"after":  {events.ActionDie, events.ActionOOM, true},
		"never":  {events.ActionDie, "", false},
	} {
		var told []soak.Event
		w := &watcher{c: newContainer(e, "n"), emit: func(e soak.Event) { told = append(told, e) }}
		w.known = facts{State: State{ID: "a", Name: "n", Running: true, Started: began}}
		happens(w, tt.first, 0)
		if held := w.due != nil; held != (tt.first == events.ActionDie) {
			t.Errorf("%s: the exit is held back: %v", name, held)
		}
		happens(w, tt.then, 150*time.Millisecond)
		w.release()
		if len(told) != 1 || told[0].Exit.OOMKilled != tt.oom || told[0].Text != ExplainExit(137, tt.oom) {
			t.Errorf("%s: %+v", name, told)
		}
		if ooms := len(w.c.pending); (ooms == 1) != tt.oom {
			t.Errorf("%s: %d OOM kills are told", name, ooms)
		}
	}
}
