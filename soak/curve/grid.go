package curve

import (
	"slices"
	"sort"

	"leakcheck/soak"
)

// maxBuckets bounds the memory of one life. Up to so many samples are kept as
// they are; after that neighbours are merged, so that a life always has
// between half and all of maxBuckets buckets of equal width.
const maxBuckets = 1024

// manyBuckets is from how many on room is made for all of them.
const manyBuckets = 64

// bucket summarises the samples of one stretch of time.
type bucket struct {
	// t is the mean time and at the time of the minimum, in seconds from the
	// start of the stream.
	t, at         float64
	min, max, sum float64
	n             int
	// side holds the other metrics at the bucket's first sample, NaN where unknown.
	side [sideCount]float64
}

// center is the mean of the bucket; from three samples on without its extremes,
// so that one wild sample cannot bend it.
func (b *bucket) center() float64 {
	if b.n < 3 {
		return b.sum / float64(b.n)
	}
	return (b.sum - b.min - b.max) / float64(b.n-2)
}

// add takes one more sample.
func (b *bucket) add(t, y float64) {
	b.n++
	b.t += (t - b.t) / float64(b.n)
	b.sum += y
	if y < b.min {
		b.min, b.at = y, t
	} else if y > b.max {
		b.max = y
	}
}

// merge adds the later bucket c to b.
func (b *bucket) merge(c *bucket) {
	n := float64(b.n + c.n)
	b.t = (b.t*float64(b.n) + c.t*float64(c.n)) / n
	if c.min < b.min {
		b.min, b.at = c.min, c.at
	}
	b.max = max(b.max, c.max)
	b.sum += c.sum
	b.n += c.n
}

// grid is a series of buckets whose number is bounded whatever the length of
// the series: when it is full, the width doubles. Adding is O(1) amortised.
type grid struct {
	buckets []bucket
	// start is the time of the first sample; width is 0 while every sample has
	// a bucket of its own.
	start, width float64
	// edge is where the last bucket ends.
	edge float64
}

// add takes a sample.
func (g *grid) add(t, y float64, v *soak.Values) {
	if len(g.buckets) == 0 {
		g.start = t
	}
	if g.width > 0 && t < g.edge {
		g.buckets[len(g.buckets)-1].add(t, y)
		return
	}
	if len(g.buckets) == cap(g.buckets) && len(g.buckets) >= manyBuckets {
		g.buckets = slices.Grow(g.buckets, maxBuckets-len(g.buckets)) // once, not by doubling
	}
	g.buckets = append(g.buckets, bucket{t: t, at: t, min: y, max: y, sum: y, n: 1})
	sides(v, &g.buckets[len(g.buckets)-1].side)
	g.edge = g.start + float64(g.index(t)+1)*g.width
	if len(g.buckets) >= maxBuckets {
		g.shrink(maxBuckets / 2)
	}
}

func (g *grid) index(t float64) int64 { return int64((t - g.start) / g.width) }

// shrink doubles the width until at most limit buckets are left.
func (g *grid) shrink(limit int) {
	for len(g.buckets) > limit {
		if g.width == 0 {
			// Half a step of offset keeps jittering samples off the borders.
			step := medianStep(g.buckets)
			g.start -= step / 2
			g.width = step
		}
		g.width *= 2
		kept := g.buckets[:1]
		for i := 1; i < len(g.buckets); i++ {
			last := &kept[len(kept)-1]
			if g.index(g.buckets[i].t) == g.index(last.t) {
				last.merge(&g.buckets[i])
			} else {
				kept = append(kept, g.buckets[i])
			}
		}
		g.buckets = kept
		g.edge = g.start + float64(g.index(kept[len(kept)-1].t)+1)*g.width
	}
}

// medianStep is the usual time between neighbouring buckets.
func medianStep(b []bucket) float64 {
	steps := make([]float64, 0, len(b))
	for i := 1; i < len(b); i++ {
		steps = append(steps, b[i].t-b[i-1].t)
	}
	if len(steps) == 0 {
		return 1
	}
	sort.Float64s(steps)
	return steps[len(steps)/2]
}
