package report

import (
	"math"
	"slices"
	"strings"
	"time"

	"leakcheck/soak"
)

// memoryLines are the components of the memory chart, from the back to the front.
var memoryLines = []struct {
	name, class string
	quiet       bool
}{
	{"file", "c5", true}, {"swap", "c8", true}, {"heap", "c7", true}, {"kernel", "c6", true}, {"shmem", "c4", true}, {"anon", "c3", true},
	{Unreclaimable, "c2", false}, {"usage", "c1", false}, {"working_set", "c1", false},
}

// memoryChart draws a target's memory, or returns nil without any curve.
func (v *View) memoryChart(t *Target) *chart {
	shown, name := t.Series.shown()
	from, to, ok := shown.Span()
	if !ok || to <= from {
		return nil
	}
	c := &chart{Title: "Memory of " + t.Name, X0: from, X1: to, Unit: "bytes", format: soak.FormatBytes}
	low, high, _ := shown.Range()
	for _, l := range memoryLines {
		tr := t.Series.Memory[l.name]
		a, b, has := tr.Range()
		if !has || b <= 0 || l.name == "usage" && name != "usage" {
			continue
		}
		low, high = math.Min(low, a), math.Max(high, b)
		c.Lines = append(c.Lines, chartLine{Name: spaced(l.name), Class: l.class, Quiet: l.quiet, Pieces: tr.Segments(v.gap())})
	}
	if f := t.Series.Floor; len(f) > 0 {
		c.Lines = append(c.Lines, chartLine{Name: "floor", Class: "floor", Pieces: [][]Point{f}})
	}
	c.Y = niceScale(low, high, 5)
	v.walls(c, t, high)
	v.trend(c, t)
	v.forecast(c, t, shown)
	v.happened(c, t)
	c.Ticks = timeTicks(c.X0, c.X1, 8, v.Now.Location())
	c.Text = v.memoryText(t, name, shown)
	return c
}

func spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

// walls draws those that are near enough to share the picture with the curve.
func (v *View) walls(c *chart, t *Target, high float64) {
	add := func(at float64, text string) {
		if at <= 0 || at > 2.5*high || slices.ContainsFunc(c.Walls, func(w wallLine) bool { return w.At == at }) {
			return
		}
		c.Walls = append(c.Walls, wallLine{at, text + ", " + soak.FormatBytes(at)})
		if at > c.Y.High {
			c.Y = niceScale(c.Y.Low, at, 5)
		}
	}
	if f := forecastOf(t); f != nil {
		add(f.WallBytes, wallName(f.Wall))
	}
	if p, ok := t.Series.Memory[soak.Limit.String()].Last(); ok {
		add(p.V, "limit")
	}
}

// trend draws the slope and its interval through the floor since the onset,
// turning about the middle, where a slope's line is known best.
func (v *View) trend(c *chart, t *Target) {
	m, points := t.Memory, t.Series.Floor
	if m == nil || m.Slope == nil {
		return
	}
	if m.Since != nil {
		points = slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return p.T < m.Since.UnixMilli() })
	}
	if len(points) < 2 {
		return
	}
	a, b := points[0].T, points[len(points)-1].T
	mid := a + (b-a)/2
	levels := make([]float64, len(points))
	for i, p := range points {
		levels[i] = p.V - m.Slope.Estimate*hoursBetween(mid, p.T)
	}
	slices.Sort(levels)
	level := levels[len(levels)/2]
	at := func(rate float64, t int64) Point { return Point{t, c.clip(level + rate*hoursBetween(mid, t))} }
	pivot := at(0, mid)
	class := "trend"
	if m.Leak == soak.LeakYes {
		class = "trend bad"
	}
	c.Fans = append(c.Fans, fan{class, []Point{at(m.Slope.Low, a), pivot, at(m.Slope.High, b), at(m.Slope.Low, b), pivot, at(m.Slope.High, a)}})
	c.Lines = append(c.Lines, chartLine{Name: "trend", Class: class, Pieces: [][]Point{{at(m.Slope.Estimate, a), at(m.Slope.Estimate, b)}}})
}

// forecast draws where a proven leak leads, for at most a third of the run.
func (v *View) forecast(c *chart, t *Target, shown *Trace) {
	f, m := forecastOf(t), t.Memory
	now, ok := shown.Last()
	if f == nil || !ok || m.Leak != soak.LeakYes || m.Slope == nil || f.Hours.Estimate == nil {
		return
	}
	ahead := min(hours(*f.Hours.Estimate*1.25), time.Duration(c.X1-c.X0)*time.Millisecond/3)
	end := now.T + max(ahead.Milliseconds(), 1)
	c.X1 = max(c.X1, end)
	at := func(rate float64) Point { return c.until(now, rate, end) }
	c.Fans = append(c.Fans, fan{"ahead", []Point{now, at(m.Slope.Low), at(m.Slope.High)}})
	c.Lines = append(c.Lines, chartLine{Name: "forecast", Class: "ahead", Pieces: [][]Point{{now, at(m.Slope.Estimate)}}})
}

// until follows a rate from a point to a time, or to the picture's upper edge.
func (c *chart) until(from Point, rate float64, end int64) Point {
	v := from.V + rate*hoursBetween(from.T, end)
	if v > c.Y.High && rate > 0 {
		return Point{from.T + int64((c.Y.High-from.V)/rate*3600e3), c.Y.High}
	}
	return Point{end, c.clip(v)}
}

func (c *chart) clip(v float64) float64 { return math.Min(c.Y.High, math.Max(c.Y.Low, v)) }

func hoursBetween(a, b int64) float64 { return float64(b-a) / 3600e3 }

// mostMarks keeps a picture of a crash loop readable.
const mostMarks = 60

// happened shades the phases and marks the events of a target.
func (v *View) happened(c *chart, t *Target) {
	for _, e := range v.Report.Events {
		at := e.At.UnixMilli()
		if e.Target != t.Name && e.Target != "" || at < c.X0 || at > c.X1 {
			continue
		}
		text := v.Clock(e.At) + " " + e.Text
		if e.Kind == soak.EventPhase {
			if n := len(c.Phases); n > 0 {
				c.Phases[n-1].To = at
			}
			c.Phases = append(c.Phases, phase{From: at, To: v.End.UnixMilli(), Name: text, Even: len(c.Phases)%2 == 0})
			continue
		}
		if e.Kind != soak.EventVerdict && len(c.Marks) < mostMarks {
			c.Marks = append(c.Marks, mark{at, eventTone(e.Kind), text, markLabel(e.Kind)})
		}
	}
	if len(c.Phases) < 2 || len(c.Phases) > mostMarks {
		c.Phases = nil // one phase needs no telling apart, and hundreds are noise
	}
}

// markLabel is the word beside a mark that means trouble.
func markLabel(k soak.EventKind) string {
	switch {
	case k == soak.EventOOM:
		return "OOM"
	case eventTone(k) == Plain:
		return ""
	}
	return Clean(string(k))
}

// memoryText says in words what the chart shows.
func (v *View) memoryText(t *Target, name string, shown *Trace) string {
	low, high, _ := shown.Range()
	last, _ := shown.Last()
	text := upperFirst(spaced(name)) + " between " + soak.FormatBytes(low) + " and " + soak.FormatBytes(high) + ", at the end " + soak.FormatBytes(last.V) + "."
	if t.Memory != nil && t.Memory.Slope != nil {
		text += " The floor's present rate is " + rateInterval(*t.Memory.Slope) + "."
	}
	return text
}
