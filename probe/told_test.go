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
		{"a life that nobody saw", func() { compare(); engine(true, 5000, 4000); compare(); engine(true, 7000, 6000); compare() }, 3},
		{"and its event afterwards", func() { dies(6000) }, 3},
		{"and the end of the one after", func() { dies(8000) }, 4},
	} {
		if step.do(); len(exits) != step.want {
			t.Errorf("%s: %d ends are told, want %d: %v", step.name, len(exits), step.want, exits)
		}
	}
}
