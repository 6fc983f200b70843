package report

import (
	"math"
	"time"

	"leakcheck/soak"
)

// startedCurve is one of several curves that are drawn over each other.
type startedCurve struct {
	name, class string
	series      *Series
	run         soak.RunInfo
}

// fromStart draws curves over each other, each from its own first sample on;
// nil if there is none.
func fromStart(title string, curves []startedCurve) *chart {
	c := &chart{Title: title, Unit: "bytes", format: soak.FormatBytes}
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range curves {
		shown, _ := x.series.shown()
		from, to, ok := shown.Span()
		if !ok || to <= from {
			continue
		}
		a, b, _ := shown.Range()
		low, high = math.Min(low, a), math.Max(high, b)
		pieces := shown.Segments((&View{Report: soak.Report{Run: x.run}}).gap())
		for _, piece := range pieces {
			for i := range piece {
				piece[i].T -= from
			}
		}
		c.X1 = max(c.X1, to-from)
		c.Lines = append(c.Lines, chartLine{Name: x.name, Class: x.class, Pieces: pieces})
	}
	if len(c.Lines) == 0 {
		return nil
	}
	c.Y = niceScale(low, high, 5)
	c.Ticks = timeTicks(0, c.X1, 8, time.UTC)
	for i := range c.Ticks {
		c.Ticks[i].Label = sinceStart(time.Duration(c.Ticks[i].At) * time.Millisecond)
	}
	c.Elapsed = true
	return c
}

// sinceStart labels a round time after a start: whole hours are hours.
func sinceStart(d time.Duration) string {
	if d > 0 && d%time.Hour == 0 && d < 72*time.Hour {
		return number(int64(d/time.Hour)) + " h"
	}
	return span(d)
}
