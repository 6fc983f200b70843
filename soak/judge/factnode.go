package judge

import (
	"fmt"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// node answers node.NAME.
func (f *facts) node(name string) checklist.Fact {
	h := &f.w.happenings
	switch name {
	case "availability":
		return f.availability()
	case "response_p95":
		return f.latency(f.w.load[soak.HealthScenario], soak.HealthScenario, 95)
	}
	if f.t.samples == 0 && f.j.events.empty() {
		return checklist.Missing("nothing could be seen of " + f.t.info.Name)
	}
	switch name {
	case "restarts":
		return checklist.Fact{Value: h.restartCount(), Note: f.first(soak.EventLife, h.restartCount())}
	case "exits":
		return checklist.Fact{Value: float64(h.exits), Note: f.first(soak.EventExit, float64(h.exits))}
	case "deaths":
		return f.deaths()
	case "oom_kills":
		return f.oomKills()
	case "running":
		return f.running()
	case "up":
		return f.up()
	}
	return f.health()
}

// deaths counts the processes that died inside, and the main process if it
// ended in trouble for good: what is dead has no less to explain.
func (f *facts) deaths() checklist.Fact {
	h := &f.w.happenings
	n := float64(h.deaths)
	x := checklist.Fact{Value: n, Note: f.first(soak.EventDeath, n)}
	if h.died() {
		x.Value, x.Note = n+1, joinNotes(x.Note, "its main process ended")
		if h.ended.Exit != nil {
			x.Note += fmt.Sprintf(" with exit code %d", h.ended.Exit.Code)
		}
	}
	return f.watched(x)
}

// running reports whether the main process runs. A command that did its work
// and ended is not a node that fell.
func (f *facts) running() checklist.Fact {
	h := &f.w.happenings
	if f.t.info.Kind == "process" && h.finished() {
		return checklist.Fact{Value: true, Note: "until it ended: exit 0"}
	}
	if f.t.samples == 0 && !h.stopped {
		return checklist.Missing("nobody saw it run")
	}
	return checklist.Truth(!h.stopped)
}

// health is the engine's last word in the window, or what it said when the
// target was described.
func (f *facts) health() checklist.Fact {
	switch {
	case f.w.happenings.health != "":
		return checklist.Text(f.w.happenings.health)
	case f.late():
		return checklist.Fact{Missing: "nobody watched the health check in this window", Closed: true}
	case f.t.info.Health != "":
		return checklist.Text(f.t.info.Health)
	}
	return checklist.Fact{Value: "none", Note: "the engine runs no health check"}
}

// first says when the first of its kind was.
func (f *facts) first(kind soak.EventKind, n float64) string {
	at, ok := f.w.happenings.first[kind]
	if !ok || n == 0 {
		return ""
	}
	return "first " + f.when(at)
}

// oomKills counts the kernel's kills. Those of a life before anybody looked
// are known from the kernel's counter; without one nothing is known of them.
func (f *facts) oomKills() checklist.Fact {
	n := f.w.oomCount()
	x := checklist.Fact{Value: n, Note: f.first(soak.EventOOM, n)}
	if !f.t.lives.ooms.known {
		return f.watched(x)
	}
	if earlier := f.t.lives.ooms.first; earlier > 0 && f.w.span.From == 0 {
		x.Value = n + float64(earlier)
		x.Note = joinNotes("some before the first sample", x.Note)
	}
	return x
}

// watched makes a count of events honest: what happened before anybody
// watched left no trace.
func (f *facts) watched(x checklist.Fact) checklist.Fact {
	if f.late() {
		x.Bound, x.Missing, x.Closed = checklist.AtLeast, "nobody watched when the window began", true
	}
	return x
}

// up is how long the present life lasts at the window's end.
func (f *facts) up() checklist.Fact {
	h := &f.w.happenings
	if h.stopped {
		return checklist.Fact{Value: 0.0, Note: "it does not run"}
	}
	began := h.lifeBegan
	if began.IsZero() {
		began = orElse(f.t.info.Started, f.t.start)
	}
	if began.IsZero() || began.After(f.to) {
		return checklist.Missing("it is not known when the node was started")
	}
	return checklist.Number(f.to.Sub(began).Round(time.Second).Seconds())
}
