package curve

import (
	"math"

	"leakcheck/soak"
)

// The metrics kept beside the judged one.
const (
	sideWorking = iota
	sideUsage
	sideCache
	sideSlab
	sideShmem
	sideKernel
	sideHeap
	sideFDs
	sideRequests
	sideCount
)

var sideMetrics = [sideCount]soak.Metric{
	soak.WorkingSet, soak.Usage, soak.File, soak.SlabReclaimable, soak.Shmem, soak.Kernel, soak.Heap, soak.FDs, soak.Requests,
}

// column says which memory a curve is judged on.
type column int

const (
	columnUnknown column = iota
	columnUnreclaimable
	columnWorkingSet
	columnUsage
)

// choose picks the best column that a sample has.
func choose(v *soak.Values) column {
	switch {
	case v.Has(soak.Anon):
		return columnUnreclaimable
	case v.Has(soak.WorkingSet):
		return columnWorkingSet
	case v.Has(soak.Usage):
		return columnUsage
	}
	return columnUnknown
}

// read returns the column's value. A value of 0 is what engines answer for a
// stopped container: it is a gap.
func (c column) read(v *soak.Values) (float64, bool) {
	var x int64
	var ok bool
	switch c {
	case columnUnreclaimable:
		x, ok = v.Unreclaimable()
	case columnWorkingSet:
		x, ok = v.Get(soak.WorkingSet)
	case columnUsage:
		x, ok = v.Get(soak.Usage)
	}
	return float64(x), ok && x > 0
}

// warning is what a result must say when the judged memory is not the best.
func (c column) warning() string {
	switch c {
	case columnWorkingSet:
		return "judged on the working set because anonymous memory was not reported: page cache in use counts as growth"
	case columnUsage:
		return "judged on the only memory figure there is, usage: page cache counts as growth"
	}
	return ""
}

// sides reads the other metrics.
func sides(v *soak.Values, out *[sideCount]float64) {
	for i, m := range sideMetrics {
		if x, ok := v.Get(m); ok {
			out[i] = float64(x)
		} else {
			out[i] = math.NaN()
		}
	}
	if shared, ok := v.Get(soak.Shmem); ok {
		out[sideCache] -= float64(shared) // shared memory is no page cache
	}
}
