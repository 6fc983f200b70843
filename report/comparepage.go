package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"time"

	"leakcheck/soak"
)

//go:embed assets/compare.html
var compareText string

var compareTemplate = template.Must(template.Must(pageTemplate.Clone()).New("compare").Parse(compareText))

// comparePage is what the template reads.
type comparePage struct {
	Policy        string
	Style         template.HTML
	Word, Title   string
	Tone          Tone
	Before, After string
	Targets       []comparedTarget
	Checks        []pairedCheck
}

type comparedTarget struct {
	Name, Word, Why string
	Warnings        []string
	Rows            [][]string
	Chart           *pageChart
}

// CompareHTML prints a comparison as one self-contained page without any
// script: both curves over each other, from a common start.
func CompareHTML(w io.Writer, c Comparison) error {
	style := chartStyle + pageStyle
	p := comparePage{
		Policy: "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '" + hash(style) + "'",
		Style:  template.HTML("<style>" + style + "</style>"),
		Before: Clean(c.BeforeName) + ran(c.Before), After: Clean(c.AfterName) + ran(c.After), Checks: c.checks(),
	}
	for i := range p.Checks {
		cleanAll(&p.Checks[i].Text)
	}
	for i, t := range c.Targets {
		word, tone := answered(t)
		if i == 0 || t.Outcome.ExitCode() == c.ExitCode() && p.Word != "WORSE" {
			p.Word, p.Tone, p.Title = word, tone, said(t)
		}
		x := comparedTarget{Name: subject(t), Word: word, Why: said(t), Rows: figures(t)}
		for _, warning := range t.Warnings {
			x.Warnings = append(x.Warnings, Clean(warning))
		}
		x.Chart = (&View{Now: time.Unix(0, 0).UTC()}).drawn(c.chart(t), fmt.Sprintf("curves-%d", i), "")
		p.Targets = append(p.Targets, x)
	}
	if err := compareTemplate.Execute(w, p); err != nil {
		return fmt.Errorf("comparison as HTML: %w", err)
	}
	return nil
}

// chart draws both curves over each other, each from its own first sample on;
// nil if there is none.
func (c Comparison) chart(t soak.Comparison) *chart {
	out := &chart{Title: "Memory of " + subject(t) + ", before and after", Unit: "bytes", format: soak.FormatBytes}
	low, high := math.Inf(1), math.Inf(-1)
	for _, side := range []struct {
		name, class string
		series      *Series
		run         soak.RunInfo
	}{{"before", "c2", c.BeforeSeries[t.Before.Target], c.Before.Run}, {"after", "c1", c.AfterSeries[t.After.Target], c.After.Run}} {
		if side.series == nil {
			continue
		}
		shown, _ := side.series.shown()
		from, to, ok := shown.Span()
		if !ok || to <= from {
			continue
		}
		a, b, _ := shown.Range()
		low, high = math.Min(low, a), math.Max(high, b)
		pieces := shown.Segments((&View{Report: soak.Report{Run: side.run}}).gap())
		for _, piece := range pieces {
			for i := range piece {
				piece[i].T -= from
			}
		}
		out.X1 = max(out.X1, to-from)
		out.Lines = append(out.Lines, chartLine{Name: side.name, Class: side.class, Pieces: pieces})
	}
	if len(out.Lines) == 0 {
		return nil
	}
	out.Y = niceScale(low, high, 5)
	out.Ticks = timeTicks(0, out.X1, 8, time.UTC)
	for i := range out.Ticks {
		out.Ticks[i].Label = span(time.Duration(out.Ticks[i].At) * time.Millisecond)
	}
	out.Text = fmt.Sprintf("Peak %s before, %s after, from a common start.", soak.FormatBytes(float64(t.Before.Peak)), soak.FormatBytes(float64(t.After.Peak)))
	return out
}
