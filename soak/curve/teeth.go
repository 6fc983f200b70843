package curve

import "math"

// teeth describes the sawtooth that garbage collection draws: long rises, quick drops.
type teeth struct {
	drops          int
	height, period float64
	threshold      float64
	slope          float64
	// quick is the longest time in which a dip is made up for again: no tooth
	// rises as fast.
	quick float64
}

// findTeeth looks for the coarsest zigzag of the detrended curve whose rises
// take much longer than its drops. Noise has no such direction in time.
func findTeeth(b []bucket) teeth {
	t, y := make([]float64, len(b)), make([]float64, len(b))
	for i := range b {
		t[i], y[i] = b[i].t, b[i].center()
	}
	_, slope := line(t, y)
	for i := range y {
		y[i] -= slope * t[i]
	}
	deepest, peak := 0.0, y[0]
	for _, v := range y {
		peak = math.Max(peak, v)
		deepest = math.Max(deepest, peak-v)
	}
	for share := 0.6; share > 0.05; share /= 1.6 {
		z := zigzag(t, y, share*deepest)
		if z.drops >= standard.minTeeth {
			z.slope = slope
			return z
		}
	}
	return teeth{}
}

// zigzag cuts the curve at every reversal of at least h and returns the teeth
// if rises take toothRatio times as long as drops, nothing otherwise.
func zigzag(t, y []float64, h float64) teeth {
	if h <= 0 {
		return teeth{}
	}
	z := teeth{threshold: h}
	var rising, falling float64
	var heights, ends, regained []float64
	top, bottom, down := 0, 0, false
	for i := range y {
		if down {
			if y[i] < y[bottom] {
				bottom = i
			} else if y[i] >= y[bottom]+h {
				falling += t[bottom] - t[top]
				heights = append(heights, y[top]-y[bottom])
				ends = append(ends, t[bottom])
				regained = append(regained, t[i]-t[bottom])
				top, down = i, false
			}
			continue
		}
		if y[i] > y[top] {
			top = i
		} else if y[i] <= y[top]-h {
			if len(ends) > 0 {
				rising += t[top] - ends[len(ends)-1]
			}
			bottom, down = i, true
		}
	}
	if len(ends) < standard.minTeeth || rising < standard.toothRatio*falling {
		return teeth{}
	}
	z.drops, z.height = len(ends), Median(heights)
	z.period = (ends[len(ends)-1] - ends[0]) / float64(len(ends)-1)
	z.quick = dipShare * z.period
	if dips := countBelow(regained, z.quick); 2*dips >= z.drops {
		return teeth{}
	}
	return z
}

// countBelow counts the values below x.
func countBelow(values []float64, x float64) int {
	n := 0
	for _, v := range values {
		if v < x {
			n++
		}
	}
	return n
}

// minima returns the lowest point of each cycle on the curve itself, dips left out. What
// follows the last one is the rise of an unfinished tooth and says nothing,
// unless it has lasted so long that the teeth must have ended.
func (z teeth) minima(b []bucket) []floorPoint {
	var out []floorPoint
	var longest float64
	// bottom is the lowest mean, by which cycles are told apart as in zigzag,
	// low the bucket with the lowest sample.
	top, bottom, low := 0, 0, -1
	y := func(i int) float64 { return b[i].center() - z.slope*b[i].t }
	half := medianStep(b) / float64(2*b[len(b)/2].n)
	cut := func(end int) {
		p := floorPoint{b[low].at, b[low].min}
		if b[end].t-b[bottom].t < z.quick && end+1 < len(b) {
			low = -1 // a dip, after which the tooth goes on
			return
		}
		if last := len(out) - 1; last >= 0 {
			longest = math.Max(longest, p.at-out[last].at)
		}
		out = append(out, p)
		top, low = end, -1
	}
	for i := range b {
		if low < 0 {
			if y(i) > y(top) {
				top = i
			} else if y(i) <= y(top)-z.threshold {
				if last := len(out) - 1; last >= 0 {
					out[last].drop(b[top], half)
				}
				bottom, low = i, i
			}
			continue
		}
		if b[i].min-z.slope*b[i].at < b[low].min-z.slope*b[low].at {
			low = i
		}
		if y(i) < y(bottom) {
			bottom = i
		} else if y(i) >= y(bottom)+z.threshold {
			cut(i)
		}
	}
	if low >= 0 {
		cut(len(b) - 1)
	}
	if len(out) == 0 {
		return nil
	}
	last := &out[len(out)-1]
	at := last.at
	last.drop(b[top], half)
	if rest := b[len(b)-1].t - at; rest > 2.5*longest && longest > 0 {
		for i := range b {
			if b[i].t > at+longest {
				out = append(out, floorPoint{b[i].at, b[i].min})
			}
		}
	}
	return out
}

// drop lowers the lowest sample of a cycle to where the cycle began: on average
// half a sample earlier on its rise to the top. Without that, teeth that grow
// would lift the floor.
func (p *floorPoint) drop(top bucket, half float64) {
	if rise := top.max - p.y; rise > 0 && top.t > p.at+2*half {
		p.y -= half * rise / (top.t - p.at)
	}
}
