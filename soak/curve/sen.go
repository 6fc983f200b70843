package curve

import (
	"math"
	"slices"

	"leakcheck/soak"
)

// Sen is the median of all pairwise slopes of y over x (Theil-Sen), with its
// 95 % interval (Sen, JASA 63, 1968) as in Gilbert, Statistical Methods for
// Environmental Pollution Monitoring (1987), 16.5. It takes O(n^2) and at least
// two points, and knows nothing of noise with a memory.
func Sen(x, y []float64) soak.Interval {
	slopes := make([]float64, 0, len(x)*(len(x)-1)/2)
	for i := range x {
		for j := range i {
			slopes = append(slopes, (y[i]-y[j])/(x[i]-x[j]))
		}
	}
	slices.Sort(slopes)
	n, all := float64(len(x)), float64(len(slopes))
	half := 1.959964 * math.Sqrt(n*(n-1)*(2*n+5)/18) / 2
	at := func(rank float64) float64 { return slopes[min(max(int(rank)-1, 0), len(slopes)-1)] }
	return soak.Interval{
		Estimate: Median(slopes), Low: at(math.Floor(all/2 - half)), High: at(math.Ceil(all/2 + half + 1)),
		Confidence: 0.95,
	}
}
