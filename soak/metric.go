package soak

import "strings"

// Metric names one number of a [Sample]. Memory is in bytes; counters count
// from the start of the target's life.
type Metric uint8

// The metrics of a sample, in the order in which records and tables list them.
const (
	Usage           Metric = iota // everything the cgroup is charged for, or the only memory figure a file has
	WorkingSet                    // usage without inactive file pages: what `docker stats` shows
	Anon                          // anonymous memory: heap, stacks, private mappings
	File                          // page cache, shared memory included, as the kernel counts it
	InactiveFile                  // page cache that is given back first
	Shmem                         // shared memory and tmpfs
	Kernel                        // kernel memory; without reclaimable slab where the kernel tells it apart
	SlabReclaimable               // kernel caches (dentries, inodes) that are given back under pressure
	Swap                          // swapped-out memory
	Limit                         // the memory limit in force; absent when there is none
	HostAvailable                 // memory the target's host can still give away
	Heap                          // the runtime's own figure for its managed heap, where something reports it
	CPU                           // CPU time used, in nanoseconds (a counter)
	NetRx                         // bytes received (a counter)
	NetTx                         // bytes sent (a counter)
	PIDs                          // processes and threads
	FDs                           // open files
	Sockets                       // open sockets
	Requests                      // requests sent to the target (a counter)
	Restarts                      // restarts by the engine (a counter)
	OOMKills                      // kernel OOM kills (a counter)
	metricCount
)

var metricNames = [metricCount]string{
	"usage", "working_set", "anon", "file", "inactive_file", "shmem", "kernel",
	"slab_reclaimable", "swap", "limit", "host_available", "heap", "cpu_ns", "net_rx", "net_tx",
	"pids", "fds", "sockets", "requests", "restarts", "oom_kills",
}

// String returns the metric's name as it stands in records, CSV headers and
// check expressions, such as "working_set".
func (m Metric) String() string {
	if m < metricCount {
		return metricNames[m]
	}
	return "unknown"
}

// Metrics lists every metric in record order.
func Metrics() []Metric {
	all := make([]Metric, metricCount)
	for i := range all {
		all[i] = Metric(i)
	}
	return all
}

// ParseMetric finds a metric by its name, case-insensitively.
func ParseMetric(name string) (Metric, bool) {
	for i, n := range metricNames {
		if strings.EqualFold(n, name) {
			return Metric(i), true
		}
	}
	return 0, false
}

// Values holds one number for each metric that could be measured. A metric
// that nothing reported is absent, never 0. The zero value is empty.
type Values struct {
	v       [metricCount]int64
	set     uint32
	derived uint32
}

// Set stores a measured value.
func (v *Values) Set(m Metric, x int64) {
	v.v[m] = x
	v.set |= 1 << m
	v.derived &^= 1 << m
}

// SetDerived stores a value that was computed from others rather than
// reported, such as shmem on cgroup v1 through the Docker API.
func (v *Values) SetDerived(m Metric, x int64) {
	v.Set(m, x)
	v.derived |= 1 << m
}

// Get returns a metric and whether it is present.
func (v Values) Get(m Metric) (int64, bool) { return v.v[m], v.set&(1<<m) != 0 }

// Has reports whether a metric is present.
func (v Values) Has(m Metric) bool { return v.set&(1<<m) != 0 }

// Derived reports whether a present metric was computed rather than reported.
func (v Values) Derived(m Metric) bool { return v.derived&(1<<m) != 0 }

// Empty reports whether nothing at all was measured.
func (v Values) Empty() bool { return v.set == 0 }

// Unreclaimable returns anon + shmem + kernel, the memory that only its owner
// can give back and on which leaks are judged. It needs anon; shmem and kernel
// count where they are present.
func (v Values) Unreclaimable() (int64, bool) {
	sum, ok := v.Get(Anon)
	if !ok {
		return 0, false
	}
	for _, m := range [...]Metric{Shmem, Kernel} {
		if x, has := v.Get(m); has {
			sum += x
		}
	}
	return sum, true
}
