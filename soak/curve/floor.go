package curve

import (
	"math"
	"slices"
)

// maxPoints bounds the points of a floor that are modelled.
const maxPoints = 120

// floorPoint is one point of a floor.
type floorPoint struct{ at, y float64 }

// floor is the lower envelope of one life: the minimum of each garbage
// collection cycle where there are cycles, the smoothed curve where there are
// none.
type floor struct {
	points []floorPoint
	// width is the time that each point is the mean of, 0 for minima.
	width float64
	// teeth is how many cycles were found; height their usual size in bytes
	// and period their usual length in seconds.
	teeth          int
	height, period float64
	spikes         int
	// end is when the samples ended, in seconds of the stream.
	end float64
}

// findFloor extracts the floor from a life's buckets. skew is the mean drop
// over the mean rise of single samples, rise that mean rise.
func findFloor(b []bucket, skew, rise float64) floor {
	b, spikes := despike(b)
	f := floor{spikes: spikes}
	if len(b) < 12 {
		f.points = smooth(b, &f.width)
		return f
	}
	z := findTeeth(b)
	switch {
	case z.drops >= standard.minTeeth && !blurred(b, z, skew):
		f.teeth, f.height, f.period = z.drops, z.height, z.period
		f.points = thin(z.minima(b))
		if rise := b[len(b)-1].center() - b[0].center(); len(f.points) < standard.minBottoms && rise > smallTeeth*z.height {
			// Too few cycles for a floor, but the teeth are small on this rise.
			f.points = smooth(b, &f.width)
		}
	case skew > standard.toothRatio && b[len(b)/2].n > 1:
		f.teeth = len(b)
		f.height, f.period = height(b), 0
		f.points = lowest(b, rise)
	default:
		f.points = smooth(b, &f.width)
	}
	return f
}

// blurred reports whether teeth are too short for their buckets: then a zigzag
// of the buckets' means is not the curve's own, and the bottoms are to be found
// within the buckets.
func blurred(b []bucket, z teeth, skew float64) bool {
	if len(b) < 4*z.drops {
		return true
	}
	return skew > standard.toothRatio && b[len(b)/2].n > 1 && height(b) > blurShare*z.height
}

// smooth averages the buckets down to at most maxPoints, each average without
// its outliers. width is set to the time that each one spans.
func smooth(b []bucket, width *float64) []floorPoint {
	m := (len(b) + maxPoints - 1) / maxPoints
	if len(b) > 0 && m*b[len(b)/2].n > 1 {
		*width = float64(m) * medianStep(b)
	}
	out, y := make([]floorPoint, 0, maxPoints), make([]float64, 0, m)
	for i := 0; i < len(b); i += m {
		group := b[i:min(i+m, len(b))]
		y = y[:0]
		t := 0.0
		for k := range group {
			t += group[k].t
			y = append(y, group[k].center())
		}
		out = append(out, floorPoint{t / float64(len(group)), robustMean(y)})
	}
	return out
}

// robustMean is the mean without outliers: values more than outlier robust
// standard deviations off the median. A trimmed mean would be noisier, and on a
// slope it would lose the ends. y is sorted. Where most values are the same,
// which has no deviation, it is the mean of the middle half.
func robustMean(y []float64) float64 {
	if len(y) < 4 {
		return mean(y)
	}
	slices.Sort(y)
	middle := (y[(len(y)-1)/2] + y[len(y)/2]) / 2
	off := make([]float64, len(y))
	for i, v := range y {
		off[i] = math.Abs(v - middle)
	}
	limit := outlier * 1.4826 * Median(off)
	if limit == 0 {
		return mean(y[len(y)/4 : len(y)-len(y)/4])
	}
	for y[0] < middle-limit {
		y = y[1:]
	}
	for y[len(y)-1] > middle+limit {
		y = y[:len(y)-1]
	}
	return mean(y)
}

// lowest takes the minimum of each group of buckets, each lowered by how far
// above the cycles' begin their lowest sample is expected: among k samples just
// after as many drops, at random phases, the lowest is 1/(k+1) of a sample's
// rise up. rise is the mean rise from sample to sample.
func lowest(b []bucket, rise float64) []floorPoint {
	points := make([]floorPoint, len(b))
	for i := range b {
		points[i] = floorPoint{b[i].at, b[i].min}
	}
	points = thin(points)
	heights := make([]float64, len(points))
	k := 0
	for i, p := range points {
		top := p.y
		for end := (i + 1) * len(b) / len(points); k < end; k++ {
			top = math.Max(top, b[k].max)
		}
		heights[i] = top - p.y
	}
	usual := Median(heights)
	if usual <= 0 {
		return points
	}
	samples := float64(len(b)*b[len(b)/2].n) / float64(len(points))
	rise = math.Min(rise, usual/2) // more is no rise of teeth, but outliers
	late := rise / (1 + samples*rise/usual)
	for i := range points {
		// The median of five: a single outlier is not a tall tooth.
		near := heights[max(0, i-2):min(len(heights), i+3)]
		points[i].y -= late * Median(near) / usual
	}
	return points
}

// thin keeps the lowest of each group of neighbours, at most maxPoints.
func thin(p []floorPoint) []floorPoint {
	m := (len(p) + maxPoints - 1) / maxPoints
	if m <= 1 {
		return p
	}
	out := make([]floorPoint, 0, maxPoints)
	for i := 0; i < len(p); i += m {
		low := p[i]
		for _, q := range p[i:min(i+m, len(p))] {
			if q.y < low.y {
				low = q
			}
		}
		out = append(out, low)
	}
	return out
}

// height is the usual spread within a bucket.
func height(b []bucket) float64 {
	spread := make([]float64, len(b))
	for i := range b {
		spread[i] = b[i].max - b[i].min
	}
	return Median(spread)
}
