package report

import (
	"fmt"
	"slices"
	"strings"

	"leakcheck/soak"
)

// target prints one target's curve, checklist and memory.
func (p *printer) target(v *View, t *Target) {
	suffix := ""
	if len(v.Targets) > 1 {
		suffix = " of " + t.Name
	}
	if !p.Plain {
		p.curve(v, t, suffix)
	}
	p.checklist(t, suffix)
	p.memory(t, suffix)
	p.reasons(t, suffix)
}

// mostModels keeps the text short; run.json and the page have all.
const mostModels = 4

// reasons prints how the verdict came about.
func (p *printer) reasons(t *Target, suffix string) {
	m := t.Memory
	if m == nil || m.Samples == 0 {
		return
	}
	p.heading("How the verdict%s came about", suffix)
	if !t.saysWhy() {
		p.labelled("  ", "", 0, m.Why, Plain)
	}
	for _, f := range reasons(m) {
		p.labelled("  ", f.Label, 19, f.Text, Plain)
	}
	models := modelRows(m.Models)
	for i, x := range models[:min(mostModels, len(models))] {
		p.labelled("  ", []string{"models", ""}[min(i, 1)], 19, x.Name+": "+x.Behind, Plain)
	}
	for _, w := range m.Warnings {
		p.labelled("  ", "warning", 19, w, Caution)
	}
}

// checklist prints the checks by window, with the evidence of those that did
// not pass.
func (p *printer) checklist(t *Target, suffix string) {
	if len(t.Windows) == 0 {
		return
	}
	p.heading("Checklist%s: %s", suffix, t.Tally.String())
	told, waiting := t.parted()
	for _, w := range t.folded(told) {
		if w.Name != "" {
			p.line("  %s", p.paint.label(fit(w.Name, p.Width-2)))
		}
		for _, c := range w.Checks {
			p.check(c)
		}
	}
	if len(waiting) > 0 {
		p.labelled("  ", "not due yet", 13, counted(waiting)+"; --format markdown names each", Faint)
	}
}

// wideEnough is from how many columns on evidence stands beside its check.
const wideEnough = 120

// checkColumn is where a check's sentence begins: the longest outcome fits.
const checkColumn = 21

// check prints a sentence and, beside it or below, its evidence and hints.
func (p *printer) check(c soak.CheckResult) {
	tone := outcomeTone(c.Outcome)
	mark := "    " + pad(outcomeMark(c.Outcome, p.Unicode)+" "+string(c.Outcome), checkColumn-4)
	room, beside := p.Width-checkColumn, 0
	if p.Width >= wideEnough {
		room = (p.Width - checkColumn) * 9 / 20
		beside = p.Width - checkColumn - room - 2
	}
	left, right := wrap(sentence(c, room), room), p.evidence(c, max(beside, 0), room)
	if beside == 0 {
		left, right = append(left, right...), nil
	}
	for i := range max(len(left), len(right)) {
		head, l, r := strings.Repeat(" ", checkColumn), "", ""
		if i == 0 {
			head = p.paint.tone(tone, mark)
		}
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			l, r = pad(l, room+2), right[i]
		}
		p.line("%s%s%s", head, l, r)
	}
}

// evidence lists what speaks for an outcome that is no pass, and what to do.
func (p *printer) evidence(c soak.CheckResult, beside, room int) []string {
	if c.Outcome == soak.Pass {
		return nil
	}
	if beside > 0 {
		room = beside
	}
	var out []string
	if c.Evidence != "" {
		for _, l := range wrap(c.Evidence, room) {
			out = append(out, p.paint.tone(Faint, l))
		}
	}
	if c.Outcome != soak.Fail && c.Outcome != soak.Warn {
		return out
	}
	todo := func(text string, lines []string) {
		for i, l := range lines {
			if text != "" {
				out = append(out, []string{"> ", "  "}[min(i, 1)]+l)
			}
		}
	}
	todo(c.Hint, wrap(c.Hint, room-2))
	todo(c.Next, commandLines(c.Next, room-2))
	return out
}

// sentence is a check's text with what was measured; one that passed leaves out
// what was asked for where that would take a second line.
func sentence(c soak.CheckResult, room int) string {
	m := measured(c)
	if m == "" {
		return c.Text
	}
	text := c.Text + " (" + m + ")"
	if c.Outcome == soak.Pass && width(text) > room {
		return c.Text + " (" + c.Value + ")"
	}
	return text
}

// measured joins what was measured with what was asked for, each with its own
// where a check compares several.
func measured(c soak.CheckResult) string {
	values, wanted := strings.Split(c.Value, ", "), strings.Split(c.Threshold, ", ")
	if len(values) != len(wanted) || len(values) == 1 {
		values, wanted = []string{c.Value}, []string{c.Threshold}
	}
	joint := "; wanted "
	if len(values) > 1 {
		joint = ", wanted "
	}
	for i, x := range wanted {
		if values[i] != "" && x != "" && x != values[i] {
			values[i] += joint + x
		}
	}
	return strings.Join(values, "; ")
}

// String lists the outcomes that occurred, the worst first.
func (t Tally) String() string {
	var parts []string
	for _, o := range []soak.Outcome{soak.Fail, soak.Warn, soak.Inconclusive, soak.Pass, soak.NotDue, soak.NotRun, soak.NotApplicable} {
		if n := t[o]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	return strings.Join(parts, ", ")
}

// memory prints the range of each component.
func (p *printer) memory(t *Target, suffix string) {
	if t.Memory == nil || len(t.Memory.Components) == 0 {
		return
	}
	p.heading("Memory%s", suffix)
	var rows [][]string
	var zero []string
	for _, m := range soak.Metrics() {
		switch r, ok := t.Memory.Components[m.String()]; {
		case ok && r.Min == 0 && r.Max == 0:
			zero = append(zero, m.String())
		case ok:
			rows = append(rows, componentRow(m, r))
		}
	}
	p.table([]column{{name: "component"}, {"first", true}, {"min", true}, {"max", true}, {"last", true}, {"change", true}}, rows)
	if len(zero) > 0 {
		p.labelled("  ", "0 throughout:", 14, strings.Join(zero, ", "), Plain)
	}
}

func componentRow(m soak.Metric, r soak.Range) []string {
	print := func(x int64) string { return metricValue(m, float64(x)) }
	name := strings.TrimSuffix(m.String(), "_ns") // a time prints with its own unit
	if r.Derived {
		name += " (derived)"
	}
	change := print(r.Last - r.First)
	if r.Last > r.First {
		change = "+" + change
	}
	return []string{name, print(r.First), print(r.Min), print(r.Max), print(r.Last), change}
}

// metricValue prints a metric in its own unit.
func metricValue(m soak.Metric, x float64) string {
	switch m {
	case soak.CPU:
		return sig3(x/1e9) + " s"
	case soak.PIDs, soak.FDs, soak.Sockets, soak.Requests, soak.Restarts, soak.OOMKills:
		return number(int64(x))
	}
	return soak.FormatBytes(x)
}

// load prints what was fired.
func (p *printer) load(v *View) {
	l := v.Report.Load
	if len(l.Scenarios) == 0 && l.Brake == nil {
		return
	}
	p.heading("Load")
	var rows [][]string
	for _, s := range l.Scenarios {
		trouble := errorKinds(s.Errors)
		if unsent := s.Due - s.Requests; unsent > 0 {
			trouble = strings.TrimSuffix(number(unsent)+" not sent, "+trouble, ", none")
		}
		rows = append(rows, []string{s.Name, number(s.Requests), millis(s.P50), millis(s.P95), millis(s.P99), millis(s.Max),
			soak.FormatBytes(float64(s.Bytes)), trouble})
	}
	p.table([]column{{name: "scenario"}, {"sent", true}, {"p50", true}, {"p95", true}, {"p99", true}, {"max", true},
		{"bytes", true}, {name: "errors"}}, rows)
	for _, s := range l.Scenarios {
		if text := driftText(s.Drift); text != "" {
			p.labelled("  ", "drift", 7, s.Name+" from beginning to end, as shares of the median: "+text, Plain)
		}
	}
	if l.Brake != nil {
		p.labelled("  ", "brake", 7, v.Clock(l.Brake.At)+because(l.Brake.Reason), Caution)
	}
}

// driftText says how a scenario's answers changed over the run.
func driftText(d *soak.Drift) string {
	if d == nil {
		return ""
	}
	var parts []string
	add := func(what, unit string, i *soak.Interval) {
		if i != nil {
			parts = append(parts, fmt.Sprintf("%s %+.3g%s [%.3g, %.3g]", what, 100*i.Estimate, unit, 100*i.Low, 100*i.High))
		}
	}
	add("p95", " %", d.P95)
	add("throughput", " %", d.Throughput)
	add("errors", " points", d.Errors)
	return strings.Join(parts, ", ")
}

// errorKinds lists how requests failed, the most frequent first.
func errorKinds(errors map[soak.ErrorKind]int64) string {
	var kinds []soak.ErrorKind
	for k, n := range errors {
		if n > 0 {
			kinds = append(kinds, k)
		}
	}
	slices.SortFunc(kinds, func(a, b soak.ErrorKind) int {
		if errors[a] != errors[b] {
			return int(min(1, max(-1, errors[b]-errors[a])))
		}
		return strings.Compare(string(a), string(b))
	})
	var parts []string
	for _, k := range kinds {
		parts = append(parts, fmt.Sprintf("%s %s", number(errors[k]), Clean(string(k))))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
