package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"leakcheck/soak"
)

// facts are the first screen below its headline, in the order in which a
// person on call wants to know.
func (v *View) facts(t *Target) []Fact {
	var out []Fact
	add := func(label string, tone Tone, text string) {
		if text != "" {
			out = append(out, Fact{Label: label, Text: text, Tone: tone})
		}
	}
	if t.Memory != nil && t.Memory.Samples > 0 {
		if !t.dead() {
			text, tone := v.wall(t)
			add("wall", tone, text)
		}
		add("teeth", Plain, t.teeth())
		add("memory", Plain, v.memoryNow(t))
		add("inside", Plain, processes(t))
		if t.Memory.Leak != soak.LeakYes && t.Memory.Leak != soak.LeakNo && !t.dead() {
			add("why", Plain, t.Memory.Why)
		}
		if t.ended == nil {
			add("settles", Caution, v.settles(t.Memory))
		}
		add("since", Plain, v.since(t))
		add("with", Plain, v.coincides(t))
	}
	if t.ended == nil {
		add("before", Plain, v.previousLife(t))
	}
	add("said", Plain, v.lastWords(t))
	text, tone := v.answers(t)
	add("node", tone, text)
	text, tone = v.did()
	add("did", tone, text)
	out = append(out, v.todo(t)...)
	add("don't", Faint, v.doNot(t))
	return out
}

// teeth says how the collections of a healthy sawtooth look.
func (t *Target) teeth() string {
	if t.Memory.Pattern != soak.Sawtooth || t.Series == nil {
		return ""
	}
	return t.Series.teeth.String()
}

// memoryNow prints the working set and what it is made of; what is below a
// hundredth of it stands in the table only.
func (v *View) memoryNow(t *Target) string {
	var head, parts []string
	last := func(m soak.Metric) (string, bool) {
		r, ok := t.Memory.Components[m.String()]
		if !ok {
			return "", false
		}
		text := soak.FormatBytes(float64(r.Last))
		if r.Derived {
			text = "~" + text
		}
		return text, true
	}
	if ws, ok := last(soak.WorkingSet); ok {
		head = append(head, "working set "+ws)
	} else if u, ok := last(soak.Usage); ok {
		head = append(head, "usage "+u)
	}
	for _, m := range []soak.Metric{soak.Anon, soak.File, soak.Shmem, soak.Kernel, soak.Swap} {
		if x, ok := last(m); ok && t.Memory.Components[m.String()].Last > whole(t.Memory)/100 {
			parts = append(parts, m.String()+" "+x)
		}
	}
	if len(parts) > 0 {
		head = append(head, strings.Join(parts, ", "))
	}
	return strings.Join(head, ": ")
}

// whole is the last working set, or usage where there is none.
func whole(m *soak.MemoryResult) int64 {
	if ws, ok := m.Components[soak.WorkingSet.String()]; ok {
		return ws.Last
	}
	return m.Components[soak.Usage.String()].Last
}

// processes lists the largest processes inside.
func processes(t *Target) string {
	if t.Series == nil || len(t.Series.Processes) == 0 {
		return ""
	}
	ps := slices.Clone(t.Series.Processes)
	slices.SortStableFunc(ps, func(a, b soak.Process) int { return int(min(1, max(-1, b.RSS-a.RSS))) })
	var parts []string
	for i, p := range ps[:min(3, len(ps))] {
		parts = append(parts, shorten(Clean(p.Command), 32)+" (pid "+strconv.Itoa(p.PID)+") "+[]string{"RSS ", ""}[min(i, 1)]+soak.FormatBytes(float64(p.RSS)))
	}
	if rest := len(ps) - len(parts); rest > 0 {
		parts = append(parts, strconv.Itoa(rest)+" more")
	}
	return strings.Join(parts, ", ") + "; shared files included"
}

// settles says when an undecided run will be decided.
func (v *View) settles(m *soak.MemoryResult) string {
	if m.Leak != soak.LeakInconclusive || m.HoursToDecide == nil {
		return ""
	}
	text, d := "", hours(*m.HoursToDecide)
	switch enough := m.Enough(); {
	case v.goesOn(d):
		text = "about " + v.Clock(v.End.Add(d)) + ", after " + span(d) + " more"
	case enough == 0:
		text = "not within a month"
	default:
		text = "a run of " + span(enough.D()) + " would decide"
	}
	if m.Detectable != nil {
		text += "; so far above " + soak.FormatRate(*m.Detectable) + " would show"
	}
	return text
}

// goesOn reports whether a run lasts, or can be made to, for so much longer.
func (v *View) goesOn(more time.Duration) bool {
	run := v.Report.Run
	return (v.live() || v.Report.ExitCode == soak.ExitInterrupted) && run.Planned >= run.Duration+more.Seconds()
}

// since says when the growth began, and where it went.
func (v *View) since(t *Target) string {
	m := t.Memory
	if m.Since == nil || m.Leak != soak.LeakYes {
		return ""
	}
	end := v.End
	if t.ended != nil && t.ended.At.After(*m.Since) {
		end = t.ended.At
	}
	text := v.Clock(*m.Since) + ", for " + span(end.Sub(*m.Since))
	if grown := t.Series.grown(*m.Since); grown != "" {
		text += ": " + grown
	}
	return text
}

// grown lists by how much each component that cannot be reclaimed rose from a
// time on, the largest first; what rose by less than a tenth of all is left out.
func (s *Series) grown(from time.Time) string {
	if s == nil {
		return ""
	}
	type growth struct {
		name string
		by   float64
	}
	var all []growth
	total := 0.0
	for _, m := range []soak.Metric{soak.Anon, soak.Shmem, soak.Kernel} {
		if by := s.Memory[m.String()].risen(from); by > 0 {
			all, total = append(all, growth{m.String(), by}), total+by
		}
	}
	slices.SortStableFunc(all, func(a, b growth) int { return cmp.Compare(b.by, a.by) })
	var parts []string
	for _, g := range all {
		if g.by > total/10 {
			parts = append(parts, g.name+" +"+soak.FormatBytes(g.by))
		}
	}
	return strings.Join(parts, ", ")
}

// did says what leakcheck itself did to the node.
func (v *View) did() (string, Tone) {
	var sent, failed int64
	for _, s := range v.Report.Load.Scenarios {
		if s.Name == soak.HealthScenario {
			continue
		}
		sent += s.Requests
		for _, n := range s.Errors {
			failed += n
		}
	}
	text := "sent no load"
	if sent > 0 {
		text = "sent " + plural(sent, "request") + " (" + number(failed) + " failed)"
	} else if program := v.loadCommand(); program != "" {
		text = "let " + Clean(program) + " fire, whose requests it does not know"
	}
	if n := v.Report.Load.Earlier; n > 0 {
		text += " (an earlier run sent " + number(n) + ")"
	}
	if n := v.Report.Observer.LogBytes; n > 0 {
		text += ", read " + soak.FormatBytes(float64(n)) + " of log"
	} else if seen, _ := v.heard(); len(seen) > 0 {
		text += ", read the log"
	}
	if b := v.Report.Load.Brake; b != nil {
		return text + "; load stopped at " + v.Clock(b.At) + because(b.Reason), Caution
	}
	return text, Plain
}

// loadCommand is the user's program that fired instead of leakcheck.
func (v *View) loadCommand() string {
	for _, e := range v.Report.Events {
		if program, ok := strings.CutPrefix(e.Text, soak.LoadBegins); ok && e.Kind == soak.EventPhase {
			return program
		}
	}
	return ""
}

// within reports whether two times are close on the scale of a run.
func within(a, b time.Time, d time.Duration) bool { return a.Sub(b).Abs() <= d }
