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
// may carry the same time. Engines also repeat messages by themselves: Docker
// 20.10 does when it rotates a log that is being followed.
type logMemory struct {
	seed   maphash.Seed
	ring   [memorySize]remembered
	known  map[remembered]struct{} // what stands in ring
	count  int                     // messages ever remembered
	since  int64                   // what is stamped up to here is not wanted
	before int64                   // what is stamped up to here was seen when reading starts over
	newest int64
	stream [2]struct {
		last remembered
		open bool   // last goes on in the next message
		nth  uint64 // how many pieces, or equal messages, came one after the other
	}
	missing bool // since the last restart the newest message has not come again
}

type remembered struct {
	at   int64
	hash uint64
}

func newLogMemory(since time.Time) *logMemory {
	m := &logMemory{seed: maphash.MakeSeed(), known: make(map[remembered]struct{}, memorySize), since: math.MinInt64}
	if !since.IsZero() {
		m.since = since.UnixNano() - 1
	}
	m.before = m.since
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
	m.missing = m.count > 0
	clear(m.stream[:])
}

// fresh reports whether a message has not been seen, and remembers it. What
// stands behind the newest one is fresh whatever its time: in a flood the
// engine's two streams are further apart than any memory of them reaches. gap
// is true with the first fresh message after a restart when the newest one from
// before was not there any more.
func (m *logMemory) fresh(msg message) (fresh, gap bool) {
	r := m.key(msg)
	if r.at <= m.since {
		return false, false
	}
	if m.missing {
		if m.knows(r) {
			m.missing = m.ring[(m.count-1)%memorySize] != r
			return false, false
		}
		if r.at <= m.before {
			return false, false
		}
	}
	gap, m.missing = m.missing, false
	m.remember(r)
	return true, gap
}

// seen reports whether a message is known or older than what is. It is for the
// first message after a restart.
func (m *logMemory) seen(msg message) bool {
	stream := m.stream
	defer func() { m.stream = stream }()
	r := m.key(msg)
	return m.knows(r) || r.at <= m.before
}

func (m *logMemory) knows(r remembered) bool {
	_, known := m.known[r]
	return known
}

// key tells messages apart: by stream, time and text, and where these may be
// equal by their order: as pieces of a long line, or one right after the other.
func (m *logMemory) key(msg message) remembered {
	r := remembered{at: msg.at.UnixNano(), hash: maphash.Bytes(m.seed, msg.text)}
	s := &m.stream[0]
	if msg.stderr {
		s, r.hash = &m.stream[1], ^r.hash
	}
	if !s.open && s.last != r {
		s.nth = 0
	}
	s.last, s.open = r, msg.partial
	s.nth++
	r.hash += s.nth * 0x9e3779b97f4a7c15
	return r
}

func (m *logMemory) remember(r remembered) {
	slot := &m.ring[m.count%memorySize]
	if m.count >= memorySize {
		m.before = max(m.before, slot.at)
		delete(m.known, *slot)
	}
	*slot = r
	m.known[r] = struct{}{}
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
