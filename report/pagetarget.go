package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"leakcheck/soak"
)

// pageTarget is one target's part of the page.
type pageTarget struct {
	ID      string
	T       *Target
	Many    bool
	Memory  *pageChart
	Signals []*pageChart
	Rows    [][]string
	Reasons []Fact
	Models  []modelRow
	// Told and Waiting are the checklist, without and with what is not due yet.
	Told, Waiting []Window
}

type modelRow struct{ Name, Score, Behind string }

// pageChart is a chart with its parts drawn.
type pageChart struct {
	*chart
	Size               string
	Zone               int64 // the report's offset from UTC in milliseconds
	Plot               template.HTML
	YAxis, XAxis, Over template.HTML
}

func (v *View) pageTarget(i int, t *Target, many bool) pageTarget {
	p := pageTarget{ID: "t" + strconv.Itoa(i+1), T: t, Many: many}
	p.Memory = v.drawn(v.memoryChart(t), p.ID+"-memory-chart", "")
	for j, c := range v.signalCharts(t) {
		p.Signals = append(p.Signals, v.drawn(c, fmt.Sprintf("%s-signal-%d", p.ID, j+1), "small"))
	}
	p.Told, p.Waiting = t.parted()
	if t.Memory == nil {
		return p
	}
	for _, m := range soak.Metrics() {
		if r, ok := t.Memory.Components[m.String()]; ok {
			p.Rows = append(p.Rows, componentRow(m, r))
		}
	}
	p.Reasons = reasons(t.Memory)
	p.Models = modelRows(t.Memory.Models)
	return p
}

// drawn turns a chart into markup: axes of text that keeps its size beside a
// plot that stretches. It returns nil for nil.
func (v *View) drawn(c *chart, id, size string) *pageChart {
	if c == nil {
		return nil
	}
	c.ID = id
	_, zone := time.UnixMilli(c.X1).In(v.Now.Location()).Zone()
	p := &pageChart{chart: c, Size: size, Zone: int64(zone) * 1000}
	p.Plot = template.HTML(c.nested(`role="img" aria-label="` + html.EscapeString(c.Title+". "+c.Text) + `"`))
	var y, x, over strings.Builder
	for _, t := range c.Y.ticks {
		fmt.Fprintf(&y, `<text x="100%%" dx="-8" y="%s" dy=".32em" text-anchor="end">%s</text>`, percentOf(c.y(t)), html.EscapeString(c.format(t)))
	}
	for _, t := range c.Ticks {
		class := ""
		if t.Minor {
			class = ` class="minor"`
		}
		fmt.Fprintf(&x, `<text%s x="%s" y="17" text-anchor="%s">%s</text>`, class, percentOf(c.x(t.At)), tickAnchor(c.x(t.At)), t.Label)
	}
	for i, w := range c.Walls {
		fmt.Fprintf(&over, `<text class="walltext" x="%s" dx="8" y="%s" dy="%d">%s</text>`, percentOf(c.wallX(i)), percentOf(c.y(w.At)), wallStep(c.y(w.At)), html.EscapeString(w.Text))
	}
	for _, m := range c.labelled() {
		fmt.Fprintf(&over, `<text class="marktext %s" x="%s" dx="%s" y="12" text-anchor="%s">%s</text>`, m.Class, percentOf(c.x(m.At)), beside(c.x(m.At), 4), anchor(c.x(m.At)), html.EscapeString(m.Label))
	}
	p.YAxis, p.XAxis, p.Over = template.HTML(y.String()), template.HTML(x.String()), template.HTML(over.String())
	return p
}

// anchor puts a word to the side of a place where there is room.
func anchor(x float64) string {
	if x > plotSize-labelRoom {
		return "end"
	}
	return "start"
}

// tickAnchor centres a time below its place, but keeps one at the right edge
// within the picture.
func tickAnchor(x float64) string {
	if x > 0.97*plotSize {
		return "end"
	}
	return "middle"
}

// beside is the step to that side.
func beside(x, by float64) string {
	if anchor(x) == "end" {
		by = -by
	}
	return fixed(by)
}

// reasons are the figures behind a verdict.
func reasons(m *soak.MemoryResult) []Fact {
	var out []Fact
	add := func(label, text string) {
		if text != "" {
			out = append(out, Fact{Label: label, Text: text})
		}
	}
	add("pattern", string(m.Pattern))
	if string(m.Leak) != string(m.Pattern) { // both may be inconclusive
		add("leak", string(m.Leak))
	}
	if m.Slope != nil {
		add("rate of the floor", fmt.Sprintf("%s at %s %%", rateInterval(*m.Slope), sig3(m.Slope.Confidence*100)))
	}
	if m.Tolerance > 0 {
		add("tolerance", soak.FormatRate(m.Tolerance))
	}
	if m.Detectable != nil && m.Leak != soak.LeakYes {
		add("visible", "a leak of "+soak.FormatRate(*m.Detectable)+" would have been seen 9 times of 10")
	}
	if m.BytesPerRequest != nil {
		add("per request", byteInterval(*m.BytesPerRequest, ""))
	}
	if len(m.Traits) > 0 {
		var names []string
		for _, t := range m.Traits {
			names = append(names, string(t))
		}
		add("traits", strings.Join(names, ", "))
	}
	add("samples", fmt.Sprintf("%s over %s", number(int64(m.Samples)), span(seconds(m.Duration))))
	return out
}

func modelRows(models []soak.Model) []modelRow {
	best := math.Inf(1)
	for _, m := range models {
		best = math.Min(best, m.Score)
	}
	sorted := slices.Clone(models)
	slices.SortStableFunc(sorted, func(a, b soak.Model) int { return int(math.Copysign(1, a.Score-b.Score)) })
	var out []modelRow
	for _, m := range sorted {
		behind := "best"
		if d := m.Score - best; d > 0 {
			behind = "+" + strconv.FormatFloat(d, 'f', 1, 64)
		}
		out = append(out, modelRow{m.Name, strconv.FormatFloat(m.Score, 'f', 1, 64), behind})
	}
	return out
}

// settings list how the run was set up and what watching cost.
func (v *View) settings() []Fact {
	run, o := v.Report.Run, v.Report.Observer
	out := []Fact{{Label: "run", Text: run.ID}, {Label: "leakcheck", Text: run.Version}, {Label: "profile", Text: run.Profile},
		{Label: "load", Text: run.Load()}, {Label: "interval", Text: span(seconds(run.Interval))}}
	if run.Tolerance > 0 {
		out = append(out, Fact{Label: "tolerance", Text: soak.FormatRate(run.Tolerance) + ", as given"})
	}
	for _, t := range run.Targets {
		parts := []string{t.Kind, shorten(t.ID, 12), t.Image, t.Source, t.URL}
		if t.Limit > 0 {
			parts = append(parts, "limit "+soak.FormatBytes(float64(t.Limit)))
		}
		if t.HostMemory > 0 {
			parts = append(parts, "host "+soak.FormatBytes(float64(t.HostMemory)))
		}
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
		out = append(out, Fact{Label: t.Name, Text: strings.Join(parts, ", ")})
	}
	out = append(out, Fact{Label: "watching cost", Text: fmt.Sprintf("%s of memory, %s of CPU, %s, %s of log read", soak.FormatBytes(float64(o.RSS)),
		span(seconds(o.CPUSeconds)), plural(o.EngineCalls, "engine call"), soak.FormatBytes(float64(o.LogBytes)))},
		Fact{Label: "samples", Text: fmt.Sprintf("%s taken, %s missed, %s late (at most %s s)", number(o.Samples), number(o.Missed), number(o.Late), sig3(o.MaxLate))})
	return slices.DeleteFunc(out, func(f Fact) bool { return f.Text == "" })
}
