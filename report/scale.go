package report

import "math"

// scale is a value axis with round ticks.
type scale struct {
	Low, High float64
	ticks     []float64
}

// niceScale chooses about n round ticks that enclose low and high: Heckbert,
// "Nice numbers for graph labels", Graphics Gems, 1990.
func niceScale(low, high float64, n int) scale {
	if high-low < math.Max(1, math.Abs(high)*1e-6) {
		pad := math.Max(1, math.Abs(high)*0.1)
		if low >= 0 {
			low = math.Max(0, low-pad)
		} else {
			low -= pad
		}
		high += pad
	}
	if low > 0 && low < 0.45*high {
		low = 0
	}
	step := niceStep((high - low) / float64(max(n, 1)))
	s := scale{Low: math.Floor(low/step) * step, High: math.Ceil(high/step) * step}
	for i := range int(math.Round((s.High-s.Low)/step)) + 1 {
		s.ticks = append(s.ticks, s.Low+float64(i)*step)
	}
	return s
}

func niceStep(rough float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(rough)))
	switch f := rough / unit; {
	case f < 1.5:
		return unit
	case f < 3:
		return 2 * unit
	case f < 7:
		return 5 * unit
	}
	return 10 * unit
}
