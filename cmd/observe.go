package cmd

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/shirou/gopsutil/v3/process"

	"leakcheck/soak"
)

// giveBackEvery is how often memory that is not needed goes back to the system.
const giveBackEvery = time.Minute

// giveBack returns what the collector has freed, and code that is not run.
func giveBack() {
	debug.FreeOSMemory()
	forgetCode()
}

// frugal lets the collector run often until ctx ends, and gives back what it
// frees, unless GOGC says how often: a run lasts for days beside what it watches,
// its heap is small, and a collection of it costs some milliseconds.
func (a *app) frugal(ctx context.Context) {
	if a.getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(30)
	giveBack() // what the start has left behind
	go func() {
		tick := time.NewTicker(giveBackEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				giveBack()
			case <-ctx.Done():
				return
			}
		}
	}()
}

// observer measures what leakcheck itself costs, on top of what an earlier part
// of the run has cost. calls, if set, counts what was asked of the engine.
func observer(calls func() int64, before soak.Observer) func() soak.Observer {
	self, err := process.NewProcess(int32(os.Getpid()))
	return func() soak.Observer {
		o := before
		o.Goroutines = int64(runtime.NumGoroutine())
		if calls != nil {
			o.EngineCalls += calls()
		}
		if err != nil {
			return o
		}
		if m, err := self.MemoryInfo(); err == nil {
			o.RSS = int64(m.RSS)
		}
		if n, err := self.NumFDs(); err == nil {
			o.OpenFiles = int64(n)
		}
		if t, err := self.Times(); err == nil {
			o.CPUSeconds += t.User + t.System
		}
		return o
	}
}
