package demonode

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
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

// ballast is as much heap as the node never needs: a collection happens each
// few MB, and the heap neither grows nor is given back.
var ballast []byte

// settle makes the Go runtime's own memory constant from the start.
func settle() {
	const size = 8 << 20
	debug.SetGCPercent(50)
	ballast = make([]byte, size)
	rise := make([]byte, size/2)
	for i := 0; i < size; i += 4096 {
		ballast[i], rise[i/2] = 1, 1
	}
	runtime.KeepAlive(rise)
}
