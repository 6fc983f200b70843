package report

import (
	"fmt"
	"html"
	"io"
	"strings"

	_ "embed"
)

// chartStyle colours charts, on the page and in the picture file alike.
//
//go:embed assets/chart.css
var chartStyle string

const (
	svgWidth  = 960
	svgLeft   = 78
	svgTop    = 64
	svgHeight = 300
	svgGap    = 70
)

// SVG prints the memory charts of all targets as one picture that needs
// nothing else.
func SVG(w io.Writer, v *View) error {
	var b strings.Builder
	height := 24
	var body strings.Builder
	for _, t := range v.Targets {
		if c := v.memoryChart(t); c != nil {
			c.standalone(&body, t, height)
			height += svgTop + svgHeight + svgGap
		}
	}
	if height == 24 {
		fmt.Fprintf(&body, `<text class="title" x="16" y="44">%s</text><text class="note" x="16" y="66">There is no curve to draw.</text>`, html.EscapeString(v.Headline.Word))
		height = 90
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="alone" role="img" aria-label="%s" viewBox="0 0 %d %d" width="%d" height="%d">`,
		html.EscapeString(v.Headline.Word+": "+v.Headline.Text), svgWidth, height, svgWidth, height)
	fmt.Fprintf(&b, "<style>%s</style><rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>%s</svg>\n", chartStyle, body.String())
	_, err := io.WriteString(w, b.String())
	return err
}

// standalone draws title, legend, axes and plot at a height of the picture.
func (c *chart) standalone(b *strings.Builder, t *Target, top int) {
	const width = svgWidth - svgLeft - 24
	fmt.Fprintf(b, `<g><text class="title %s" x="%d" y="%d">%s</text>`, t.Verdict.Tone, svgLeft, top+12, html.EscapeString(fit(t.Verdict.Text, 110)))
	x := svgLeft
	for _, l := range c.Legend() {
		if l.Quiet {
			continue
		}
		fmt.Fprintf(b, `<path class="line %s" d="M%d %dh22"/><text class="note" x="%d" y="%d">%s</text>`, l.Class, x, top+34, x+28, top+38, html.EscapeString(l.Name))
		x += 50 + 7*len(l.Name)
	}
	y := top + svgTop
	plot := *c
	plot.Lines = nil
	for _, l := range c.Lines {
		if !l.Quiet {
			plot.Lines = append(plot.Lines, l)
		}
	}
	b.WriteString(plot.nested(fmt.Sprintf(`x="%d" y="%d" width="%d" height="%d"`, svgLeft, y, width, svgHeight)))
	at := func(v float64) float64 { return float64(y) + c.y(v)/plotSize*svgHeight }
	for _, tick := range c.Y.ticks {
		fmt.Fprintf(b, `<text class="axis" text-anchor="end" x="%d" y="%s">%s</text>`, svgLeft-10, fixed(at(tick)+4), c.format(tick))
	}
	for _, tick := range c.Ticks {
		fmt.Fprintf(b, `<text class="axis" text-anchor="middle" x="%s" y="%d">%s</text>`, fixed(svgLeft+c.x(tick.At)/plotSize*width), y+svgHeight+22, tick.Label)
	}
	for i, w := range c.Walls {
		fmt.Fprintf(b, `<text class="walltext" x="%s" y="%s">%s</text>`, fixed(svgLeft+8+c.wallX(i)/plotSize*width), fixed(at(w.At)+float64(wallStep(c.y(w.At)))), html.EscapeString(w.Text))
	}
	for _, m := range c.labelled() {
		x := c.x(m.At)
		fmt.Fprintf(b, `<text class="marktext %s" x="%s" y="%d" dx="%s" text-anchor="%s">%s</text>`, m.Class, fixed(svgLeft+x/plotSize*width), y+12, beside(x, 4), anchor(x), html.EscapeString(m.Label))
	}
	b.WriteString("</g>")
}
