package demonode

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"time"
)

// errHeap ends the node as V8 ends a process whose heap is full.
var errHeap = errors.New("heap limit reached")

// monitor prints what the node knows of its memory, and warns when what is
// outside its heap grew too much since the last time.
func (n *node) monitor() func(context.Context) error {
	last := n.external()
	return func(context.Context) error {
		external := n.external()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		n.log.memory(int64(m.HeapAlloc), int64(m.HeapSys), residentBytes(), external)
		if grown := external - last; n.o.LeakWarning > 0 && grown >= int64(n.o.LeakWarning) {
			n.log.leak(external, grown, n.o.Monitor)
		}
		last = external
		if n.o.HeapLimit > 0 && external > int64(n.o.HeapLimit) {
			n.log.heapFailure(external)
			return errHeap
		}
		return nil
	}
}

// external is the memory the node holds outside its heap.
func (n *node) external() int64 { return n.kept.size() + n.held.anon.size() }

// settle keeps the Go runtime's own memory so small and so even that it does
// not blur the curve: garbage is collected early, and free pages go back to
// the system each second.
func (n *node) settle(ctx context.Context) error {
	debug.SetGCPercent(20)
	return n.every(ctx, time.Second, func(context.Context) error {
		debug.FreeOSMemory()
		return nil
	})
}
