package probe

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"leakcheck/soak"
)

var (
	statusKeys = []string{"RssAnon", "RssFile", "RssShmem", "VmSwap", "Threads"}
	rollupKeys = []string{"Pss_Anon", "Pss_File", "Pss_Shmem", "SwapPss"}
)

// measure reads the process and its children from /proc.
func (p *Process) measure(_ context.Context, s *soak.Sample, look bool) error {
	if look {
		p.tree = p.host.family(p.PID())
	}
	var sum footprint
	alive := p.tree[:0]
	for _, pid := range p.tree {
		if sum.add(p.host, pid, len(p.tree) > 1) {
			alive = append(alive, pid)
		}
	}
	p.tree = alive
	if len(alive) == 0 || alive[0] != p.PID() {
		p.tree = []int{p.PID()}
		return gonef("process %d has ended", p.PID())
	}
	sum.fill(s)
	p.host.hostAvailable(&s.Values)
	if look {
		s.Processes = p.host.lookInside(alive, s)
	}
	return nil
}

// family lists a process and all below it.
func (h *host) family(root int) []int {
	children := map[int][]int{}
	dirs, _ := filepath.Glob(h.path("proc/[0-9]*/stat"))
	for _, path := range dirs {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if stat, ok := parseProcStat(b); ok {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			children[stat.parent] = append(children[stat.parent], pid)
		}
	}
	all := []int{root}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

// footprint adds up what processes hold, in kB, and the time they used.
type footprint struct {
	anon, file, shmem, swap, threads, cpu uint64
}

// add reads one process; not ok when it is gone. Among several, memory that
// they share is split by the kernel (Pss), which takes it longer; where that
// may not be read each one's resident set counts in full.
func (f *footprint) add(h *host, pid int, several bool) bool {
	b, err := os.ReadFile(h.proc(pid, "status"))
	if err != nil {
		return false
	}
	status := newTable(statusKeys...)
	status.parse(b)
	anon, ok := status.get("RssAnon")
	if !ok {
		return false // ended, but not waited for yet
	}
	file, _ := status.get("RssFile")
	shmem, _ := status.get("RssShmem")
	swap, _ := status.get("VmSwap")
	if several {
		if b, err := os.ReadFile(h.proc(pid, "smaps_rollup")); err == nil {
			t := newTable(rollupKeys...)
			t.parse(b)
			if a, ok := t.get("Pss_Anon"); ok {
				anon = a
				file, _ = t.get("Pss_File")
				shmem, _ = t.get("Pss_Shmem")
				swap, _ = t.get("SwapPss")
			}
		}
	}
	threads, _ := status.get("Threads")
	if b, err := os.ReadFile(h.proc(pid, "stat")); err == nil {
		if stat, ok := parseProcStat(b); ok {
			f.cpu += stat.cpu
		}
	}
	f.anon, f.file, f.shmem, f.swap, f.threads = f.anon+anon, f.file+file, f.shmem+shmem, f.swap+swap, f.threads+threads
	return true
}

func (f *footprint) fill(s *soak.Sample) {
	kb := func(m soak.Metric, n uint64) { put(&s.Values, m, number64{n * 1024, true}) }
	kb(soak.Usage, f.anon+f.file+f.shmem)
	kb(soak.WorkingSet, f.anon+f.file+f.shmem)
	kb(soak.Anon, f.anon)
	kb(soak.File, f.file+f.shmem)
	kb(soak.Shmem, f.shmem)
	kb(soak.Swap, f.swap)
	put(&s.Values, soak.PIDs, number64{f.threads, true})
	put(&s.Values, soak.CPU, number64{f.cpu * (1e9 / ticks), true})
}
