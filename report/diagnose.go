package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"leakcheck/soak"
)

// Diagnosis is what an experiment found out, and what was seen meanwhile.
type Diagnosis struct {
	soak.Diagnosis
	// Curves are the memory while it went on; nil leaves the chart out.
	Curves map[string]*Series
	// Blocks are the stretches in which an arm was on, in order.
	Blocks []Block
}

// Block is a stretch in which one arm of an experiment was on, the quiet time
// after it included.
type Block struct {
	Arm  string
	From time.Time
}

// Sheet puts a diagnosis into words: the answer, what a request of each arm
// costs, the memory meanwhile, and each arm with its reasons.
func (d Diagnosis) Sheet() *Sheet {
	raw := d.Diagnosis
	raw.Arms = each(list(d.Arms), func(a *soak.ArmResult) { a.Where = list(a.Where) })
	raw.Warnings = list(d.Warnings)
	s := &Sheet{Kind: "diagnosis", raw: raw, Headline: diagnosisHeadline(d.Diagnosis), Facts: diagnosisFacts(d.Diagnosis), Meta: d.meta()}
	if len(d.Arms) == 0 {
		return s
	}
	for _, f := range d.forests() {
		s.Sections = append(s.Sections, Section{Title: f.title, Forest: f.forest, only: pageFace})
	}
	s.Sections = append(s.Sections, Section{Table: armTable(d.Arms)})
	if c := d.chart(); c != nil {
		s.Sections = append(s.Sections, Section{chart: c, only: pageFace})
	}
	left := Section{Title: "Left out"}
	for _, a := range d.Arms {
		if a.LeftOut {
			left.Facts = append(left.Facts, Fact{Label: []string{"untested", ""}[min(len(left.Facts), 1)], Text: Clean(a.Name) + ": " + Clean(a.Why), Tone: Caution})
			continue
		}
		title := Clean(a.Name)
		if means := a.Kind.Means(); means != "" {
			title += ": " + means
		}
		s.Sections = append(s.Sections, Section{Title: title, Facts: armFacts(a)})
	}
	if len(left.Facts) > 0 {
		s.Sections = append(s.Sections, left)
	}
	return s
}

func (d Diagnosis) meta() string {
	return fmt.Sprintf("%s · %s for %s · profile %s", Clean(d.Target), d.Started.Format("2 Jan 2006 15:04"), span(seconds(d.Duration)), Clean(d.Profile))
}

type titledForest struct {
	title  string
	forest *forest
}

// forests draws what each arm costs, by request and by hour.
func (d Diagnosis) forests() []titledForest {
	var byRequest, byHour []measure
	for _, a := range tried(d.Arms) {
		m := measure{Clean(a.Name), armCost(a), armTone(a), a.PerRequest}
		if a.Kind == soak.ArmScenario {
			byRequest = append(byRequest, m)
			continue
		}
		m.interval = a.PerHour
		byHour = append(byHour, m)
	}
	var out []titledForest
	for _, x := range []struct {
		title   string
		all     []measure
		bound   float64
		matters string
		format  func(float64) string
	}{
		{"Bytes per request", byRequest, d.Matters, soak.FormatBytes(d.Matters) + " per request", soak.FormatBytes},
		{"What grows without requests", byHour, d.Tolerance, soak.FormatRate(d.Tolerance), soak.FormatRate},
	} {
		if len(x.all) == 0 {
			continue
		}
		f := sharedForest(x.all, x.bound, x.format)
		f.Text = "Dot and bar are the estimate and its interval. Cleared is what lies left of the dashed line, " + x.matters + "; proven is what lies right of 0."
		out = append(out, titledForest{x.title, f})
	}
	return out
}

// chart draws the memory with every block shaded in its arm's colour.
func (d Diagnosis) chart() *chart {
	r := soak.Report{Run: soak.RunInfo{Started: d.Started, Duration: d.Duration, Targets: []soak.TargetInfo{{Name: d.Target}}}}
	v := NewView(r, d.Curves, d.Started.Add(seconds(d.Duration)))
	if len(v.Targets) == 0 {
		return nil
	}
	c := v.memoryChart(v.Targets[0])
	if c == nil {
		return nil
	}
	for _, a := range tried(d.Arms) {
		c.Keys = append(c.Keys, legendKey{Clean(a.Name), lineClass(len(c.Keys))})
	}
	for _, b := range d.Blocks {
		at := min(max(b.From.UnixMilli(), c.X0), c.X1)
		if n := len(c.Phases); n > 0 {
			c.Phases[n-1].To = at
		}
		k := slices.IndexFunc(c.Keys, func(k legendKey) bool { return k.Name == Clean(b.Arm) })
		if k < 0 {
			continue
		}
		c.Phases = append(c.Phases, phase{From: at, To: c.X1, Name: v.Clock(b.From) + " " + c.Keys[k].Name, Class: c.Keys[k].Class})
	}
	return c
}

func diagnosisHeadline(d soak.Diagnosis) Statement {
	var leaks, open []string
	for _, a := range tried(d.Arms) {
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
	text := fmt.Sprintf("%s: none of %d arms leaks", name, len(tried(d.Arms)))
	if left := len(d.Arms) - len(tried(d.Arms)); left > 0 {
		text += fmt.Sprintf("; %s left out", plural(int64(left), "scenario"))
	}
	return Statement{Word: "CLEARED", Text: text, Tone: Good}
}

// tried are the arms that were not left out.
func tried(all []soak.ArmResult) (arms []soak.ArmResult) {
	for _, a := range all {
		if !a.LeftOut {
			arms = append(arms, a)
		}
	}
	return arms
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
	if d.HoursToDecide != nil {
		more := seconds(3600 * *d.HoursToDecide)
		facts = append(facts, Fact{Label: "settles", Text: "about " + span(more) + " more would decide what is open, going by what the blocks scatter by", Tone: Caution})
	}
	if d.Next != "" {
		facts = append(facts, Fact{Label: "next", Text: Clean(d.Next), Command: true})
	}
	facts = append(facts, tapFacts(d.Tap)...)
	for _, w := range d.Warnings {
		facts = append(facts, Fact{Label: "warning", Text: Clean(w), Tone: Caution})
	}
	return facts
}

// armTable lists all arms.
func armTable(all []soak.ArmResult) *grid {
	g := &grid{Columns: []column{{name: "verdict"}, {name: "arm"}, {"cost", true}, {"share", true}, {name: "nature"}}}
	for _, a := range all {
		share := "-"
		if a.Share != nil && a.Verdict == soak.ArmProven {
			share = sig3(100**a.Share) + " %"
		}
		row := plainCells(string(a.Verdict), Clean(a.Name), armCost(a), share, string(a.Nature))
		row[0].Tone = armTone(a)
		g.Rows = append(g.Rows, row)
	}
	return g
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
	case a.LeftOut:
		return "not tried"
	case a.PerRequest != nil:
		return byteInterval(*a.PerRequest, armUnit(a))
	case a.PerHour != nil:
		return byteInterval(*a.PerHour, armUnit(a))
	}
	return "not measured"
}
