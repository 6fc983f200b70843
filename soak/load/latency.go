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
	if err != nil || all == nil || all.TotalCount() == 0 {
		return Quantiles{}, err
	}
	ms := func(q float64) float64 { return float64(all.ValueAtQuantile(q)) / 1000 }
	return Quantiles{Count: all.TotalCount(), P50: ms(50), P95: ms(95), P99: ms(99), Max: float64(all.Max()) / 1000}, nil
}

// merge returns nil if there is nothing to join.
func merge(encoded ...[]byte) (all *hdrhistogram.Histogram, err error) {
	for _, b := range encoded {
		if len(b) == 0 {
			continue
		}
		h, err := hdrhistogram.Decode(b)
		if err != nil {
			return nil, fmt.Errorf("latency histogram: %w", err)
		}
		if all == nil {
			all = newHistogram()
		}
		all.Merge(h)
	}
	return all, nil
}
