package report

import (
	"slices"
	"strings"
	"time"

	"leakcheck/soak"
)

// headline puts the run's verdict into one line.
func (v *View) headline() Statement {
	l := Statement{Word: "NOT MEASURED", Tone: Bad}
	switch v.Report.Verdict {
	case soak.VerdictPass:
		l = Statement{Word: "PASS", Tone: Good}
		if v.Report.Run.Rehearsal > 0 {
			l.Word = "REHEARSAL PASSED"
		}
	case soak.VerdictFail:
		l = Statement{Word: "FAIL", Tone: Bad}
	case soak.VerdictInconclusive:
		l = Statement{Word: "INCONCLUSIVE", Tone: Caution}
		if slices.ContainsFunc(v.Report.Memory, func(m soak.MemoryResult) bool { return m.Leak == soak.LeakYes }) {
			l = Statement{Word: "LEAK", Tone: Bad} // proven, though its check is not due before the run's end
		}
	}
	l.Text = v.summary()
	return l
}

func (v *View) summary() string {
	switch len(v.Targets) {
	case 0:
		return "nothing was measured"
	case 1:
		return v.Targets[0].Verdict.Text
	}
	var leaking, unsure, failed []string
	for _, t := range v.Targets {
		switch {
		case t.Memory != nil && t.Memory.Leak == soak.LeakYes:
			leaking = append(leaking, t.Name)
		case t.Tally[soak.Fail] > 0:
			failed = append(failed, t.Name)
		case t.Memory == nil || t.Memory.Leak != soak.LeakNo:
			unsure = append(unsure, t.Name)
		}
	}
	var parts []string
	for _, p := range []struct {
		names []string
		verb  string
	}{{leaking, "leaking"}, {failed, "failing checks"}, {unsure, "undecided"}} {
		if len(p.names) > 0 {
			parts = append(parts, p.verb+": "+strings.Join(p.names, ", "))
		}
	}
	if len(parts) == 0 {
		return plural(int64(len(v.Targets)), "container") + ", none of them leaks"
	}
	return plural(int64(len(v.Targets)), "container") + "; " + strings.Join(parts, "; ")
}

// verdict says in one sentence what is known of a target.
func (v *View) verdict(t *Target) Statement {
	name := t.Name
	if name == "" {
		name = "the target"
	}
	m := t.Memory
	switch {
	case t.dead():
		text := name + " is dead: " + v.death(t)
		if m != nil && m.Leak == soak.LeakYes {
			text += "; it leaked" + rateOf(m, " ")
		}
		return Statement{Text: text + v.failedChecks(t, "; "), Tone: Bad}
	case t.finished():
		name += " (ended: exit 0)"
	}
	if m == nil || m.Samples == 0 {
		return Statement{Text: name + ": no sample was taken, so nothing is known" + v.unsampled(t), Tone: Bad}
	}
	switch m.Leak {
	case soak.LeakYes:
		return Statement{Text: name + " leaks" + rateOf(m, " ") + v.failedChecks(t, "; "), Tone: Bad}
	case soak.LeakNo:
		text := name + ": no leak, " + string(m.Pattern) + v.ruledOut(m) + v.failedChecks(t, "; but ")
		if t.Tally[soak.Fail] > 0 {
			return Statement{Text: text, Tone: Bad}
		}
		return Statement{Text: text, Tone: Good}
	}
	if v.live() && m.Slope != nil && m.Slope.Low > m.Tolerance {
		return Statement{Text: name + " looks like a leak" + rateOf(m, ": ") + v.failedChecks(t, "; "), Tone: Caution}
	}
	known := "after " + span(seconds(m.Duration)) + rateOf(m, ": ")
	if t.Tally[soak.Fail] > 0 {
		return Statement{Text: name + v.failedChecks(t, ": ") + "; whether it leaks is open " + known, Tone: Bad}
	}
	return Statement{Text: name + ": cannot tell yet, " + known, Tone: Caution}
}

// unsampled says why a target could not be sampled, as the last gap tells.
func (v *View) unsampled(t *Target) string {
	why := ""
	for _, e := range v.Report.Events {
		if _, cause, ok := strings.Cut(e.Text, "no sample: "); ok && e.Kind == soak.EventGap && e.Target == t.Name {
			why = because(cause)
		}
	}
	return why
}

func rateOf(m *soak.MemoryResult, before string) string {
	if m.Slope == nil {
		return ""
	}
	return before + rateInterval(*m.Slope)
}

// ruledOut says how slow a leak was excluded over how long.
func (v *View) ruledOut(m *soak.MemoryResult) string {
	over := span(seconds(m.Duration))
	if m.Slope == nil || m.Tolerance <= 0 {
		return " over " + over
	}
	return "; above " + soak.FormatRate(m.Tolerance) + " ruled out in " + over
}

func (v *View) failedChecks(t *Target, before string) string {
	if n := t.Tally[soak.Fail]; n > 0 {
		return before + plural(int64(n), "check") + " failed"
	}
	return ""
}

// notes lists what qualifies the whole run.
func (v *View) notes() []Statement {
	var out []Statement
	run := v.Report.Run
	if run.Rehearsal > 0 {
		out = append(out, Statement{Word: "rehearsal", Tone: Caution,
			Text: "every duration was divided by " + sig3(run.Rehearsal) + "; this is never a pass for the real run"})
	}
	if v.Report.ExitCode == soak.ExitInterrupted {
		text := "stopped after " + span(seconds(run.Duration))
		if run.Planned > run.Duration {
			text += " of " + span(seconds(run.Planned))
		}
		out = append(out, Statement{Word: "interrupted", Tone: Caution, Text: text + "; judged on what there is"})
	}
	for _, i := range run.Interruptions {
		out = append(out, Statement{Word: "gap", Tone: Caution,
			Text: "leakcheck did not run from " + v.stretch(i.From, i.To) + because(i.Reason)})
	}
	for _, w := range v.Report.Warnings {
		if run.Rehearsal > 0 && strings.Contains(w, "rehearsal") {
			continue // said above
		}
		out = append(out, Statement{Word: "warning", Tone: Caution, Text: w})
	}
	return out
}

// stretch prints two times, with seconds where minutes do not part them.
func (v *View) stretch(from, to time.Time) string {
	a, b := v.Clock(from), v.Clock(to)
	if a == b && from.Before(to) {
		a, b = from.In(v.Now.Location()).Format(time.TimeOnly), to.In(v.Now.Location()).Format(time.TimeOnly)
	}
	return a + " to " + b
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}
