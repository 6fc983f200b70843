package report

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
)

// chart is a picture of curves over time. Its plot is drawn on a square of
// plotSize units that is stretched to its place, so that one drawing serves
// the page at every width, the zoom and the picture file.
type chart struct {
	ID    string
	Title string
	// Text says in words what the picture shows.
	Text   string
	X0, X1 int64 // Unix milliseconds
	Y      scale
	// Elapsed marks a time that counts from a common start.
	Elapsed bool
	// Unit tells the page's script how to print values: "bytes", "ms" or "".
	Unit   string
	Lines  []chartLine
	Fans   []fan
	Phases []phase
	// Keys explain the colours of phases.
	Keys   []legendKey
	Marks  []mark
	Walls  []wallLine
	Ticks  []timeTick
	format func(float64) string
}

// chartLine is one curve. Class is its look: c1 to c8.
type chartLine struct {
	Name, Class string
	Pieces      [][]Point
	// Quiet lines are thin on a page, and left out of the picture file.
	Quiet bool
}

// fan is an area between two lines: a band of uncertainty.
type fan struct {
	Class  string
	Points []Point
}

// phase is a stretch of time that is shaded: every other one of a run, or each
// in its own colour where it has a class.
type phase struct {
	From, To int64
	Name     string
	Class    string
	Even     bool
}

type legendKey struct{ Name, Class string }

// mark is something that happened; Label is its word on the picture itself.
type mark struct {
	At    int64
	Class Tone
	Text  string
	Label string
}

type wallLine struct {
	At   float64
	Text string
}

const plotSize = 1000

func (c *chart) x(t int64) float64 {
	return float64(t-c.X0) / float64(max(c.X1-c.X0, 1)) * plotSize
}

func (c *chart) y(v float64) float64 {
	return (c.Y.High - v) / (c.Y.High - c.Y.Low) * plotSize
}

// fixed prints a coordinate with one decimal, as short as it can be.
func fixed(x float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
}

// path draws pieces of a curve. Points that fall on the same spot are left out.
func (c *chart) path(pieces [][]Point) string {
	var b strings.Builder
	for _, piece := range pieces {
		last := ""
		for i, p := range piece {
			at := fixed(c.x(p.T)) + " " + fixed(c.y(p.V))
			switch {
			case i == 0:
				b.WriteString("M" + at)
				if len(piece) == 1 {
					b.WriteString("h.1")
				}
			case at != last:
				b.WriteString("L" + at)
			}
			last = at
		}
	}
	return b.String()
}

// plot draws everything inside the axes.
func (c *chart) plot() string {
	var b strings.Builder
	for _, p := range c.Phases {
		if p.Even || p.Class != "" {
			fmt.Fprintf(&b, `<rect class="%s" x="%s" y="0" width="%s" height="%d"><title>%s</title></rect>`,
				strings.TrimSpace("phase "+p.Class), fixed(c.x(p.From)), fixed(max(1, c.x(p.To)-c.x(p.From))), plotSize, html.EscapeString(p.Name))
		}
	}
	for _, t := range c.Y.ticks {
		fmt.Fprintf(&b, `<path class="grid" d="M0 %sH%d"/>`, fixed(c.y(t)), plotSize)
	}
	for _, f := range c.Fans {
		fmt.Fprintf(&b, `<path class="fan %s" d="%sZ"/>`, f.Class, c.path([][]Point{f.Points}))
	}
	for _, w := range c.Walls {
		fmt.Fprintf(&b, `<path class="wall" d="M0 %sH%d"><title>%s</title></path>`, fixed(c.y(w.At)), plotSize, html.EscapeString(w.Text))
	}
	for _, m := range c.Marks {
		fmt.Fprintf(&b, `<path class="mark %s" d="M%s 0V%d"><title>%s</title></path>`, m.Class, fixed(c.x(m.At)), plotSize, html.EscapeString(m.Text))
	}
	for _, l := range c.Lines {
		quiet := ""
		if l.Quiet {
			quiet = " quiet"
		}
		fmt.Fprintf(&b, `<path class="line %s%s" data-name="%s" d="%s"/>`, l.Class, quiet, html.EscapeString(l.Name), c.path(l.Pieces))
	}
	return b.String()
}

// nested is the plot in its own stretched coordinates.
func (c *chart) nested(attributes string) string {
	return fmt.Sprintf(`<svg class="plot" %s viewBox="0 0 %d %d" preserveAspectRatio="none">%s</svg>`, attributes, plotSize, plotSize, c.plot())
}

// Legend lists the lines as a reader wants them: what is drawn on top first.
func (c *chart) Legend() []chartLine {
	if len(c.Lines) < 2 {
		return nil
	}
	var loud, quiet []chartLine
	for _, l := range c.Lines {
		switch {
		case l.Quiet:
			quiet = append(quiet, l)
		case l.Name == "working set" || l.Name == "usage":
			loud = slices.Insert(loud, 0, l) // the curve that the chart is about
		default:
			loud = append(loud, l)
		}
	}
	slices.Reverse(quiet)
	return append(loud, quiet...)
}

// wallLabel is the height that a wall's label takes.
const wallLabel = plotSize / 12

// wallX is where the label of a wall begins: at the left, or beside the label of
// another wall that is so near that one would cover the other.
func (c *chart) wallX(i int) float64 {
	for _, w := range c.Walls[:i] {
		if math.Abs(c.y(w.At)-c.y(c.Walls[i].At)) < wallLabel {
			return plotSize * 0.4
		}
	}
	return 0
}

// wallStep puts a wall's label above its line, or below where it would run into
// the legend.
func wallStep(y float64) int {
	if y < plotSize/10 {
		return 15
	}
	return -6
}

// labelRoom is how much of the plot's width the word of a mark takes.
const labelRoom = 90

// labelled returns the marks whose words have room beside each other.
func (c *chart) labelled() []mark {
	var out []mark
	free := -1.0
	for _, m := range c.Marks {
		x := c.x(m.At)
		if m.Label == "" || x < free {
			continue
		}
		out, free = append(out, m), x+labelRoom
	}
	return out
}

// percent prints a plot coordinate as a share of the plot.
func percentOf(x float64) string { return fixed(x/plotSize*100) + "%" }
