package report

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever comes in, in whatever order, a trace stays within its bound and
// keeps the ends and the extremes.
func TestTraceKeepsPeaks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(2, 40).Draw(t, "most")
		points := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Point {
			return Point{rapid.Int64Range(-1e6, 1e9).Draw(t, "t"), rapid.Float64Range(-1e12, 1e12).Draw(t, "v")}
		}), 1, 300).Draw(t, "points")
		tr := newTrace(most)
		low, high := math.Inf(1), math.Inf(-1)
		from, to := int64(math.MaxInt64), int64(math.MinInt64)
		for _, p := range points {
			tr.Add(1, p)
			low, high = math.Min(low, p.V), math.Max(high, p.V)
			from, to = min(from, p.T), max(to, p.T)
		}
		if len(tr.buckets) > most {
			t.Fatalf("%d buckets, at most %d were allowed", len(tr.buckets), most)
		}
		if l, h, _ := tr.Range(); l != low || h != high {
			t.Fatalf("range [%g, %g], want [%g, %g]", l, h, low, high)
		}
		if a, b, _ := tr.Span(); a != from || b != to {
			t.Fatalf("span [%d, %d], want [%d, %d]", a, b, from, to)
		}
		var all []Point
		for _, s := range tr.Segments(time.Hour * 1e5) {
			all = append(all, s...)
		}
		if !slices.IsSortedFunc(all, func(a, b Point) int { return int(a.T - b.T) }) {
			t.Fatal("points out of order")
		}
		for _, p := range all {
			if !slices.Contains(points, p) {
				t.Fatalf("%v was never added", p)
			}
		}
	})
}

func TestTraceIsLosslessWhileItFits(t *testing.T) {
	tr := newTrace(500)
	for i := range 400 {
		tr.Add(1, Point{int64(i) * 1000, float64(i * i % 97)})
	}
	got := tr.Segments(time.Minute)
	if len(got) != 1 || len(got[0]) != 400 {
		t.Fatalf("%d pieces, want one of 400 points", len(got))
	}
}

func TestTraceBreaksAtGapsAndLives(t *testing.T) {
	tr := newTrace(100)
	at := int64(0)
	for _, life := range []int{1, 1, 1, 2, 2, 2} {
		at += 1000
		tr.Add(life, Point{at, 1})
	}
	tr.Add(2, Point{at + 600_000, 1})
	if got := len(tr.Segments(time.Minute)); got != 3 {
		t.Errorf("%d pieces, want 3: two lives, and one more after the gap", got)
	}
}

func TestNiceScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(-1e13, 1e13).Draw(t, "low")
		high := low + rapid.Float64Range(0, 1e13).Draw(t, "more")
		s := niceScale(low, high, 5)
		eps := (s.High - s.Low) * 1e-9
		if s.Low > low+eps || s.High < high-eps || s.High <= s.Low {
			t.Fatalf("scale [%g, %g] does not enclose [%g, %g]", s.Low, s.High, low, high)
		}
		if n := len(s.ticks); n < 2 || n > 12 {
			t.Fatalf("%d ticks for [%g, %g]", n, low, high)
		}
	})
}

func TestTimeTicksStayOnMidnightWhenTheClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatalf("the test needs the time zone database: %v", err)
	}
	from := time.Date(2025, 3, 28, 0, 0, 0, 0, berlin)
	for _, tick := range timeTicks(from.UnixMilli(), from.AddDate(0, 0, 7).UnixMilli(), 8, berlin) {
		if at := time.UnixMilli(tick.At).In(berlin); at.Hour() != 0 {
			t.Errorf("tick at %v is not midnight", at)
		}
	}
}
