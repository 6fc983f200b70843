//go:build !linux

package probe

import (
	"context"
	"time"

	"github.com/shirou/gopsutil/v3/mem"
	"github.com/shirou/gopsutil/v3/process"

	"leakcheck/soak"
)

// measure reads the process and its children as far as the system tells: the
// resident set, not what it is made of.
func (p *Process) measure(ctx context.Context, s *soak.Sample, look bool) error {
	all := append([]*process.Process{p.proc}, descendants(ctx, p.proc)...)
	var rss, threads, files int64
	var cpu float64
	for i, q := range all {
		m, err := q.MemoryInfoWithContext(ctx)
		if err != nil && i == 0 {
			return gonef("process %d has ended", p.PID())
		}
		if err != nil {
			continue
		}
		rss += int64(m.RSS)
		if n, err := q.NumThreadsWithContext(ctx); err == nil {
			threads += int64(n)
		}
		if t, err := q.TimesWithContext(ctx); err == nil {
			cpu += t.User + t.System
		}
		if n, err := q.NumFDsWithContext(ctx); err == nil {
			files += int64(n)
		}
		if look {
			name, _ := q.NameWithContext(ctx)
			ms, _ := q.CreateTimeWithContext(ctx)
			s.Processes = append(s.Processes, soak.Process{PID: int(q.Pid), Command: name, RSS: int64(m.RSS), Started: time.UnixMilli(ms)})
		}
	}
	s.Set(soak.Usage, rss)
	s.Set(soak.WorkingSet, rss)
	s.Set(soak.PIDs, threads)
	s.Set(soak.CPU, int64(cpu*1e9))
	if files > 0 {
		s.Set(soak.FDs, files)
	}
	if m, err := mem.VirtualMemoryWithContext(ctx); err == nil {
		s.Set(soak.HostAvailable, int64(m.Available))
	}
	return nil
}

func descendants(ctx context.Context, p *process.Process) []*process.Process {
	children, err := p.ChildrenWithContext(ctx)
	if err != nil {
		return nil
	}
	all := children
	for _, c := range children {
		all = append(all, descendants(ctx, c)...)
	}
	return all
}
