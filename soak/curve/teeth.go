package curve

import "math"

// teeth describes the sawtooth that garbage collection draws: long rises, quick drops.
type teeth struct {
	drops          int
	height, period float64
	threshold      float64
	slope          float64
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
	var heights, ends []float64
	top, bottom, down := 0, 0, false
	for i := range y {
		if down {
			if y[i] < y[bottom] {
				bottom = i
			} else if y[i] >= y[bottom]+h {
				falling += t[bottom] - t[top]
				heights = append(heights, y[top]-y[bottom])
				ends = append(ends, t[bottom])
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
	z.drops, z.height = len(ends), median(heights)
	z.period = (ends[len(ends)-1] - ends[0]) / float64(len(ends)-1)
	return z
}

// minima returns the lowest point of each cycle on the curve itself. What
// follows the last one is the rise of an unfinished tooth and says nothing,
// unless it has lasted so long that the teeth must have ended.
func (z teeth) minima(b []bucket) []floorPoint {
	var out []floorPoint
	var longest float64
	top, low := 0, -1
	y := func(i int) float64 { return b[i].center() - z.slope*b[i].t }
	for i := range b {
		if low < 0 {
			if y(i) > y(top) {
				top = i
			} else if y(i) <= y(top)-z.threshold {
				low = i
			}
			continue
		}
		if b[i].min-z.slope*b[i].at < b[low].min-z.slope*b[low].at {
			low = i
		}
		if y(i) >= y(low)+z.threshold {
			out = append(out, floorPoint{b[low].at, b[low].min})
			if n := len(out); n > 1 {
				longest = math.Max(longest, out[n-1].at-out[n-2].at)
			}
			top, low = i, -1
		}
	}
	if low >= 0 {
		out = append(out, floorPoint{b[low].at, b[low].min})
	}
	if len(out) == 0 {
		return nil
	}
	last := out[len(out)-1]
	if rest := b[len(b)-1].t - last.at; rest > 2.5*longest && longest > 0 {
		for i := range b {
			if b[i].t > last.at+longest {
				out = append(out, floorPoint{b[i].at, b[i].min})
			}
		}
	}
	return out
}
