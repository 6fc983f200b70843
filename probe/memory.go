package probe

import (
	"math"

	"leakcheck/soak"
)

// reading is what a cgroup's files or the engine's statistics say about
// memory, before it is put into the words of a sample.
type reading struct {
	usage, kernel, swap, limit number64
	stat                       lookup // memory.stat
}

// number64 is a number that may be absent.
type number64 struct {
	n  uint64
	ok bool
}

func some(n uint64, ok bool) number64 { return number64{n, ok} }

// v1Keys are the lines of cgroup v1's memory.stat that are used; total_ counts
// the cgroups below too, as the usage counter does.
var v1Keys = []string{
	"total_rss", "total_cache", "total_inactive_file", "total_shmem", "total_swap", "hierarchical_memory_limit",
	"total_active_anon", "total_inactive_anon", "total_unevictable",
}

// v2Keys are those of cgroup v2.
var v2Keys = []string{
	"anon", "file", "inactive_file", "shmem", "kernel", "slab_reclaimable", "slab_unreclaimable",
	"kernel_stack", "pagetables", "percpu", "sock",
}

// fillV1 puts cgroup v1's figures into a sample. The kernel's share and shared
// memory are derived where they are not reported, as through the engine's API.
func fillV1(v *soak.Values, r reading, hostMemory int64) {
	put(v, soak.Usage, r.usage)
	rss, cache := some(r.stat("total_rss")), some(r.stat("total_cache"))
	put(v, soak.Anon, rss)
	put(v, soak.File, cache)
	inactive := some(r.stat("total_inactive_file"))
	put(v, soak.InactiveFile, inactive)
	put(v, soak.WorkingSet, minus(r.usage, inactive))
	put(v, soak.Swap, firstOf(r.swap, some(r.stat("total_swap"))))
	if shmem := some(r.stat("total_shmem")); shmem.ok {
		put(v, soak.Shmem, shmem)
	} else {
		lru := plus(plus(some(r.stat("total_active_anon")), some(r.stat("total_inactive_anon"))), some(r.stat("total_unevictable")))
		derive(v, soak.Shmem, minus(lru, rss))
	}
	if r.kernel.ok {
		put(v, soak.Kernel, r.kernel)
	} else {
		derive(v, soak.Kernel, minus(minus(r.usage, rss), cache))
	}
	putLimit(v, firstOf(some(r.stat("hierarchical_memory_limit")), r.limit), hostMemory)
}

// fillV2 puts cgroup v2's figures into a sample.
func fillV2(v *soak.Values, r reading, hostMemory int64) {
	put(v, soak.Usage, r.usage)
	put(v, soak.Anon, some(r.stat("anon")))
	put(v, soak.File, some(r.stat("file")))
	inactive := some(r.stat("inactive_file"))
	put(v, soak.InactiveFile, inactive)
	put(v, soak.WorkingSet, minus(r.usage, inactive))
	put(v, soak.Shmem, some(r.stat("shmem")))
	put(v, soak.SlabReclaimable, some(r.stat("slab_reclaimable")))
	putV2Kernel(v, r)
	put(v, soak.Swap, r.swap)
	putLimit(v, r.limit, hostMemory)
}

// putV2Kernel puts the kernel's memory without reclaimable slab. Linux 5.18 sums
// it up as "kernel", without socket buffers; before that the parts are added.
// Engines before 23.0 pass on neither the sum nor all parts: page tables and
// per-CPU memory, as much as the rest, then only show in what is left of usage.
func putV2Kernel(v *soak.Values, r reading) {
	slab, sock := orZero(some(r.stat("slab_reclaimable"))), orZero(some(r.stat("sock")))
	if all := some(r.stat("kernel")); all.ok {
		put(v, soak.Kernel, plus(minus(all, slab), sock))
		return
	}
	sum := plus(some(r.stat("slab_unreclaimable")), some(r.stat("kernel_stack")))
	for _, key := range [...]string{"pagetables", "percpu"} {
		sum = plus(sum, some(r.stat(key)))
	}
	if sum.ok {
		put(v, soak.Kernel, plus(sum, sock))
		return
	}
	rest := minus(minus(r.usage, some(r.stat("anon"))), some(r.stat("file")))
	derive(v, soak.Kernel, minus(rest, slab))
}

// putLimit leaves out a limit that nothing can reach: v1 prints a huge number
// for "none", the API the host's memory.
func putLimit(v *soak.Values, limit number64, hostMemory int64) {
	const none = 1 << 60
	if !limit.ok || limit.n >= none || (hostMemory > 0 && limit.n >= uint64(hostMemory)) {
		return
	}
	put(v, soak.Limit, limit)
}

func put(v *soak.Values, m soak.Metric, x number64) {
	if x.ok && x.n <= math.MaxInt64 {
		v.Set(m, int64(x.n))
	}
}

func derive(v *soak.Values, m soak.Metric, x number64) {
	if x.ok && x.n <= math.MaxInt64 {
		v.SetDerived(m, int64(x.n))
	}
}

// minus never goes below zero: the kernel's counters are read one after the
// other and lag by some pages, and unsigned numbers wrap.
func minus(a, b number64) number64 {
	if !a.ok || !b.ok {
		return number64{}
	}
	return number64{a.n - min(a.n, b.n), true}
}

func plus(a, b number64) number64 {
	if !a.ok || !b.ok || a.n > math.MaxUint64-b.n {
		return number64{}
	}
	return number64{a.n + b.n, true}
}

func orZero(a number64) number64 { return number64{a.n, true} }

func firstOf(a, b number64) number64 {
	if a.ok {
		return a
	}
	return b
}
