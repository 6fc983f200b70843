package report

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mostSmall is how many signal charts a page draws.
const mostSmall = 12

// latencyChart draws each scenario's 95th percentile, or returns nil.
func (v *View) latencyChart() *chart {
	run := v.Series[""]
	if run == nil || len(run.Latency) == 0 {
		return nil
	}
	c := &chart{Title: "Latency, 95th percentile of each scenario", Unit: "ms", format: millis, X0: math.MaxInt64}
	high := 0.0
	var said []string
	for i, name := range slices.Sorted(maps.Keys(run.Latency)) {
		tr := run.Latency[name]
		from, to, _ := tr.Span()
		low, top, _ := tr.Range()
		c.X0, c.X1, high = min(c.X0, from), max(c.X1, to), math.Max(high, top)
		name = Clean(name)
		c.Lines = append(c.Lines, chartLine{Name: name, Class: lineClass(i), Pieces: tr.Segments(loadGap)})
		said = append(said, name+" "+millis(low)+" to "+millis(top))
	}
	if c.X1 <= c.X0 {
		return nil
	}
	c.Y = niceScale(0, high, 4)
	c.Ticks = timeTicks(c.X0, c.X1, 8, v.Now.Location())
	c.Text = "95th percentile per interval: " + strings.Join(said, "; ") + "."
	if b := v.Report.Load.Brake; b != nil && b.At.UnixMilli() <= c.X1 {
		c.Marks = append(c.Marks, mark{b.At.UnixMilli(), Caution, v.Clock(b.At) + " brake" + because(b.Reason), "brake"})
	}
	return c
}

// loadGap is how long scenarios may rest before their curve breaks.
const loadGap = 2 * time.Hour

func lineClass(i int) string { return "c" + strconv.Itoa(i%8+1) }

// signalUnit is the unit of a series: of "rule.value", or of a rule's only value.
func (v *View) signalUnit(target, series string) string {
	rule, value, _ := strings.Cut(series, ".")
	for _, s := range v.Report.Signals {
		if s.Name != rule || s.Target != target {
			continue
		}
		if value != "" {
			return s.Units[value]
		}
		return cmp.Or(s.Units[rule], s.Units["value"])
	}
	return ""
}

// signalCharts draws the values that the log's signals carried.
func (v *View) signalCharts(t *Target) []*chart {
	if t.Series == nil {
		return nil
	}
	var out []*chart
	for _, name := range slices.Sorted(maps.Keys(t.Series.Signals)) {
		tr := t.Series.Signals[name]
		from, to, _ := tr.Span()
		if to <= from || len(out) == mostSmall {
			continue
		}
		low, high, _ := tr.Range()
		last, _ := tr.Last()
		unit := v.signalUnit(t.Name, name)
		format := func(x float64) string { return signalValue(unit, x) }
		name = Clean(name)
		c := &chart{Title: spaced(strings.ReplaceAll(name, ".", ": ")), X0: from, X1: to, Y: niceScale(low, high, 3), Unit: unit, format: format}
		c.Lines = []chartLine{{Name: name, Class: lineClass(len(out)), Pieces: tr.Segments(24 * time.Hour)}}
		c.Ticks = timeTicks(from, to, 5, v.Now.Location())
		c.Text = "From " + format(low) + " to " + format(high) + ", at the end " + format(last.V) + "."
		out = append(out, c)
	}
	return out
}
