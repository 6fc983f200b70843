package load

import (
	"fmt"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Quantiles are latencies in milliseconds, good to three digits.
type Quantiles struct {
	Count              int64
	P50, P95, P99, Max float64
}

// Latencies joins encoded histograms, as in soak.LoadInterval.Latency, and
// reads their quantiles. Empty ones are passed over. It fails on a histogram
// that is damaged.
func Latencies(encoded ...[]byte) (Quantiles, error) {
	all, err := merge(encoded...)
	if err != nil {
		return Quantiles{}, err
	}
	return quantilesOf(all), nil
}

func quantilesOf(h *hdrhistogram.PackedHistogram) Quantiles {
	if h.TotalCount() == 0 {
		return Quantiles{}
	}
	ms := func(p float64) float64 { return float64(h.ValueAtPercentile(p)) / 1000 }
	return Quantiles{Count: h.TotalCount(), P50: ms(50), P95: ms(95), P99: ms(99), Max: float64(h.Max()) / 1000}
}

// newPacked holds what a histogram of the engine's holds, in the space of the
// buckets that are in use.
func newPacked() *hdrhistogram.PackedHistogram { return hdrhistogram.NewPacked(1, longest, digits) }

func merge(encoded ...[]byte) (*hdrhistogram.PackedHistogram, error) {
	all := newPacked()
	for _, b := range encoded {
		if len(b) == 0 {
			continue
		}
		h, err := hdrhistogram.DecodePacked(b)
		if err != nil {
			return nil, fmt.Errorf("latency histogram: %w", err)
		}
		all.Merge(h)
	}
	return all, nil
}
