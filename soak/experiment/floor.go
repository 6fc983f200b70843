package experiment

import "leakcheck/soak"

// Floor is the lowest that memory came down to while nothing was on, in bytes.
// A component that nothing reported is absent.
type Floor struct {
	// Level is the unreclaimable memory, or what stands in for it.
	Level float64
	// Parts are the components by name.
	Parts map[string]float64
	// Samples is how many samples the floor is made of.
	Samples int
}

// Add lowers the floor to a sample, each component by itself. It reports
// whether the sample says anything about memory.
func (f *Floor) Add(v soak.Values) bool {
	level, ok := levelOf(v)
	if !ok {
		return false
	}
	if f.Parts == nil {
		f.Parts = map[string]float64{}
	}
	if f.Samples == 0 || level < f.Level {
		f.Level = level
	}
	for name, x := range parts(v) {
		if low, known := f.Parts[name]; !known || x < low {
			f.Parts[name] = x
		}
	}
	f.Samples++
	return true
}

// AddLog lowers the floor to what a memory line of the node's log says.
func (f *Floor) AddLog(values map[string]float64) {
	lower := func(name string, x float64) {
		if f.Parts == nil {
			f.Parts = map[string]float64{}
		}
		if low, known := f.Parts[name]; !known || x < low {
			f.Parts[name] = x
		}
	}
	rest, whole := values[soak.RSSValue]
	for field, name := range map[string]string{soak.HeapValue: partLogHeap, soak.ExternalValue: partLogExternal} {
		x, ok := values[field]
		if ok {
			lower(name, x)
		}
		if total, said := values[field+"_total"]; said {
			x = total // what the runtime holds for it, used or not
		}
		rest, whole = rest-x, whole && ok
	}
	if whole {
		lower(partLogRest, max(rest, 0))
	}
}

func levelOf(v soak.Values) (float64, bool) {
	if x, ok := v.Unreclaimable(); ok {
		return float64(x), true
	}
	for _, m := range [...]soak.Metric{soak.WorkingSet, soak.Usage} {
		if x, ok := v.Get(m); ok {
			return float64(x), true
		}
	}
	return 0, false
}

// The names of the components that an arm's growth may lie in.
const (
	partAnon   = "anonymous (heap or native)"
	partHeap   = "runtime heap"
	partNative = "external or native"
	partTmpfs  = "tmpfs or shared memory"
	partKernel = "kernel"
	partCache  = "page cache"
	partSlab   = "reclaimable slab"
	// What the node says of itself is another's figure for a part of the above.
	partLogHeap     = "runtime heap, by the node's log"
	partLogExternal = "external memory, by the node's log"
	partLogRest     = "native, or whatever else its RSS holds, by the node's log"
)

// parts tells a sample's memory apart as far as it can be. With the runtime's
// own figure of its heap, anonymous memory is told apart too.
func parts(v soak.Values) map[string]float64 {
	all := map[string]float64{}
	put := func(name string, m soak.Metric) (x int64, ok bool) {
		if x, ok = v.Get(m); ok {
			all[name] = float64(x)
		}
		return x, ok
	}
	put(partTmpfs, soak.Shmem)
	put(partKernel, soak.Kernel)
	put(partSlab, soak.SlabReclaimable)
	if file, ok := v.Get(soak.File); ok {
		shmem, _ := v.Get(soak.Shmem)
		all[partCache] = float64(max(file-shmem, 0))
	}
	heap, known := v.Get(soak.Heap)
	anon, ok := v.Get(soak.Anon)
	switch {
	case ok && known:
		all[partHeap], all[partNative] = float64(heap), float64(max(anon-heap, 0))
	case ok:
		all[partAnon] = float64(anon)
	}
	return all
}
