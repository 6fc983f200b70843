package demonode

import (
	"sync"
	"time"
)

// missing is the fix's cache of souls that answered 404. A nil one, the node
// before the fix, remembers nothing.
type missing struct {
	mu   sync.Mutex
	ttl  time.Duration
	size int
	log  *logger
	at   map[string]time.Time
	hits int64
}

// has reports whether a soul is known to be missing. As in the documents, the
// statistics are printed only when a hit falls on a multiple of 100 lookups.
func (m *missing) has(now time.Time, soul string, lookup int64) bool {
	if m == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.at[soul]
	if !ok || now.Sub(at) >= m.ttl {
		return false
	}
	m.hits++
	if lookup%100 == 0 {
		m.log.hitRate(m.hits, lookup, len(m.at))
	}
	return true
}

// add remembers a missing soul; the oldest one gives way when the cache is full.
func (m *missing) add(now time.Time, soul string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.at[soul]; !known && len(m.at) >= m.size {
		oldest, first := "", time.Time{}
		for s, at := range m.at {
			if oldest == "" || at.Before(first) {
				oldest, first = s, at
			}
		}
		delete(m.at, oldest)
	}
	m.at[soul] = now
}

// sweep drops what has expired, and says so only if there was something.
func (m *missing) sweep(now time.Time) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	expired := 0
	for s, at := range m.at {
		if now.Sub(at) >= m.ttl {
			delete(m.at, s)
			expired++
		}
	}
	if expired > 0 {
		m.log.swept(expired, len(m.at))
	}
}

func (m *missing) stats() (hits int64, cached int) {
	if m == nil {
		return 0, 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hits, len(m.at)
}
