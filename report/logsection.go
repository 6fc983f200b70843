package report

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"leakcheck/soak"
)

// mostEvents is how many events a text shows; the newest tell the most.
const mostEvents = 20

// signals prints what the log said.
func (p *printer) signals(v *View) {
	if len(v.Report.Signals) == 0 {
		return
	}
	p.heading("Signals from the log")
	seen, silent := v.heard()
	var rows [][]string
	for _, s := range seen {
		last := signalValues(s)
		if last == "" {
			last = s.Text
		}
		first, end := "", ""
		if s.First != nil && s.Last != nil {
			first, end = v.Clock(*s.First), v.Clock(*s.Last)
		}
		rows = append(rows, []string{s.Name, number(int64(s.Count)), first, end, last})
	}
	p.table([]column{{name: "signal"}, {"hits", true}, {name: "first"}, {name: "last"}, {name: "last said"}}, rows)
	if len(silent) > 0 {
		p.labelled("  ", "never seen: ", 12, strings.Join(silent, ", "), Faint)
	}
}

// heard parts the signals that came from the names of those that never did.
func (v *View) heard() (seen []soak.SignalResult, silent []string) {
	for _, s := range v.Report.Signals {
		switch {
		case s.Count > 0:
			seen = append(seen, s)
		case !slices.Contains(silent, s.Name):
			silent = append(silent, s.Name)
		}
	}
	return seen, silent
}

// signalValues prints the captures of a rule's last hit.
func signalValues(s soak.SignalResult) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.Values)) {
		text := signalValue(s.Units[name], s.Values[name])
		if len(s.Values) > 1 || name != s.Name && name != "value" {
			text = Clean(name) + " " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// signalValue prints a captured number in its unit.
func signalValue(unit string, x float64) string {
	switch unit {
	case "bytes":
		return soak.FormatBytes(x)
	case "bytes per hour":
		return soak.FormatRate(x)
	case "seconds":
		if math.Abs(x) > 1e9 {
			return sig3(x) + " s"
		}
		return soak.Duration(x * float64(time.Second)).String()
	case "percent":
		return sig3(x) + " %"
	case "share":
		return sig3(100*x) + " %"
	}
	if x == float64(int64(x)) {
		return number(int64(x))
	}
	return sig3(x)
}

// events prints what happened, in order.
func (p *printer) events(v *View) {
	events := slices.DeleteFunc(slices.Clone(v.Report.Events), func(e soak.Event) bool {
		return e.Kind == soak.EventPlan && e.Duration == 0 // what was foretold; the end says what is so
	})
	if len(events) == 0 {
		return
	}
	p.heading("Events")
	if hidden := len(events) - mostEvents; hidden > 0 {
		p.line("  %s", p.paint.label(plural(int64(hidden), "earlier event")+" not shown"))
		events = events[hidden:]
	}
	for _, e := range events {
		p.labelled("  ", pad(v.Clock(e.At), 9)+" "+string(e.Kind), 21, v.eventText(e), eventTone(e.Kind))
	}
}

// eventText is an event's sentence, with its container where there are several.
func (v *View) eventText(e soak.Event) string {
	if e.Target == "" || len(v.Targets) < 2 || strings.HasPrefix(e.Text, e.Target+":") {
		return e.Text
	}
	return e.Target + ": " + e.Text
}

func eventTone(k soak.EventKind) Tone {
	switch k {
	case soak.EventOOM, soak.EventDeath, soak.EventExit, soak.EventRemove:
		return Bad
	case soak.EventBrake, soak.EventGap, soak.EventLogGap, soak.EventClock, soak.EventEngine, soak.EventWarning, soak.EventInterrupt, soak.EventRecreate:
		return Caution
	}
	return Plain
}
