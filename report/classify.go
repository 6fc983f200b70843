package report

import (
	"cmp"
	"io"
	"path/filepath"
	"strings"

	"leakcheck/soak"
)

// ClassifySchema names the contract that ClassifyJSON prints.
const ClassifySchema = "leakcheck.classify/1"

// ClassifyJSON prints judged curves as the leakcheck.classify/1 contract.
// Empty lists are [] and never null.
func ClassifyJSON(w io.Writer, results []soak.Result) error {
	return writeJSON(w, struct {
		Schema  string        `json:"schema"`
		Results []soak.Result `json:"results"`
	}{ClassifySchema, each(list(results), func(r *soak.Result) {
		r.Traits, r.Models, r.Warnings = list(r.Traits), list(r.Models), list(r.Warnings)
	})})
}

// ClassifyText prints judged curves: a table if there are several, then each
// with its reasons.
func ClassifyText(w io.Writer, results []soak.Result, o TextOptions) error {
	p := newPrinter(o)
	if len(results) > 1 {
		p.curves(results)
	}
	for i, r := range results {
		if i > 0 || len(results) > 1 {
			p.line("")
		}
		p.classified(&r)
	}
	return p.flush(w)
}

// ClassifyLines prints one line for each curve and nothing else.
func ClassifyLines(w io.Writer, results []soak.Result, o TextOptions) error {
	p := newPrinter(o)
	for _, r := range results {
		p.line("%s: leak %s, %s", curveName(&r), p.paint.tone(leakTone(r.Leak), string(r.Leak)), r.Pattern)
	}
	return p.flush(w)
}

// curves is the table of all results. A name is never cut where there is no
// screen to fit.
func (p *printer) curves(results []soak.Result) {
	defer func(width int) { p.Width = width }(p.Width)
	if p.Plain {
		p.Width = 1000
	}
	var rows [][]string
	short := shortNames(results)
	for i, r := range results {
		rate, wall := "-", "-"
		if r.Slope != nil {
			rate = soak.FormatRate(r.Slope.Estimate)
		}
		if f := r.Forecast; f != nil && f.Hours.Estimate != nil {
			wall = "in " + span(hours(*f.Hours.Estimate))
		}
		rows = append(rows, []string{string(r.Leak), string(r.Pattern), rate, wall, short[i]})
	}
	p.table([]column{{name: "leak"}, {name: "pattern"}, {name: "rate", right: true}, {name: "wall", right: true}, {name: "curve"}}, rows)
}

// classified prints one result with its reasons.
func (p *printer) classified(r *soak.Result) {
	words := map[soak.Leak]string{soak.LeakYes: "LEAK", soak.LeakNo: "NO LEAK"}
	p.statement(Statement{Word: cmp.Or(words[r.Leak], "INCONCLUSIVE"), Text: curveName(r) + ": " + Clean(r.Why), Tone: leakTone(r.Leak)})
	p.facts(curveFacts(r))
}

func curveFacts(r *soak.Result) []Fact {
	facts := []Fact{{Label: "pattern", Text: string(r.Pattern) + traits(r.Traits)}}
	if r.Slope != nil {
		text := rateInterval(*r.Slope)
		if r.Tolerance > 0 {
			text += "; what matters is above " + soak.FormatRate(r.Tolerance)
		}
		facts = append(facts, Fact{Label: "rate", Text: text})
	}
	if r.BytesPerRequest != nil {
		facts = append(facts, Fact{Label: "request", Text: byteInterval(*r.BytesPerRequest, "/request")})
	}
	if f := r.Forecast; f != nil && f.Wall != "" {
		text := wallName(f.Wall) + ", " + soak.FormatBytes(f.WallBytes)
		if in := hoursInterval(f.Hours); in != "" {
			text += ", in " + in
		}
		facts = append(facts, Fact{Label: "wall", Text: text})
	}
	facts = append(facts, Fact{Label: "data", Text: plural(int64(r.Samples), "sample") + " over " + span(seconds(r.Duration))})
	if r.Leak == soak.LeakInconclusive {
		facts = append(facts, wanted(r)...)
	}
	for _, w := range r.Warnings {
		facts = append(facts, Fact{Label: "warning", Text: Clean(w), Tone: Caution})
	}
	return facts
}

// wanted says what would settle an open question.
func wanted(r *soak.Result) (facts []Fact) {
	if r.Detectable != nil {
		facts = append(facts, Fact{Label: "visible", Text: "a leak of " + soak.FormatRate(*r.Detectable) + " would have been seen 9 times of 10"})
	}
	if r.HoursToDecide != nil {
		facts = append(facts, Fact{Label: "decided", Text: "after " + span(hours(*r.HoursToDecide)) + " more", Tone: Caution})
	}
	return facts
}

func traits(all []soak.Trait) string {
	if len(all) == 0 {
		return ""
	}
	texts := make([]string, len(all))
	for i, t := range all {
		texts[i] = string(t)
	}
	return " (" + strings.Join(texts, ", ") + ")"
}

// curveName is where a curve comes from and whose it is.
func curveName(r *soak.Result) string {
	if r.Target == "" || r.Target == r.Source {
		return Clean(r.Source)
	}
	return Clean(r.Source + " " + r.Target)
}

// shortNames leaves the folders out where the files' own names tell them apart.
func shortNames(results []soak.Result) []string {
	names, taken := make([]string, len(results)), map[string]string{}
	for i, r := range results {
		base := filepath.Base(r.Source)
		if from, ok := taken[base]; ok && from != r.Source {
			for j := range results {
				names[j] = curveName(&results[j])
			}
			return names
		}
		taken[base], r.Source = r.Source, base
		names[i] = curveName(&r)
	}
	return names
}

func leakTone(l soak.Leak) Tone {
	switch l {
	case soak.LeakYes:
		return Bad
	case soak.LeakNo:
		return Good
	}
	return Caution
}
