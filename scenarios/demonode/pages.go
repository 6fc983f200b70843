package demonode

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// regionSize is how much address space is mapped at a time; only touched pages
// count as memory.
const regionSize = 64 << 20

// pages is memory outside the Go heap: what is used of it is touched and
// resident, what is given back is gone at once.
type pages struct {
	mu      sync.Mutex
	regions [][]byte
	used    int64
	touched int64 // a multiple of the page size, at least used
	closed  bool
}

var errClosed = errors.New("memory is given back already")

var pageSize = int64(os.Getpagesize())

// write keeps a copy of p for good.
func (m *pages) write(p []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(p) > 0 {
		if err := m.reserve(m.used + 1); err != nil {
			return err
		}
		n := copy(m.regions[m.used/regionSize][m.used%regionSize:], p)
		p = p[n:]
		m.used += int64(n)
	}
	m.touched = max(m.touched, roundUp(m.used))
	return nil
}

// resize makes n bytes resident, touching new pages and giving back old ones.
func (m *pages) resize(n int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n = max(n, 0)
	if err := m.reserve(n); err != nil {
		return err
	}
	for at := m.touched; at < n; at += pageSize {
		m.regions[at/regionSize][at%regionSize] = 1
	}
	keep := roundUp(n)
	for at := keep; at < m.touched; {
		r, from := at/regionSize, at%regionSize
		to := min(int64(regionSize), m.touched-r*regionSize)
		if err := giveBack(m.regions[r][from:to]); err != nil {
			return fmt.Errorf("give memory back: %w", err)
		}
		at = (r + 1) * regionSize
	}
	m.used, m.touched = n, keep
	return nil
}

func (m *pages) reserve(n int64) error {
	if m.closed {
		return errClosed
	}
	for int64(len(m.regions))*regionSize < n {
		r, err := mapRegion(regionSize)
		if err != nil {
			return fmt.Errorf("map %d bytes of memory: %w", regionSize, err)
		}
		m.regions = append(m.regions, r)
	}
	return nil
}

func (m *pages) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.regions {
		_ = unmapRegion(r) // the process ends or forgets the region either way
	}
	m.regions, m.used, m.touched, m.closed = nil, 0, 0, true
}

func roundUp(n int64) int64 { return (n + pageSize - 1) / pageSize * pageSize }

func (m *pages) size() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}
