package report

import (
	"fmt"
	"io"
	"strings"

	"leakcheck/soak"
)

// DiagnosisJSON prints a diagnosis as the leakcheck.diagnosis/1 contract.
func DiagnosisJSON(w io.Writer, d soak.Diagnosis) error {
	d.Arms = each(list(d.Arms), func(a *soak.ArmResult) { a.Where = list(a.Where) })
	d.Warnings = list(d.Warnings)
	return writeJSON(w, d)
}

// DiagnosisLine prints the answer alone.
func DiagnosisLine(w io.Writer, d soak.Diagnosis, o TextOptions) error {
	p := newPrinter(o)
	p.statement(diagnosisHeadline(d))
	return p.flush(w)
}

// DiagnosisText prints a diagnosis: the answer, a table of all arms, and each
// with its reasons.
func DiagnosisText(w io.Writer, d soak.Diagnosis, o TextOptions) error {
	p := newPrinter(o)
	p.statement(diagnosisHeadline(d))
	p.facts(diagnosisFacts(d))
	if len(d.Arms) == 0 {
		return p.flush(w)
	}
	p.line("")
	p.arms(d.Arms)
	for _, a := range d.Arms {
		p.heading("%s", Clean(a.Name))
		p.facts(armFacts(a))
	}
	return p.flush(w)
}

func diagnosisHeadline(d soak.Diagnosis) Statement {
	var leaks, open []string
	for _, a := range d.Arms {
		switch {
		case a.Verdict == soak.ArmProven && a.Nature == soak.NatureLeak:
			leaks = append(leaks, Clean(a.Name)+" "+armCost(a))
		case a.Verdict != soak.ArmRefuted:
			open = append(open, Clean(a.Name))
		}
	}
	name := Clean(d.Target)
	switch {
	case len(leaks) > 0:
		return Statement{Word: "LEAK", Text: name + " leaks through " + strings.Join(leaks, " and "), Tone: Bad}
	case d.ExitCode == soak.ExitNotMeasured:
		return Statement{Word: "NOT MEASURED", Text: name + ": " + Clean(d.Ended), Tone: Caution}
	case len(open) > 0:
		return Statement{Word: "INCONCLUSIVE", Text: name + ": no leak is proven, and " + strings.Join(open, ", ") + " not cleared", Tone: Caution}
	}
	return Statement{Word: "CLEARED", Text: fmt.Sprintf("%s: none of %d arms leaks", name, len(d.Arms)), Tone: Good}
}

func diagnosisFacts(d soak.Diagnosis) []Fact {
	facts := []Fact{
		{Label: "tried", Text: fmt.Sprintf("%s in %s, in random order (--seed %d)", plural(int64(d.Blocks), "block"), span(seconds(d.Duration)), d.Seed)},
		{Label: "growth", Text: "the floor rose by " + soak.FormatBytes(d.Growth)},
		{Label: "cleared", Text: fmt.Sprintf("means nothing above %s per request, or %s", soak.FormatBytes(d.Matters), soak.FormatRate(d.Tolerance))},
	}
	if d.Ended != "" {
		facts = append(facts, Fact{Label: "ended", Text: Clean(d.Ended), Tone: Caution})
	}
	facts = append(facts, tapFacts(d.Tap)...)
	for _, w := range d.Warnings {
		facts = append(facts, Fact{Label: "warning", Text: Clean(w), Tone: Caution})
	}
	return facts
}

// arms is the table of all arms.
func (p *printer) arms(all []soak.ArmResult) {
	var rows [][]string
	for _, a := range all {
		share := "-"
		if a.Share != nil && a.Verdict == soak.ArmProven {
			share = sig3(100**a.Share) + " %"
		}
		rows = append(rows, []string{string(a.Verdict), Clean(a.Name), armCost(a), share, string(a.Nature)})
	}
	p.table([]column{{name: "verdict"}, {name: "arm"}, {name: "cost", right: true}, {name: "share", right: true}, {name: "nature"}}, rows)
}

func armFacts(a soak.ArmResult) []Fact {
	facts := []Fact{{Label: string(a.Verdict), Text: Clean(a.Why), Tone: armTone(a)}}
	add := func(label, text string) { facts = append(facts, Fact{Label: label, Text: text}) }
	add("cost", armCost(a))
	if a.Dose != nil {
		text := byteInterval(*a.Dose, "/request") + " at double the rate"
		switch {
		case a.DoseHolds == nil:
			text += ": not enough to compare"
		case *a.DoseHolds:
			text += ": the same, so it comes with the requests"
		default:
			text += ": not the same"
		}
		add("dose", text)
	}
	if a.First != nil && a.Again != nil && a.Kind != soak.ArmIdle {
		add("reuse", fmt.Sprintf("%s the first time, %s for the same again", soak.FormatBytes(*a.First), byteInterval(*a.Again, "")))
	}
	for i, c := range a.Where {
		label := ""
		if i == 0 {
			label = "where"
		}
		add(label, c.Component+" "+byteInterval(c.Growth, armUnit(a)))
	}
	did := plural(int64(a.Blocks), "block")
	if a.Kind == soak.ArmScenario {
		did += ", " + plural(a.Requests, "request")
	}
	add("did", did)
	return facts
}

func armTone(a soak.ArmResult) Tone {
	switch {
	case a.Verdict == soak.ArmRefuted:
		return Good
	case a.Verdict == soak.ArmProven && a.Nature == soak.NatureLeak:
		return Bad
	}
	return Caution
}

func armUnit(a soak.ArmResult) string {
	if a.Kind == soak.ArmScenario {
		return "/request"
	}
	return "/h"
}

func armCost(a soak.ArmResult) string {
	switch {
	case a.PerRequest != nil:
		return byteInterval(*a.PerRequest, armUnit(a))
	case a.PerHour != nil:
		return byteInterval(*a.PerHour, armUnit(a))
	}
	return "not measured"
}
