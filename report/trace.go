package report

import (
	"cmp"
	"slices"
	"time"
)

// Point is one value at one time, in Unix milliseconds.
type Point struct {
	T int64
	V float64
}

// Trace is a curve of any length in bounded memory. It keeps the first, lowest,
// highest and last point of each time bucket and doubles the buckets' width
// whenever there would be too many, so that no peak is ever lost and a line
// through its points looks like a line through all of them: the M4 aggregation
// of Jugel, Jerzak, Hackenbroich and Markl, "M4: A Visualization-Oriented Time
// Series Data Aggregation", PVLDB 7(10), 2014, made incremental.
type Trace struct {
	most    int
	shift   uint // a bucket is 2^shift milliseconds wide
	buckets []bucket
}

type bucket struct {
	index                  int64 // time divided by the bucket's width, rounded down
	life                   int
	first, low, high, last Point
}

// newTrace makes room for all buckets at once: what a run of days holds at its
// end is known from its first minute, and growing leaves no holes behind. The
// room is written to, because the system counts memory only from then on.
func newTrace(buckets int) *Trace {
	most := max(buckets, 2)
	room := make([]bucket, most+1)
	for i := range room {
		room[i].index = -1
	}
	return &Trace{most: most, buckets: room[:0]}
}

// Add takes in one point. Curves of different lives are never joined.
func (t *Trace) Add(life int, p Point) {
	at := len(t.buckets)
	if at > 0 && t.buckets[at-1].extend(life, p, p.T>>t.shift) {
		return
	}
	one := bucket{index: p.T >> t.shift, life: life, first: p, low: p, high: p, last: p}
	if at > 0 && t.buckets[at-1].index >= one.index {
		at, _ = slices.BinarySearchFunc(t.buckets, one.index, func(b bucket, i int64) int { return cmp.Compare(b.index, i) })
	}
	if at < len(t.buckets) && t.buckets[at].index == one.index {
		t.buckets[at] = join(t.buckets[at], one)
		return
	}
	t.buckets = slices.Insert(t.buckets, at, one)
	for len(t.buckets) > t.most {
		t.coarsen()
	}
}

// coarsen doubles the width of all buckets.
func (t *Trace) coarsen() {
	t.shift++
	kept := t.buckets[:0]
	for _, b := range t.buckets {
		b.index = b.first.T >> t.shift
		if n := len(kept); n > 0 && kept[n-1].index == b.index {
			kept[n-1] = join(kept[n-1], b)
			continue
		}
		kept = append(kept, b)
	}
	t.buckets = kept
}

// extend takes in a point that follows a bucket's last one and falls into it,
// which is what nearly every point does.
func (b *bucket) extend(life int, p Point, index int64) bool {
	if index != b.index || p.T < b.last.T {
		return false
	}
	b.last, b.life = p, life
	if p.V < b.low.V {
		b.low = p
	}
	if p.V > b.high.V {
		b.high = p
	}
	return true
}

// join merges two buckets of the same index.
func join(a, b bucket) bucket {
	if b.first.T < a.first.T {
		a.first = b.first
	}
	if b.last.T >= a.last.T {
		a.last, a.life = b.last, b.life
	}
	if b.low.V < a.low.V {
		a.low = b.low
	}
	if b.high.V > a.high.V {
		a.high = b.high
	}
	return a
}

// Segments returns the curve in time order, in a new piece after each stretch
// longer than gap without a point and at each new life.
func (t *Trace) Segments(gap time.Duration) [][]Point {
	var out [][]Point
	for i, b := range t.buckets {
		if i == 0 || t.apart(t.buckets[i-1], b, gap) {
			out = append(out, nil)
		}
		last := len(out) - 1
		out[last] = append(out[last], b.points()...)
	}
	return out
}

func (t *Trace) apart(a, b bucket, gap time.Duration) bool {
	return a.life != b.life || b.first.T-a.last.T > gap.Milliseconds()
}

// points lists a bucket's points in time order, each once.
func (b bucket) points() []Point {
	ps := []Point{b.first, b.low, b.high, b.last}
	slices.SortStableFunc(ps, func(x, y Point) int { return cmp.Compare(x.T, y.T) })
	return slices.Compact(ps)
}

// Range returns the lowest and the highest value; ok is false without points.
func (t *Trace) Range() (low, high float64, ok bool) {
	if t == nil {
		return 0, 0, false
	}
	for i, b := range t.buckets {
		if i == 0 || b.low.V < low {
			low = b.low.V
		}
		if i == 0 || b.high.V > high {
			high = b.high.V
		}
	}
	return low, high, len(t.buckets) > 0
}

// Span returns the times of the first and the last point.
func (t *Trace) Span() (from, to int64, ok bool) {
	if t == nil || len(t.buckets) == 0 {
		return 0, 0, false
	}
	return t.buckets[0].first.T, t.buckets[len(t.buckets)-1].last.T, true
}

// Last returns the newest point.
func (t *Trace) Last() (Point, bool) {
	if t == nil || len(t.buckets) == 0 {
		return Point{}, false
	}
	return t.buckets[len(t.buckets)-1].last, true
}

// risen is how far the newest point lies above the lowest of the first bucket
// that ends after a time; 0 without one.
func (t *Trace) risen(from time.Time) float64 {
	last, ok := t.Last()
	if !ok {
		return 0
	}
	at := slices.IndexFunc(t.buckets, func(b bucket) bool { return b.last.T >= from.UnixMilli() })
	if at < 0 {
		return 0
	}
	return last.V - t.buckets[at].low.V
}

// clone returns a copy that later points do not change.
func (t *Trace) clone() *Trace {
	c := *t
	c.buckets = slices.Clone(t.buckets)
	return &c
}
