package report

import (
	"strings"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

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
