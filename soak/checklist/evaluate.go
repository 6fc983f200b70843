package checklist

import (
	"cmp"
	"slices"
	"strings"

	"leakcheck/soak"
)

// Evaluate judges every check for one target. It never decides a check without
// evidence: what is missing is said in the result.
func (l *List) Evaluate(v View) []soak.CheckResult {
	windows := make([]*window, len(l.windows))
	for i, w := range l.windows {
		windows[i] = newWindow(v.Facts(w))
	}
	results := make([]soak.CheckResult, len(l.lines))
	for i, c := range l.lines {
		results[i] = c.evaluate(v, windows[c.window])
	}
	l.settleLater(results)
	return results
}

// ByEnd puts the results of [List.Evaluate] in the order in which they are decided: by the end of
// their window, those of the whole run last.
func (l *List) ByEnd(results []soak.CheckResult) []soak.CheckResult {
	order := make([]int, len(results))
	for i := range order {
		order[i] = i
	}
	end := func(i int) uint64 { return uint64(l.lines[i].Window.To) - 1 } // no end wraps around to the last
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(end(a), end(b)) })
	sorted := make([]soak.CheckResult, len(results))
	for i, at := range order {
		sorted[i] = results[at]
	}
	return sorted
}

// settleLater lets checks stay open whose question a later one has answered.
func (l *List) settleLater(results []soak.CheckResult) {
	for i, c := range l.lines {
		r := &results[i]
		if r.Outcome != soak.Inconclusive || c.Later == "" {
			continue
		}
		later := slices.IndexFunc(results, func(x soak.CheckResult) bool { return x.ID == c.Later })
		if later >= 0 && results[later].Outcome == soak.Pass {
			r.Optional = true
			r.Evidence = joinSentences(r.Evidence, c.Later+" asks the same of a longer time, and passes")
		}
	}
}

func (c line) evaluate(v View, w *window) soak.CheckResult {
	r := soak.CheckResult{
		ID: c.ID, Target: v.Target.Name, Text: Fill(c.Text, v.Target), Severity: c.Severe, Window: WindowName(c.Window),
	}
	c.decide(v, w, &r)
	switch r.Outcome {
	case soak.Fail, soak.Warn, soak.Inconclusive:
		r.Hint, r.Next = Fill(c.Hint, v.Target), v.command(c.Next)
	}
	return r
}

// decide sets outcome and evidence.
func (c line) decide(v View, w *window, r *soak.CheckResult) {
	closed := v.closed(c.Window)
	switch {
	case v.rehearsed() && c.ownClock():
		r.Outcome, r.Evidence = soak.NotDue, "the node does this by its own clock, which a rehearsal cannot hurry"
	case c.Needs != "" && !v.Fired(c.Needs) && (closed || v.Ended || !v.WillFire):
		r.Outcome, r.Evidence = soak.NotRun, "it needs the load "+c.Needs+", which was not fired"
	case !closed && !(c.Always && c.violated(w)):
		r.Outcome, r.Evidence = soak.NotDue, v.notDue(c.Window)
	default:
		c.weigh(v, w, r)
	}
}

// violated reports whether the condition is broken beyond doubt.
func (c line) violated(w *window) bool {
	if c.when != nil && c.when.root.eval(w).truth != yes {
		return false
	}
	return c.expr.root.eval(w).truth == no
}

// weigh evaluates the conditions on what is known.
func (c line) weigh(v View, w *window, r *soak.CheckResult) {
	if c.when != nil {
		if a := c.when.root.eval(w); a.truth != yes {
			a.tell(r)
			c.withoutGround(v, a, r)
			return
		}
	}
	a := c.expr.root.eval(w)
	a.tell(r)
	switch a.truth {
	case yes:
		r.Outcome = soak.Pass
	case no:
		r.Outcome = soak.Fail
		if c.Severe == soak.SeverityWarn {
			r.Outcome = soak.Warn
		}
	default:
		r.Outcome, r.Evidence = a.open()
	}
}

// withoutGround is for a check whose When does not hold.
func (c line) withoutGround(v View, a answer, r *soak.CheckResult) {
	if a.truth == unknown {
		r.Outcome, r.Evidence = a.open()
		return
	}
	r.Outcome, r.Optional = soak.Inconclusive, c.Optional
	if c.Missing != "" {
		r.Evidence = joinSentences(Fill(c.Missing, v.Target), r.Evidence)
	}
	if r.Optional {
		r.Evidence = joinSentences(r.Evidence, "no verdict waits for it")
	}
}

// open says why an unknown condition is unknown, and whether that can change.
func (a answer) open() (soak.Outcome, string) {
	var reasons []string
	closed, unfired := true, false
	for _, f := range a.why {
		if f.missing != "" && !slices.Contains(reasons, f.missing) {
			reasons = append(reasons, f.missing)
		}
		for _, x := range f.facts {
			open := x.Value == nil || x.Bound != Exact
			closed = closed && (x.Closed || !open)
			unfired = unfired || x.Unfired && open
		}
	}
	outcome := soak.Inconclusive
	switch {
	case unfired:
		outcome = soak.NotRun
	case closed && a.anyClosed():
		outcome = soak.NotApplicable
	}
	return outcome, strings.Join(reasons, "; ")
}

func (a answer) anyClosed() bool {
	return slices.ContainsFunc(a.why, func(f finding) bool {
		return slices.ContainsFunc(f.facts, func(x Fact) bool { return x.Closed })
	})
}

// tell writes the facts that explain the answer into the result.
func (a answer) tell(r *soak.CheckResult) {
	var evidence, values, limits []string
	add := func(to *[]string, text string) {
		if text != "" && !slices.Contains(*to, text) {
			*to = append(*to, text)
		}
	}
	for _, f := range a.why {
		for i, x := range f.leaf.facts {
			add(&evidence, f.facts[i].say(x))
		}
		if !f.ground {
			add(&values, f.value)
			add(&limits, f.threshold)
		}
	}
	r.Evidence = strings.Join(evidence, ", ")
	r.Value = strings.Join(values, ", ")
	r.Threshold = strings.Join(limits, ", ")
}

// say prints a fact: "memory.max = 4.21 GB (after 3h)".
func (x Fact) say(f fact) string {
	if x.Value == nil {
		return ""
	}
	sign := " = "
	switch x.Bound {
	case AtLeast:
		sign = " >= "
	case AtMost:
		sign = " <= "
	}
	text := f.name + sign + format(x.Value, f.Unit)
	if x.Note != "" {
		text += " (" + x.Note + ")"
	}
	return text
}
