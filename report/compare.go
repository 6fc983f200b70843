package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"leakcheck/soak"
)

// CompareSchema names the contract that CompareJSON prints.
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

// CompareJSON prints the leakcheck.compare/1 contract.
func CompareJSON(w io.Writer, c Comparison) error {
	return writeJSON(w, struct {
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
	}), list(c.checks()), c.ExitCode()})
}

// CompareText prints the answer, the figures of both runs beside each other,
// and the checks that came out differently.
func CompareText(w io.Writer, c Comparison, o TextOptions) error {
	p := newPrinter(o)
	for i, t := range c.Targets {
		if i > 0 {
			p.line("")
		}
		p.answer(t, len(c.Targets) > 1)
		p.facts([]Fact{{Label: "before", Text: Clean(c.BeforeName) + ran(c.Before)}, {Label: "after", Text: Clean(c.AfterName) + ran(c.After)}})
		p.line("")
		p.figures(t)
		for _, warning := range t.Warnings {
			p.labelled("  ", "note", 9, Clean(warning), Caution)
		}
	}
	p.outcomes(c)
	return p.flush(w)
}

// CompareLines prints one line for each target and nothing else.
func CompareLines(w io.Writer, c Comparison, o TextOptions) error {
	p := newPrinter(o)
	for _, t := range c.Targets {
		word, tone := answered(t)
		p.line("%s: %s", subject(t), p.paint.tone(tone, strings.ToLower(word)))
	}
	return p.flush(w)
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

func (p *printer) answer(t soak.Comparison, named bool) {
	word, tone := answered(t)
	text := said(t)
	if named {
		text = subject(t) + ": " + text
	}
	p.statement(Statement{Word: word, Text: text, Tone: tone})
}

// figures lists what was measured before and after, and the difference with
// its interval.
func (p *printer) figures(t soak.Comparison) {
	p.table([]column{{name: ""}, {"before", true}, {"after", true}, {name: "difference [95 %]"}}, figures(t))
}

func figures(t soak.Comparison) [][]string {
	a, b := &t.Before, &t.After
	rows := [][]string{
		{"leak", string(a.Result.Leak), string(b.Result.Leak), ""},
		{"growth", estimate(a.Result.Slope, soak.FormatRate), estimate(b.Result.Slope, soak.FormatRate), bytesOf(t.Slope, "/h")},
		{"peak", soak.FormatBytes(float64(a.Peak)), soak.FormatBytes(float64(b.Peak)), bytesOf(t.Peak, "")},
	}
	if a.Result.BytesPerRequest != nil || b.Result.BytesPerRequest != nil {
		rows = append(rows, []string{"growth a request", estimate(a.Result.BytesPerRequest, soak.FormatBytes), estimate(b.Result.BytesPerRequest, soak.FormatBytes), bytesOf(t.BytesPerRequest, "")})
	}
	if i := t.Upstream; i != nil {
		rows = append(rows, []string{"upstream a " + t.UpstreamBasis, estimate(a.Upstream, sig3), estimate(b.Upstream, sig3),
			fmt.Sprintf("%s [%s, %s]", sig3(i.Estimate), sig3(i.Low), sig3(i.High))})
	}
	return append(rows, []string{"sampled for", span(seconds(a.Result.Duration)), span(seconds(b.Result.Duration)), ""})
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
	text := fmt.Sprintf(": run %s, load %s, profile %s", r.Run.ID, r.Run.LoadLevel, r.Run.Profile)
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

// outcomes lists the checks that came out differently.
func (p *printer) outcomes(c Comparison) {
	var rows [][]string
	all := c.checks()
	for _, x := range all {
		if x.Before == x.After {
			continue
		}
		rows = append(rows, []string{p.outcome(x.Before), p.outcome(x.After), Clean(x.Text)})
	}
	if len(all) == 0 {
		return
	}
	p.heading("Checklist: %s, %d with another outcome", plural(int64(len(all)), "check"), len(rows))
	p.table([]column{{name: "before"}, {name: "after"}, {name: "check"}}, rows)
}

func (p *printer) outcome(o soak.Outcome) string {
	return p.paint.tone(outcomeTone(o), outcomeMark(o, p.Unicode)+" "+string(o))
}
