package report

import (
	"math"
	"time"

	"leakcheck/soak"
)

// curve draws the working set and its floor with characters, under a heading.
func (p *printer) curve(v *View, t *Target, suffix string) {
	shown, name := t.Series.shown()
	from, to, ok := shown.Span()
	if !ok || to <= from {
		return
	}
	p.heading("Curve%s: %s, with the floor of what cannot be reclaimed", suffix, spaced(name))
	p.plot(v, t, from, min(14, max(8, p.Width/9)))
}

// plot draws the curve from a time on: the working set, its floor and, where a
// leak is proven, what lies ahead.
func (p *printer) plot(v *View, t *Target, from int64, rows int) {
	shown, _ := t.Series.shown()
	_, to, ok := shown.Span()
	if !ok || to <= from {
		return
	}
	pieces := shown.Segments(v.gap())
	low, high := rangeOf(from, append(pieces, t.Series.Floor)...)
	ahead, end := p.ahead(t, shown, from, to)
	if f := forecastOf(t); f != nil && ahead != nil {
		high = math.Max(high, math.Min(f.WallBytes, ahead[1].V))
	}
	scale, rows := rowScale(low, high, rows)
	c := newCanvas(p.Width-13, rows, p.Unicode)
	c.frame(float64(from), float64(end), scale.Low, scale.High)
	if ahead != nil {
		c.layer(layerAhead, ahead)
	}
	c.layer(layerFloor, t.Series.Floor)
	for _, piece := range pieces {
		c.layer(layerCurve, piece)
	}
	f := forecastOf(t)
	if f != nil {
		c.wall(f.WallBytes, wallName(f.Wall)+", "+soak.FormatBytes(f.WallBytes))
	}
	p.rows(c, scale)
	p.line("%11s %s", "", p.paint.label(timeAxis(v, from, end, c.columns)))
	if f != nil && f.WallBytes > scale.High {
		p.labelled("", "", 12, "the wall ("+wallName(f.Wall)+", "+soak.FormatBytes(f.WallBytes)+") is above this picture", Faint)
	}
}

// rowScale chooses ticks that lie on rows, the same number of rows apart: the
// most that leave no more than a fifth of the rows over. It returns how many
// rows it takes.
func rowScale(low, high float64, rows int) (best scale, used int) {
	for n := 7; n >= 1; n-- {
		s := niceScale(low, high, n)
		gaps := max(len(s.ticks)-1, 1)
		takes := (rows-1)/gaps*gaps + 1
		if takes > used {
			best, used = s, takes
		}
		if 5*used >= 4*rows {
			break
		}
	}
	return best, used
}

// rangeOf returns the lowest and highest value from a time on.
func rangeOf(from int64, pieces ...[]Point) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, piece := range pieces {
		for _, x := range piece {
			if x.T >= from {
				low, high = math.Min(low, x.V), math.Max(high, x.V)
			}
		}
	}
	return low, high
}

// ahead is the line from the last sample to the wall, or to as far as a sixth
// of the picture goes, and where the picture ends.
func (p *printer) ahead(t *Target, shown *Trace, from, to int64) ([]Point, int64) {
	f, m := forecastOf(t), t.Memory
	now, _ := shown.Last()
	if f == nil || m.Leak != soak.LeakYes || m.Slope == nil || m.Slope.Estimate <= 0 || f.Hours.Estimate == nil {
		return nil, to
	}
	end := now.T + min(hours(*f.Hours.Estimate).Milliseconds(), (to-from)/6)
	return []Point{now, {end, now.V + m.Slope.Estimate*hoursBetween(now.T, end)}}, max(to, end)
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
	if to-from < (10 * time.Minute).Milliseconds() {
		at = func(ms int64) string { return time.UnixMilli(ms).In(v.Now.Location()).Format(time.TimeOnly) }
	}
	left, mid, right := at(from), at(from+(to-from)/2), at(to)
	line := pad(left, columns/2-width(mid)/2) + mid
	return line + padLeft(right, columns-width(line))
}

// gap is how long a stretch without a sample breaks a curve.
func (v *View) gap() time.Duration {
	return max(time.Minute, seconds(4*v.Report.Run.Interval))
}
