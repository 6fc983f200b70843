package report

import (
	"math"
	"strings"
	"time"

	"leakcheck/soak"
)

// curve draws the working set and its floor with characters.
func (p *printer) curve(v *View, t *Target, suffix string) {
	tr, name := t.Series.shown()
	from, to, ok := tr.Span()
	if !ok || to <= from {
		return
	}
	low, high, _ := tr.Range()
	base, _ := t.Series.judged()
	if l, _, ok := base.Range(); ok {
		low = math.Min(low, l)
	}
	scale := niceScale(low, high, 5)
	c := newCanvas(p.Width-13, min(14, max(8, p.Width/9)), p.Unicode)
	c.frame(float64(from), float64(to), scale.Low, scale.High)
	for _, seg := range floor(base) {
		c.layer(1, seg)
	}
	for _, seg := range tr.Segments(v.gap()) {
		c.layer(0, seg)
	}
	p.heading("Curve%s: %s, with the floor of what cannot be reclaimed", suffix, strings.ReplaceAll(name, "_", " "))
	p.rows(c, scale)
	p.line("%11s %s", "", p.paint.label(timeAxis(v, from, to, c.columns)))
	if f := forecastOf(t); f != nil && f.WallBytes > scale.High {
		p.labelled("", "", 12, "the wall ("+wallName(f.Wall)+", "+soak.FormatBytes(f.WallBytes)+") is above this picture", Faint)
	}
}

func (p *printer) rows(c *canvas, s scale) {
	for i := range c.lines {
		label := ""
		for _, tick := range s.ticks {
			if c.row(tick) == i {
				label = soak.FormatBytes(tick)
			}
		}
		bar := "│"
		if label != "" {
			bar = "┤"
		}
		if !p.Unicode {
			bar = "|"
		}
		p.line("%s %s%s", p.paint.label(padLeft(label, 10)), p.paint.label(bar), c.render(i, p.paint))
	}
}

func forecastOf(t *Target) *soak.Forecast {
	if t.Memory == nil || t.Memory.Forecast == nil || t.Memory.Forecast.Wall == "" {
		return nil
	}
	return t.Memory.Forecast
}

// timeAxis labels the start, the middle and the end.
func timeAxis(v *View, from, to int64, columns int) string {
	at := func(ms int64) string { return v.Clock(time.UnixMilli(ms)) }
	left, mid, right := at(from), at(from+(to-from)/2), at(to)
	line := pad(left, columns/2-width(mid)/2) + mid
	return line + padLeft(right, columns-width(line))
}

// gap is how long a stretch without a sample breaks a curve.
func (v *View) gap() time.Duration {
	return max(time.Minute, seconds(4*v.Report.Run.Interval))
}
