package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"leakcheck/soak"
)

// CompareSchema names the contract of a comparison.
const CompareSchema = "leakcheck.compare/1"

// Comparison is two judged runs and what changed between them.
type Comparison struct {
	// BeforeName and AfterName are how the user named the runs.
	BeforeName, AfterName string
	Before, After         soak.Report
	Targets               []soak.Comparison
	// The curves, for the chart of a page, by target; either may be nil.
	BeforeSeries, AfterSeries map[string]*Series
}

// ExitCode is that of the worst answer.
func (c Comparison) ExitCode() int {
	code := soak.ExitPass
	for _, t := range c.Targets {
		switch x := t.Outcome.ExitCode(); {
		case x == soak.ExitFail:
			return x
		case x != soak.ExitPass:
			code = x
		}
	}
	return code
}

// pairedCheck is one line of the checklist in both runs.
type pairedCheck struct {
	ID     string       `json:"id"`
	Target string       `json:"target"`
	Text   string       `json:"text"`
	Before soak.Outcome `json:"before"`
	After  soak.Outcome `json:"after"`
}

// comparedRun is what the contract says of one run.
type comparedRun struct {
	Name      string         `json:"name"`
	ID        string         `json:"id"`
	Profile   string         `json:"profile"`
	LoadLevel soak.LoadLevel `json:"load_level"`
	Duration  float64        `json:"duration_s"`
	Verdict   soak.Verdict   `json:"verdict"`
}

func compared(name string, r soak.Report) comparedRun {
	return comparedRun{name, r.Run.ID, r.Run.Profile, r.Run.LoadLevel, r.Run.Duration, r.Verdict}
}

// contract is what leakcheck.compare/1 says.
func (c Comparison) contract() any {
	return struct {
		Schema   string            `json:"schema"`
		Before   comparedRun       `json:"before"`
		After    comparedRun       `json:"after"`
		Results  []soak.Comparison `json:"results"`
		Checks   []pairedCheck     `json:"checks"`
		ExitCode int               `json:"exit_code"`
	}{CompareSchema, compared(c.BeforeName, c.Before), compared(c.AfterName, c.After), each(list(c.Targets), func(t *soak.Comparison) {
		t.Warnings = list(t.Warnings)
		for _, r := range []*soak.Result{&t.Before.Result, &t.After.Result} {
			r.Traits, r.Models, r.Warnings = list(r.Traits), list(r.Models), list(r.Warnings)
		}
	}), list(c.checks()), c.ExitCode()}
}

// Sheet puts a comparison into words: the answer, the figures of both runs
// beside each other, the differences with their intervals, and both checklists.
func (c Comparison) Sheet() *Sheet {
	s := &Sheet{Kind: "comparison", raw: c.contract(), Headline: c.headline(), Facts: []Fact{
		{Label: "before", Text: Clean(c.BeforeName) + ran(c.Before)}, {Label: "after", Text: Clean(c.AfterName) + ran(c.After)}}}
	many := len(c.Targets) > 1
	for _, t := range c.Targets {
		word, tone := answered(t)
		s.brief = append(s.brief, Statement{Word: word, Text: subject(t), Tone: tone})
		x := Section{Notes: warnings(t.Warnings), Table: figures(t), Forest: differences(t), chart: c.chart(t)}
		if many {
			x.Title, x.Said = subject(t), Statement{Word: word, Text: said(t), Tone: tone}
		}
		s.Sections = append(s.Sections, x)
	}
	s.Sections = append(s.Sections, c.checklists()...)
	return s
}

// headline is the answer, or the worst of several and who gave which.
func (c Comparison) headline() Statement {
	if len(c.Targets) == 1 {
		word, tone := answered(c.Targets[0])
		return Statement{Word: word, Text: said(c.Targets[0]), Tone: tone}
	}
	var out Statement
	var parts []string
	for _, x := range []struct {
		word string
		tone Tone
	}{{"WORSE", Bad}, {"CANNOT TELL", Caution}, {"NO WORSE", Good}, {"BETTER", Good}} {
		var names []string
		for _, t := range c.Targets {
			if word, _ := answered(t); word == x.word {
				names = append(names, subject(t))
			}
		}
		if len(names) == 0 {
			continue
		}
		if out.Word == "" {
			out.Word, out.Tone = x.word, x.tone
		}
		parts = append(parts, strings.ToLower(x.word)+": "+strings.Join(names, ", "))
	}
	out.Text = plural(int64(len(c.Targets)), "target") + "; " + strings.Join(parts, "; ")
	return out
}

// answered is the answer in a word that stands first.
func answered(t soak.Comparison) (string, Tone) {
	switch {
	case t.Outcome == soak.IsWorse:
		return "WORSE", Bad
	case t.Change == "better":
		return "BETTER", Good
	case t.Outcome == soak.NoWorse:
		return "NO WORSE", Good
	}
	return "CANNOT TELL", Caution
}

// said is the reason without the word that stands before it.
func said(t soak.Comparison) string {
	word, _ := answered(t)
	return strings.TrimPrefix(Clean(t.Why), strings.ToLower(word)+": ")
}

// subject names a target, which in a file of one curve has no name.
func subject(t soak.Comparison) string { return cmp.Or(Clean(t.Target), "the curve") }

// figures lists what was measured before and after, and the difference with
// its interval.
func figures(t soak.Comparison) *grid {
	a, b := &t.Before, &t.After
	g := &grid{Columns: []column{{name: ""}, {"before", true}, {"after", true}, {name: "difference [95 %]"}}}
	add := func(name, before, after, difference string) {
		g.Rows = append(g.Rows, plainCells(name, before, after, difference))
	}
	add("leak", string(a.Result.Leak), string(b.Result.Leak), "")
	add("growth", estimate(a.Result.Slope, soak.FormatRate), estimate(b.Result.Slope, soak.FormatRate), bytesOf(t.Slope, "/h"))
	add("peak", soak.FormatBytes(float64(a.Peak)), soak.FormatBytes(float64(b.Peak)), bytesOf(t.Peak, ""))
	if a.Result.BytesPerRequest != nil || b.Result.BytesPerRequest != nil {
		add("growth a request", estimate(a.Result.BytesPerRequest, soak.FormatBytes), estimate(b.Result.BytesPerRequest, soak.FormatBytes), bytesOf(t.BytesPerRequest, ""))
	}
	if t.Upstream != nil {
		add("upstream a "+t.UpstreamBasis, estimate(a.Upstream, sig3), estimate(b.Upstream, sig3), countInterval(t.Upstream))
	}
	add("sampled for", span(seconds(a.Result.Duration)), span(seconds(b.Result.Duration)), "")
	return g
}

func countInterval(i *soak.Interval) string {
	return fmt.Sprintf("%s [%s, %s]", sig3(i.Estimate), sig3(i.Low), sig3(i.High))
}

// differences draws the intervals of the differences; nil without any.
func differences(t soak.Comparison) *forest {
	var all []measure
	add := func(name, value string, i *soak.Interval) {
		if i == nil {
			return
		}
		tone := Caution // an interval that spans nothing proves nothing
		switch {
		case i.High < 0:
			tone = Good
		case i.Low > 0:
			tone = Bad
		}
		all = append(all, measure{name, value, tone, i})
	}
	add("growth", bytesOf(t.Slope, "/h"), t.Slope)
	add("peak", bytesOf(t.Peak, ""), t.Peak)
	add("growth a request", bytesOf(t.BytesPerRequest, ""), t.BytesPerRequest)
	if t.Upstream != nil {
		add("upstream a "+t.UpstreamBasis, countInterval(t.Upstream), t.Upstream)
	}
	if len(all) == 0 {
		return nil
	}
	f := ownForest(all)
	f.Text = "After minus before, with the 95 % interval; each on a scale of its own. A bar across the line may be no difference."
	f.Left, f.Right = "less than before", "more than before"
	return f
}

func estimate(i *soak.Interval, print func(float64) string) string {
	if i == nil {
		return "-"
	}
	return print(i.Estimate)
}

func bytesOf(i *soak.Interval, per string) string {
	if i == nil {
		return "-"
	}
	return byteInterval(*i, per)
}

// ran says what a run was, where it was one.
func ran(r soak.Report) string {
	if r.Run.ID == "" {
		return ""
	}
	text := fmt.Sprintf(": run %s, load %s, profile %s", r.Run.ID, r.Run.Load(), r.Run.Profile)
	if r.Run.Rehearsal > 0 {
		text += ", a rehearsal"
	}
	return Clean(text)
}

// checks pairs the checks of both runs.
func (c Comparison) checks() []pairedCheck {
	var out []pairedCheck
	for _, t := range c.Targets {
		for _, b := range c.After.Checks {
			if b.Target != t.After.Target {
				continue
			}
			for _, a := range c.Before.Checks {
				if a.ID == b.ID && a.Target == t.Before.Target {
					out = append(out, pairedCheck{ID: b.ID, Target: b.Target, Text: b.Text, Before: a.Outcome, After: b.Outcome})
				}
			}
		}
	}
	return out
}

// checklists holds both against each other: a text lists what differs, a page
// all of it.
func (c Comparison) checklists() []Section {
	all := c.checks()
	if len(all) == 0 {
		return nil
	}
	row := func(x pairedCheck) []cell {
		texts := []cell{outcomeCell(x.Before), outcomeCell(x.After), {Text: Clean(x.Text)}}
		if len(c.Targets) > 1 {
			texts[2].Text += " (" + Clean(x.Target) + ")"
		}
		return texts
	}
	changed, same, waiting := &grid{Columns: checkColumns}, &grid{Columns: checkColumns}, &grid{Columns: checkColumns}
	for _, x := range all {
		into := same
		switch {
		case x.Before != x.After:
			into = changed
		case x.Before == soak.NotDue:
			into = waiting
		}
		into.Rows = append(into.Rows, row(x))
	}
	title := fmt.Sprintf("Checklist: %s, %d with another outcome", plural(int64(len(all)), "check"), len(changed.Rows))
	page := Section{Title: title, Table: &grid{Columns: checkColumns, Rows: slices.Concat(changed.Rows, same.Rows)}, only: pageFace}
	if n := len(waiting.Rows); n >= manyWaiting && n < len(all) {
		page.Notes = []Statement{{Word: "not due", Text: number(int64(n)) + " more in either run: neither was long enough for them"}}
	} else {
		page.Table.Rows = append(page.Table.Rows, waiting.Rows...)
	}
	return []Section{{Title: title, Table: changed, only: textFace}, page}
}

var checkColumns = []column{{name: "before"}, {name: "after"}, {name: "check"}}

func outcomeCell(o soak.Outcome) cell {
	return cell{outcomeMark(o, true) + " " + Clean(string(o)), outcomeTone(o)}
}

// chart draws both curves over each other, each from its own first sample on;
// nil if there is none.
func (c Comparison) chart(t soak.Comparison) *chart {
	out := fromStart("Memory of "+subject(t)+", before and after", []startedCurve{
		{"before", "c6", c.BeforeSeries[t.Before.Target], c.Before.Run}, {"after", "c1", c.AfterSeries[t.After.Target], c.After.Run}})
	if out != nil {
		out.Text = fmt.Sprintf("Peak %s before, %s after, from a common start.", soak.FormatBytes(float64(t.Before.Peak)), soak.FormatBytes(float64(t.After.Peak)))
	}
	return out
}
