package demonode

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// fetchFunc asks the relay for a soul. The body may use buf and is valid until
// buf is used again.
type fetchFunc func(ctx context.Context, soul string, buf []byte) (status int, body []byte, err error)

// gun is the node's helper for reading souls, with the bug or with the fix.
type gun struct {
	attempts int
	keep     int
	cache    *missing // nil without the fix
	fetch    fetchFunc
	// leak keeps a copy of a piece of memory for good.
	leak func([]byte) error
	log  *logger

	buffers                     sync.Pool
	lookups, upstream, notFound atomic.Int64
}

func newGun(o Options, log *logger, fetch fetchFunc, leak func([]byte) error) *gun {
	g := &gun{attempts: o.Attempts, keep: int(o.Keep), log: log, fetch: fetch, leak: leak}
	g.buffers.New = func() any { return new([bodySize]byte) }
	if o.Fix {
		g.attempts, g.keep = 1, 0
		g.cache = &missing{ttl: o.CacheTTL, size: o.CacheSize, log: log, at: map[string]time.Time{}}
	}
	return g
}

// get reads one soul and says how many bytes stayed in memory. The bug: a
// missing soul is asked for again and again, and the answers' buffers stay.
func (g *gun) get(ctx context.Context, now time.Time, soul string) (kept int64, err error) {
	lookup := g.lookups.Add(1)
	if g.cache.has(now, soul, lookup) {
		return 0, nil
	}
	buf := g.buffers.Get().(*[bodySize]byte)
	defer g.buffers.Put(buf)
	for range g.attempts {
		g.upstream.Add(1)
		status, body, err := g.fetch(ctx, soul, buf[:])
		if err != nil || status != http.StatusNotFound {
			return kept, err
		}
		g.notFound.Add(1)
		body = body[:min(g.keep, len(body))]
		if err := g.leak(body); err != nil {
			return kept, err
		}
		kept += int64(len(body))
	}
	g.cache.add(now, soul)
	if g.attempts > 1 {
		g.log.retried(g.attempts-1, http.StatusNotFound)
	}
	return kept, nil
}
