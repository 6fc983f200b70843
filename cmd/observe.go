package cmd

import (
	"os"

	"github.com/shirou/gopsutil/v3/process"

	"leakcheck/soak"
)

// observer measures what leakcheck itself costs, on top of what an earlier part
// of the run has cost. calls, if set, counts what was asked of the engine.
func observer(calls func() int64, before soak.Observer) func() soak.Observer {
	self, err := process.NewProcess(int32(os.Getpid()))
	return func() soak.Observer {
		o := before
		if calls != nil {
			o.EngineCalls += calls()
		}
		if err != nil {
			return o
		}
		if m, err := self.MemoryInfo(); err == nil {
			o.RSS = int64(m.RSS)
		}
		if t, err := self.Times(); err == nil {
			o.CPUSeconds += t.User + t.System
		}
		return o
	}
}
