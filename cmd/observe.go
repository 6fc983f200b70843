package cmd

import (
	"os"

	"github.com/shirou/gopsutil/v3/process"

	"leakcheck/soak"
)

// observer measures what leakcheck itself costs. calls and logBytes, if set,
// count what was asked of the engine and read of the log.
func observer(calls func() int64) func() soak.Observer {
	self, err := process.NewProcess(int32(os.Getpid()))
	return func() soak.Observer {
		var o soak.Observer
		if calls != nil {
			o.EngineCalls = calls()
		}
		if err != nil {
			return o
		}
		if m, err := self.MemoryInfo(); err == nil {
			o.RSS = int64(m.RSS)
		}
		if t, err := self.Times(); err == nil {
			o.CPUSeconds = t.User + t.System
		}
		return o
	}
}
