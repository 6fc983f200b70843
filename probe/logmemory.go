package probe

import (
	"hash/maphash"
	"math"
	"time"
)

// memorySize is how many messages are remembered. The engine stamps the two
// streams of a container in two goroutines, so that neighbours may stand in
// the wrong order; by less than this many messages.
const memorySize = 512

// logMemory remembers the newest messages, so that after a reconnection or a
// rotation no line comes twice, and it shows whether any may be missing. Times
// alone cannot tell: the engine's "since" is inclusive, and several messages
// may carry the same time.
type logMemory struct {
	seed   maphash.Seed
	ring   [memorySize]remembered
	count  int   // messages ever remembered
	before int64 // what is stamped up to here was seen, or is not wanted
	newest int64

	again  map[remembered]int // while reading again: what is still expected
	anchor remembered         // the last message seen before
	found  bool
}

type remembered struct {
	at   int64
	hash uint64
}

func newLogMemory(since time.Time) *logMemory {
	m := &logMemory{seed: maphash.MakeSeed(), before: math.MinInt64}
	if !since.IsZero() {
		m.before = since.UnixNano() - 1
	}
	return m
}

// horizon is from when on the log must be read again; zero for all of it.
func (m *logMemory) horizon() time.Time {
	if m.before == math.MinInt64 {
		return time.Time{}
	}
	return time.Unix(0, m.before)
}

// restart is called before the log is read again from the horizon.
func (m *logMemory) restart() {
	m.again, m.found = nil, true
	n := min(m.count, memorySize)
	if n == 0 {
		return
	}
	m.again = make(map[remembered]int, n)
	for _, r := range m.ring[:n] {
		m.again[r]++
	}
	m.anchor, m.found = m.ring[(m.count-1)%memorySize], false
}

// fresh reports whether a message has not been seen, and remembers it. gap is
// true with the first fresh message after a restart when what should stand
// before it was not there any more.
func (m *logMemory) fresh(msg message) (fresh, gap bool) {
	r := remembered{at: msg.at.UnixNano(), hash: maphash.Bytes(m.seed, msg.text)}
	if msg.stderr {
		r.hash = ^r.hash
	}
	if m.again[r] > 0 {
		m.again[r]--
		m.found = m.found || r == m.anchor
		return false, false
	}
	if r.at <= m.before {
		return false, false
	}
	gap = !m.found
	m.found = true
	if m.again != nil && r.at > m.newest+int64(2*time.Second) {
		m.again = nil
	}
	m.remember(r)
	return true, gap
}

func (m *logMemory) remember(r remembered) {
	slot := &m.ring[m.count%memorySize]
	if m.count >= memorySize {
		m.before = max(m.before, slot.at)
	}
	*slot = r
	m.count++
	m.newest = max(m.newest, r.at)
}

// last is the time of the newest message; zero before the first.
func (m *logMemory) last() time.Time {
	if m.count == 0 {
		return time.Time{}
	}
	return time.Unix(0, m.newest)
}
