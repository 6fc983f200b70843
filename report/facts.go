package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
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

// todo is what to do next.
func (v *View) todo(t *Target) []Fact {
	switch {
	case t.dead():
		return v.autopsy(t)
	case v.Report.Verdict == soak.VerdictPass && t.Tally[soak.Warn] > 0:
		return []Fact{{Label: "next", Text: "nothing to do; " + plural(int64(t.Tally[soak.Warn]), "warning") + " in the checklist"}}
	case v.Report.Verdict == soak.VerdictPass:
		return nil
	}
	if next := v.next(t); len(next) > 0 {
		return next
	}
	return v.wait(t)
}

// mostNext keeps the first screen short; the checklist has every hint.
const mostNext = 2

// next lists what to do: the hints and commands of the checks that failed, or
// that warn when none failed. A hint says what to do about a failure, so those
// of undecided checks are left out: the line "settles" says what these need.
func (v *View) next(t *Target) []Fact {
	var out []Fact
	said := fold{told: map[string]bool{}}
	add := func(text string, command bool) {
		if len(out) == mostNext {
			return
		}
		if text = said.tell(text); text == "" || text == asAbove {
			return
		}
		out = append(out, Fact{Label: []string{"next", ""}[min(len(out), 1)], Text: text, Command: command})
	}
	for _, o := range []soak.Outcome{soak.Fail, soak.Warn} {
		for _, c := range t.with(o) {
			add(c.Hint, false)
			add(c.Next, true)
		}
		if len(out) > 0 {
			break
		}
	}
	return out
}

// wait is what to do about a run that is undecided and has no trouble to look
// into: give it the time that it needs.
func (v *View) wait(t *Target) []Fact {
	m, run := t.Memory, v.Report.Run
	switch {
	case m == nil || m.Samples == 0 || m.Leak != soak.LeakInconclusive || t.ended != nil:
		return nil
	case v.Report.ExitCode == soak.ExitInterrupted && !t.started():
		return []Fact{{Label: "next", Text: "leakcheck soak --resume " + run.ID, Command: true}}
	case run.Planned > run.Duration+1 && v.live() && v.Report.ExitCode != soak.ExitInterrupted:
		return []Fact{{Label: "next", Text: "let it run: it goes on until " + v.Clock(run.Started.Add(seconds(run.Planned)))}}
	case t.Info.Kind == "":
		return nil
	}
	how, who := "--load "+v.sameLoad()+" --until-sure"+longEnough(m), "--container {container}"
	if t.Info.Kind == "process" { // a command ends the line
		how, who = who, how
	}
	return []Fact{{Label: "next", Text: checklist.Fill("leakcheck soak "+who+" "+how, t.Info), Command: true}}
}

// started reports whether leakcheck itself had started the target, which ends
// with it.
func (t *Target) started() bool {
	return t.Info.Kind == "process" && !strings.HasPrefix(t.Name, "pid ")
}

// sameLoad is what a longer run fires: what a soak fired, for a leak may show
// under load alone, and nothing after a run that fired nothing.
func (v *View) sameLoad() string {
	if run := v.Report.Run; run.Kind == soak.KindSoak && run.LoadLevel != "" {
		return string(run.LoadLevel)
	}
	return string(soak.LoadNone)
}

// longEnough is the flag that gives a run the time that decides, if it is
// known: the same that the line "settles" tells.
func longEnough(m *soak.MemoryResult) string {
	if enough := m.Enough(); enough > 0 {
		return " --duration " + enough.String()
	}
	return ""
}

// doNot names the tempting step that would not help, and why.
func (v *View) doNot(t *Target) string {
	m := t.Memory
	if m == nil || m.Samples == 0 || t.ended != nil {
		return ""
	}
	switch {
	case m.Leak == soak.LeakYes:
		return v.restartBuys(m)
	case m.Leak == soak.LeakInconclusive && !t.started():
		return "restart it to be safe: the measurement would begin anew"
	}
	return ""
}

func (v *View) restartBuys(m *soak.MemoryResult) string {
	f := m.Forecast
	first, ok := m.Components[soak.WorkingSet.String()]
	if f == nil || f.Wall == "" || !ok || m.Slope == nil || m.Slope.Estimate <= 0 {
		return ""
	}
	again := (f.WallBytes - float64(first.Min)) / m.Slope.Estimate
	if again <= 0 {
		return ""
	}
	return "restart and call it fixed: it buys " + span(hours(again)) + ", each GB more " + span(hours(1e9/m.Slope.Estimate))
}

// within reports whether two times are close on the scale of a run.
func within(a, b time.Time, d time.Duration) bool { return a.Sub(b).Abs() <= d }
