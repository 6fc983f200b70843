package report

import (
	"math"

	"leakcheck/soak"
)

// forest draws estimates with their intervals beside each other, as a forest
// plot does: a dot on a bar, and a line where nothing would be.
type forest struct {
	// Text says in words how to read it.
	Text string
	Rows []forestRow
	// Ticks label an axis that all rows share; Left and Right what lies to
	// either side of nothing where each row has its own.
	Ticks       []forestTick
	Left, Right string
}

// forestRow is one estimate; places are in per cent of the width.
type forestRow struct {
	Name, Value     string
	Tone            Tone
	Low, At, High   float64
	Zero, Bound     float64
	Bounded, Points bool
}

type forestTick struct {
	At   float64
	Text string
}

// Width is how wide the bar of an interval is.
func (r forestRow) Width() float64 { return math.Max(r.High-r.Low, 0.3) }

// measure is an estimate to be drawn.
type measure struct {
	name, value string
	tone        Tone
	interval    *soak.Interval
}

// sharedForest draws measures of one unit on one axis, with a line at bound.
func sharedForest(all []measure, bound float64, format func(float64) string) *forest {
	low, high := math.Min(0, bound), math.Max(0, bound)
	for _, m := range all {
		if m.interval != nil {
			low, high = math.Min(low, m.interval.Low), math.Max(high, m.interval.High)
		}
	}
	axis := niceScale(low, high, 5)
	f := &forest{}
	place := func(x float64) float64 { return 100 * (x - axis.Low) / (axis.High - axis.Low) }
	for _, t := range axis.ticks {
		f.Ticks = append(f.Ticks, forestTick{place(t), format(t)})
	}
	for _, m := range all {
		f.Rows = append(f.Rows, m.row(place, bound))
	}
	return f
}

// ownForest draws each measure on a scale of its own with nothing in the middle.
func ownForest(all []measure) *forest {
	f := &forest{}
	for _, m := range all {
		most := 1.0
		if m.interval != nil {
			most = 1.08 * math.Max(math.Abs(m.interval.Low), math.Abs(m.interval.High))
		}
		if most == 0 {
			most = 1
		}
		f.Rows = append(f.Rows, m.row(func(x float64) float64 { return 50 + 50*x/most }, 0))
	}
	return f
}

func (m measure) row(place func(float64) float64, bound float64) forestRow {
	r := forestRow{Name: m.name, Value: m.value, Tone: m.tone, Zero: round1(place(0)), Bound: round1(place(bound)), Bounded: bound != 0}
	if i := m.interval; i != nil {
		r.Points, r.Low, r.At, r.High = true, round1(place(i.Low)), round1(place(i.Estimate)), round1(place(i.High))
	}
	return r
}

func round1(x float64) float64 { return math.Round(10*x) / 10 }
