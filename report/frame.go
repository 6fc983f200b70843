package report

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"time"

	"leakcheck/soak"
)

// FrameOptions say what a full-screen view shows.
type FrameOptions struct {
	TextOptions
	// Height is how many lines there are; at least 12 are used.
	Height int
	// Target chooses one of the view's targets by its number, modulo their count.
	Target int
	// Window is how much of the end of the curve is drawn; 0 is all of it.
	Window time.Duration
	// Help shows the keys in place of the curve.
	Help bool
	// Quit says in the help what q does.
	Quit string
}

// Frame renders one picture of a run that goes on: verdict so far, time left,
// curve with floor and forecast, what is due when, and the latest events. It
// returns exactly Height lines, none wider than Width.
func Frame(v *View, o FrameOptions) []string {
	o.Height = max(o.Height, 12)
	f := frame{v: v, o: o, p: newPrinter(o.TextOptions)}
	if n := len(v.Targets); n > 0 {
		f.t = v.Targets[(o.Target%n+n)%n]
	}
	return f.lines()
}

type frame struct {
	v *View
	o FrameOptions
	p *printer
	t *Target
}

func (f *frame) lines() []string {
	top := f.take(f.head)
	bottom := f.take(f.tail)
	keys := f.p.paint.label(f.keys())
	room := f.o.Height - len(top) - len(bottom) - 1
	if room < 7 && len(bottom) > 3 {
		bottom = bottom[:max(3, len(bottom)-(7-room))]
		room = f.o.Height - len(top) - len(bottom) - 1
	}
	middle := f.take(func() { f.middle(room) })
	for len(middle) < room {
		middle = append(middle, "")
	}
	all := append(top, middle[:max(0, room)]...)
	all = append(all, bottom...)
	for len(all) < f.o.Height-1 {
		all = append(all, "")
	}
	return append(all[:f.o.Height-1], keys)
}

// take runs a part and returns the lines that it printed.
func (f *frame) take(part func()) []string {
	f.p.out.Reset()
	part()
	var b bytes.Buffer
	_ = f.p.flush(&b) // a buffer takes all
	text := strings.TrimRight(b.String(), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// head is the verdict so far and the state of the run.
func (f *frame) head() {
	s := f.v.Headline
	if len(f.v.Targets) > 1 && f.t != nil {
		s.Text = fmt.Sprintf("%s (%d containers)", f.t.Verdict.Text, len(f.v.Targets))
		s.Tone = f.t.Verdict.Tone
	}
	if f.v.live() && f.v.Report.Run.Planned > f.v.Report.Run.Duration {
		s.Word = "so far"
	}
	f.p.statement(s)
	run := f.v.Report.Run
	state := f.p.progressBar(f.v) + elapsed(seconds(run.Duration))
	if run.Planned > 0 {
		state += " of " + elapsed(seconds(run.Planned))
		if left := run.Planned - run.Duration; left > 0 {
			state += ", " + span(seconds(left)) + " left"
		}
	}
	if load := f.v.loadLine(); load != "" {
		state += "  " + load
	}
	f.p.line("%s", fit(state, f.p.Width))
	for _, n := range f.v.Notes[:min(2, len(f.v.Notes))] {
		f.p.line("%s", f.p.paint.tone(n.Tone, fit(n.Word+": "+n.Text, f.p.Width)))
	}
	if f.t == nil {
		return
	}
	for _, fact := range f.t.Facts {
		switch fact.Label {
		case "wall", "memory", "settles":
			f.p.line("%s%s", f.p.paint.label(pad(fact.Label, 9)), f.p.paint.tone(fact.Tone, fit(fact.Text, f.p.Width-9)))
		}
	}
}

func (f *frame) middle(room int) {
	f.p.line("")
	switch {
	case f.o.Help:
		for _, l := range []string{"tab, left, right   another container", "w                  window: whole run, last hour, last ten minutes",
			"?                  this help", "q                  " + cmp.Or(f.o.Quit, "leave"), "Ctrl-C             interrupt"} {
			f.p.line("  %s", fit(l, f.p.Width-2))
		}
	case f.t != nil:
		f.curve(room - 1)
	}
}

func (f *frame) curve(room int) {
	shown, _ := f.t.Series.shown()
	from, to, ok := shown.Span()
	if !ok || room < 4 {
		f.p.line("  no curve yet")
		return
	}
	if f.o.Window > 0 {
		from = max(from, to-f.o.Window.Milliseconds())
	}
	f.p.plot(f.v, f.t, from, room-2)
}

// tail is the checklist in short, the latest signals and events.
func (f *frame) tail() {
	if f.t == nil {
		return
	}
	f.p.line("")
	if len(f.t.Windows) > 0 {
		f.p.line("%s%s", f.p.paint.label("checks   "), fit(f.t.Tally.String(), f.p.Width-9))
		f.checks()
	}
	most := max(2, f.o.Height/8)
	f.signals(most)
	events := f.v.Report.Events
	for i, e := range events[max(0, len(events)-most):] {
		label := ""
		if i == 0 {
			label = "events"
		}
		f.p.line("%s%s", f.p.paint.label(pad(label, 9)), f.p.paint.tone(eventTone(e.Kind), fit(f.v.Clock(e.At)+" "+f.v.eventText(e), f.p.Width-9)))
	}
}

// checks lists what failed, then what is due.
func (f *frame) checks() {
	left := max(3, f.o.Height/6)
	for _, o := range []soak.Outcome{soak.Fail, soak.Warn, soak.NotDue} {
		for _, l := range inShort(f.t.with(o)) {
			if left == 0 {
				return
			}
			left--
			mark := outcomeMark(o, f.p.Unicode)
			f.p.line("         %s", f.p.paint.tone(outcomeTone(o), fit(mark+" "+l, f.p.Width-9)))
		}
	}
}

// inShort is a line for each check; those that say the same of several windows
// share one, unless they are not due.
func inShort(checks []soak.CheckResult) []string {
	said := func(c soak.CheckResult) string { return strings.Trim(measured(c)+"; "+c.Evidence, "; ") }
	var out []string
	told := map[string]bool{}
	for i, c := range checks {
		what, text := said(c), c.Text
		shares := what != "" && c.Outcome != soak.NotDue
		if shares && told[what] {
			continue
		}
		told[what] = true
		more := 0
		for _, d := range checks[i+1:] {
			if shares && said(d) == what {
				more++
			}
		}
		if more > 0 {
			text += fmt.Sprintf(" (and %d more alike)", more)
		}
		if what != "" {
			text += ": " + what
		}
		out = append(out, text)
	}
	return out
}

func (f *frame) signals(most int) {
	seen, _ := f.v.heard()
	label := "signals"
	for _, s := range seen {
		if most == 0 || s.Target != f.t.Name && s.Target != "" {
			continue
		}
		most--
		said := signalValues(s)
		if said == "" {
			said = s.Text
		}
		f.p.line("%s%s", f.p.paint.label(pad(label, 9)), fit(s.Name+" x"+number(int64(s.Count))+", last "+f.v.Clock(*s.Last)+": "+said, f.p.Width-9))
		label = ""
	}
}

func (f *frame) keys() string {
	window := "whole run"
	if f.o.Window > 0 {
		window = "last " + span(f.o.Window)
	}
	quit, _, _ := strings.Cut(cmp.Or(f.o.Quit, "leave"), " and ") // the help says the rest
	text := "q " + quit + "  w window: " + window + "  ? help"
	if n := len(f.v.Targets); n > 1 {
		text = fmt.Sprintf("tab container %d of %d  ", (f.o.Target%n+n)%n+1, n) + text
	}
	return fit(text, f.p.Width)
}
