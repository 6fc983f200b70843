package demonode

import (
	"context"
	"maps"
	"strconv"
	"sync"
	"time"
)

// service answers queries: the part that the node and the model share.
type service struct {
	o   Options
	gun *gun

	mu       sync.Mutex
	rare     int
	leaked   map[string]int64
	requests map[string]int64
}

func newService(o Options, log *logger, fetch fetchFunc, leak func([]byte) error) *service {
	return &service{o: o, gun: newGun(o, log, fetch, leak), leaked: map[string]int64{}, requests: map[string]int64{}}
}

// query answers one request for records of a kind and returns how many souls
// it read.
func (s *service) query(ctx context.Context, now time.Time, kind string, depth, limit int) (int, error) {
	if err := s.count(kind); err != nil {
		return 0, err
	}
	all := souls(kind, depth, limit)
	if len(all) > 0 && s.o.Rare > 0 {
		all = append(all, s.nextRare())
	}
	for _, soul := range all {
		kept, err := s.gun.get(ctx, now, soul)
		s.blame(kind, kept)
		if err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// junk is what a request leaks that has no answer to keep.
var junk [bodySize]byte

// count counts a request and keeps what a request of its kind leaks.
func (s *service) count(kind string) error {
	n, ok := s.o.LeakPerRequest[kind]
	if !ok {
		n = s.o.LeakPerRequest["*"]
	}
	for left := int64(n); left > 0; left -= bodySize {
		if err := s.gun.leak(junk[:min(left, bodySize)]); err != nil {
			return err
		}
	}
	s.blame(kind, int64(n))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[kind]++
	return nil
}

func (s *service) blame(kind string, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaked[kind] += n
}

func (s *service) nextRare() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rare = (s.rare + 1) % s.o.Rare
	return rarePrefix + strconv.Itoa(s.rare)
}

func (s *service) truth(elapsed time.Duration) Truth {
	hits, cached := s.gun.cache.stats()
	l := shape(s.o, elapsed)
	s.mu.Lock()
	defer s.mu.Unlock()
	t := Truth{
		Elapsed: elapsed.Seconds(), LeakedBy: maps.Clone(s.leaked), Requests: maps.Clone(s.requests),
		Lookups: s.gun.lookups.Load(), Upstream: s.gun.upstream.Load(), NotFound: s.gun.notFound.Load(),
		Hits: hits, Cached: cached, Anon: l.anon, File: l.file, Shmem: l.shmem,
	}
	for _, n := range s.leaked {
		t.Leaked += n
	}
	return t
}
