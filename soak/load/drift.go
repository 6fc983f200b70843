package load

import (
	"math"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"leakcheck/soak"
)

// Drift is how the answers to one scenario, in one phase of the plan, changed
// from the first to the last interval. Each change is the slope over equal
// blocks of time (Theil-Sen), times their span, with the interval of Sen (1968)
// as in Gilbert (1987), 16.5, at 95 %. Nil means too few answers to tell.
type Drift struct {
	Scenario, Phase string
	// P95 is the change of the 95th percentile and Throughput that of the good
	// answers a second, both as a share of their median: 0.2 is 20 % more.
	P95        *soak.Interval
	Throughput *soak.Interval
	// Errors is the change of the failed share of all requests: 0.01 is one
	// more of a hundred.
	Errors *soak.Interval
}

const (
	minBlocks = 8
	maxBlocks = 24
)

// Drifts computes the drift of each scenario in each phase, in the order of
// their first intervals, which must be in the order of time. A damaged
// histogram counts as an interval without latencies.
func Drifts(intervals []soak.LoadInterval) []Drift {
	type key struct{ scenario, phase string }
	var order []key
	groups := map[key][]soak.LoadInterval{}
	for _, in := range intervals {
		k := key{in.Scenario, in.Phase}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], in)
	}
	var all []Drift
	for _, k := range order {
		d := Drift{Scenario: k.scenario, Phase: k.phase}
		if blocks := cut(groups[k]); blocks != nil {
			d.P95 = change(blocks, func(b *block) float64 { return float64(b.latency.ValueAtPercentile(95)) }, true)
			d.Throughput = change(blocks, func(b *block) float64 { return float64(b.requests-b.errors) / b.span.Seconds() }, true)
			d.Errors = change(blocks, func(b *block) float64 { return float64(b.errors) / float64(max(b.requests, 1)) }, false)
		}
		all = append(all, d)
	}
	return all
}

// block is a stretch of a run.
type block struct {
	span             time.Duration
	requests, errors int64
	latency          *hdrhistogram.PackedHistogram
}

// cut divides intervals into equal stretches of time, as many as leave each
// answers enough for a 95th percentile on average; nil if there are too few.
func cut(in []soak.LoadInterval) []*block {
	var requests int64
	for _, x := range in {
		requests += x.Requests
	}
	n := int(min(requests/enough, maxBlocks, int64(len(in))))
	if n < minBlocks {
		return nil
	}
	start := in[0].At.Add(-in[0].Duration)
	span := in[len(in)-1].At.Sub(start) / time.Duration(n)
	if span <= 0 {
		return nil
	}
	blocks := make([]*block, n)
	for i := range blocks {
		blocks[i] = &block{span: span, latency: newPacked()}
	}
	for _, x := range in {
		b := blocks[min(max(int(x.At.Add(-x.Duration/2).Sub(start)/span), 0), n-1)]
		b.requests += x.Requests
		for _, failed := range x.Errors {
			b.errors += failed
		}
		if h, err := merge(x.Latency); err == nil {
			b.latency.Merge(h)
		}
	}
	return blocks
}

// change is the slope of a figure over the blocks that had traffic, times the
// time from the first block's middle to the last one's.
func change(blocks []*block, figure func(*block) float64, relative bool) *soak.Interval {
	var at, y []float64
	for i, b := range blocks {
		if b.requests > 0 {
			at, y = append(at, float64(i)), append(y, figure(b))
		}
	}
	if len(y) < minBlocks {
		return nil
	}
	scale := at[len(at)-1] - at[0]
	if relative {
		level := median(slices.Clone(y))
		if level == 0 {
			return nil
		}
		scale /= level
	}
	slope, low, high := sen(at, y)
	return &soak.Interval{Estimate: slope * scale, Low: low * scale, High: high * scale, Confidence: 0.95}
}

// sen is the median of all pairwise slopes with its 95 % interval.
func sen(x, y []float64) (slope, low, high float64) {
	var slopes []float64
	for i := range x {
		for j := range i {
			slopes = append(slopes, (y[i]-y[j])/(x[i]-x[j]))
		}
	}
	slope = median(slopes) // sorts them
	n, all := float64(len(x)), float64(len(slopes))
	half := 1.959964 * math.Sqrt(n*(n-1)*(2*n+5)/18) / 2
	at := func(rank float64) float64 { return slopes[min(max(int(rank)-1, 0), len(slopes)-1)] }
	return slope, at(math.Floor(all/2 - half)), at(math.Ceil(all/2 + half + 1))
}

// median sorts its argument.
func median(x []float64) float64 {
	slices.Sort(x)
	if m := len(x) / 2; len(x)%2 == 1 {
		return x[m]
	} else {
		return (x[m-1] + x[m]) / 2
	}
}
