package report

import (
	"cmp"
	"math"
	"slices"

	"leakcheck/soak"
)

// overview is what a page of several containers begins with: all of them in
// one table, their curves over each other and their checklists side by side.
type overview struct {
	Targets *grid
	Chart   *pageChart
	Checks  *grid
	// Waiting is how many checks are left out, since none of the containers is
	// due to be judged by them.
	Waiting int
}

// overview returns nil for a single target.
func (v *View) overview() *overview {
	if len(v.Targets) < 2 {
		return nil
	}
	o := &overview{Targets: v.targetTable(), Chart: v.drawn(v.together(), "together-chart", "")}
	o.Checks, o.Waiting = v.sideBySide()
	return o
}

// targetTable is one row for each container.
func (v *View) targetTable() *grid {
	g := &grid{Columns: []column{{name: "container"}, {name: "leak"}, {"rate of the floor [95 %]", true}, {"memory", true}, {name: "wall"}, {name: "checks"}}}
	for _, t := range v.Targets {
		row := plainCells(t.Name, "not measured", "-", "-", "-", t.Tally.String())
		row[1].Tone = t.Verdict.Tone
		if m := t.Memory; m != nil && m.Samples > 0 {
			row[1].Text, row[3].Text = string(m.Leak), soak.FormatBytes(float64(whole(m)))
			if m.Slope != nil {
				row[2].Text = rateInterval(*m.Slope)
			}
			row[4].Text, row[4].Tone = v.wall(t)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// together draws every container's memory by the same clock.
func (v *View) together() *chart {
	c := &chart{Title: "Memory of all containers", Unit: "bytes", format: soak.FormatBytes, X0: math.MaxInt64,
		Text: "What docker stats would show of each, by the same clock."}
	low, high := math.Inf(1), math.Inf(-1)
	for i, t := range v.Targets {
		shown, _ := t.Series.shown()
		from, to, ok := shown.Span()
		if !ok || to <= from {
			continue
		}
		a, b, _ := shown.Range()
		low, high = math.Min(low, a), math.Max(high, b)
		c.X0, c.X1 = min(c.X0, from), max(c.X1, to)
		c.Lines = append(c.Lines, chartLine{Name: t.Name, Class: lineClass(i), Pieces: shown.Segments(v.gap())})
	}
	if len(c.Lines) == 0 {
		return nil
	}
	c.Y = niceScale(low, high, 5)
	c.Ticks = timeTicks(c.X0, c.X1, 8, v.Now.Location())
	return c
}

// sideBySide has a row for each check and a column for each container. Where
// many checks are due for none of them it only counts these.
func (v *View) sideBySide() (*grid, int) {
	g := &grid{Columns: []column{{name: "check"}}}
	type key struct{ window, id string }
	var keys []key
	for i, t := range v.Targets {
		g.Columns = append(g.Columns, column{name: t.Name})
		for _, w := range t.Windows {
			for _, c := range w.Checks {
				k := key{w.Name, c.ID}
				at := slices.Index(keys, k)
				if at < 0 {
					at = len(keys)
					keys = append(keys, k)
					g.Rows = append(g.Rows, make([]cell, len(v.Targets)+1))
					g.Rows[at][0].Text = c.Text
				}
				g.Rows[at][i+1] = outcomeCell(c.Outcome)
			}
		}
	}
	waiting := g.withoutWaiting()
	for _, r := range g.Rows {
		for i := range r {
			r[i].Text = cmp.Or(r[i].Text, "–")
		}
	}
	if len(g.Rows) == 0 {
		return nil, 0
	}
	return g, waiting
}

// withoutWaiting takes out the rows of checks that are not due for any column,
// if they are many, and returns how many.
func (g *grid) withoutWaiting() int {
	waits := func(r []cell) bool {
		return !slices.ContainsFunc(r[1:], func(c cell) bool { return c.Text != "" && c != outcomeCell(soak.NotDue) })
	}
	rest := slices.DeleteFunc(slices.Clone(g.Rows), waits)
	n := len(g.Rows) - len(rest)
	if n < manyWaiting || len(rest) == 0 {
		return 0
	}
	g.Rows = rest
	return n
}
