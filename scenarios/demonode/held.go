package demonode

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

// curveTick is how often memory is made to follow the curve.
const curveTick = 200 * time.Millisecond

// held is the memory of the curve: touched pages, a file and shared memory.
type held struct {
	mu     sync.Mutex
	anon   pages
	file   grower
	shmem  grower
	buffer [64 << 10]byte
}

// follow brings memory to where the curve is.
func (h *held) follow(o Options, elapsed time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := shape(o, elapsed)
	if err := h.anon.resize(l.anon); err != nil {
		return err
	}
	if err := h.shmem.grow(l.shmem, h.buffer[:], func() (*os.File, error) { return sharedFile(o.Dir) }); err != nil {
		return fmt.Errorf("tmpfs curve: %w", err)
	}
	if err := h.file.grow(l.file, h.buffer[:], func() (*os.File, error) { return os.CreateTemp(o.Dir, "leakcheck-demonode-*") }); err != nil {
		return fmt.Errorf("page-cache curve: %w (choose a folder that can be written)", err)
	}
	return nil
}

func (h *held) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.anon.close()
	h.file.close()
	h.shmem.close()
}

// grower is a file that only grows.
type grower struct {
	f    *os.File
	size int64
}

func (g *grower) grow(to int64, buffer []byte, open func() (*os.File, error)) (err error) {
	if to > g.size && g.f == nil {
		if g.f, err = open(); err != nil {
			return err
		}
	}
	for g.size < to {
		n, err := g.f.Write(buffer[:min(int64(len(buffer)), to-g.size)])
		g.size += int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *grower) close() {
	if g.f != nil {
		_ = g.f.Close()
		_ = os.Remove(g.f.Name()) // shared memory has no name to remove
	}
}

func (n *node) follow(context.Context) error {
	return n.held.follow(n.o, time.Since(n.start))
}
