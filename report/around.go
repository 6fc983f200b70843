package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"leakcheck/soak"
)

// coincides lists the signals and events that began near the onset of growth.
// They are never called its cause: nothing here was proven.
func (v *View) coincides(t *Target) string {
	m := t.Memory
	if m.Since == nil || m.Leak != soak.LeakYes || within(*m.Since, v.Report.Run.Started, time.Minute+seconds(v.Report.Run.Duration/100)) {
		return "" // everything begins when the run begins
	}
	near := max(2*time.Minute, v.End.Sub(*m.Since)/20)
	var parts []string
	for _, s := range v.Report.Signals {
		if (s.Target == t.Name || s.Target == "") && s.First != nil && within(*s.First, *m.Since, near) {
			parts = append(parts, s.Name+" x"+number(int64(s.Count)))
		}
	}
	for _, e := range v.Report.Events {
		if (e.Target == t.Name || e.Target == "") && coincident[e.Kind] && within(e.At, *m.Since, near) {
			parts = append(parts, e.Text)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	if len(parts) > mostWith {
		parts = append(parts[:mostWith], fmt.Sprintf("%d more", len(parts)-mostWith))
	}
	return strings.Join(parts, ", ") + "; unproven"
}

// mostWith keeps the line short; signals and events have sections of their own.
const mostWith = 2

// coincident are the kinds of events worth naming beside an onset.
var coincident = map[soak.EventKind]bool{
	soak.EventHealth: true, soak.EventDeath: true, soak.EventLimit: true, soak.EventUnpause: true,
	soak.EventPhase: true, soak.EventEngine: true, soak.EventClock: true, soak.EventProbe: true,
}

// previousLife says how the life before this one went.
func (v *View) previousLife(t *Target) string {
	var ended, oom *soak.Event
	for i := range v.Report.Events {
		e := &v.Report.Events[i]
		if e.Target != t.Name {
			continue
		}
		switch e.Kind {
		case soak.EventExit, soak.EventDeath:
			ended = e
		case soak.EventOOM:
			oom = e
			if ended == nil {
				ended = e
			}
		}
	}
	if ended == nil {
		return ""
	}
	text := v.Clock(ended.At) + ": " + ended.Text
	if ended.Exit != nil && !strings.Contains(ended.Text, "exit") {
		text += fmt.Sprintf(" (exit %d)", ended.Exit.Code)
	}
	killed := oom != nil && within(oom.At, ended.At, oomNear)
	if (killed || ended.Exit != nil && ended.Exit.OOMKilled) && !strings.Contains(strings.ToLower(text), "memory") && !strings.Contains(text, "OOM") {
		text += ", killed for memory"
	}
	return text + v.lifeBefore(t, ended.At)
}

// lifeBefore adds how long that life was and how high it came.
func (v *View) lifeBefore(t *Target, end time.Time) string {
	if t.Series == nil {
		return ""
	}
	lives := t.Series.Lives
	for _, l := range slices.Backward(lives) {
		if !l.From.After(end) && within(l.To, end, 5*time.Minute) {
			return ", after " + span(end.Sub(l.From)) + ", peak " + soak.FormatBytes(float64(l.Peak))
		}
	}
	return ""
}

// oomNear is how far a kill for memory may lie from the end that it explains.
const oomNear = 10 * time.Second

// answers says whether the node answers, from the newest thing that knows.
func (v *View) answers(t *Target) (string, Tone) {
	text, tone := v.healthRequests()
	for _, e := range slices.Backward(v.Report.Events) {
		if e.Target != t.Name && e.Target != "" {
			continue
		}
		if e.Kind == soak.EventProbe || e.Kind == soak.EventHealth {
			if text != "" && tone == Plain && !within(e.At, v.End, recent) {
				return text, tone // what happened long ago is among the events
			}
			if text != "" {
				text += "; "
			}
			return text + e.Text + " (" + v.Clock(e.At) + ")", tone
		}
	}
	if text == "" && t.Info.Health != "" {
		return "health check says " + t.Info.Health, tone
	}
	return text, tone
}

// recent is how new an event must be to stand on the first screen.
const recent = 15 * time.Minute

// healthRequests sums up the requests to the health path.
func (v *View) healthRequests() (string, Tone) {
	for _, s := range v.Report.Load.Scenarios {
		if s.Name != soak.HealthScenario || s.Requests == 0 {
			continue
		}
		var failed int64
		for _, n := range s.Errors {
			failed += n
		}
		ended := s.Requests - s.Open
		if ended == 0 {
			return "has not answered its " + plural(s.Requests, "health request") + " yet", Caution
		}
		text := fmt.Sprintf("answered %s of %s health requests, p95 %s", number(ended-failed), number(ended), millis(s.P95))
		switch {
		case failed == ended:
			return text, Bad
		case failed > 0:
			return text, Caution
		}
		return text, Plain
	}
	return "", Plain
}

// shorten cuts a text to at most n characters.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
