package probe

import (
	"hash/maphash"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"leakcheck/soak"
)

// TapCounts is what went through a tap since it began.
type TapCounts struct {
	// Requests counts requests that reached the upstream and Unreachable
	// connections that did not.
	Requests    int64
	Unreachable int64
	// Status counts answers by status.
	Status map[int]int64
	// Keys is how many distinct things were asked for and MissingKeys how many
	// of them have answered 404. Untold counts requests beyond the million keys
	// that are told apart.
	Keys, MissingKeys int
	Untold            int64
	// ForMissing counts requests for keys that have answered 404 at some time.
	ForMissing int64
	// Repeats counts requests for a key that had answered 404 before, and
	// Retries those of them that came soon after.
	Repeats, Retries int64
	// Concurrent counts requests for a missing key, beyond the first one, that
	// were sent before the node could know that it is missing. They are no
	// repeats.
	Concurrent int64
}

// PerMissingKey is how many requests each missing key has cost; 0 without any.
func (c TapCounts) PerMissingKey() float64 {
	if c.MissingKeys == 0 {
		return 0
	}
	return float64(c.ForMissing) / float64(c.MissingKeys)
}

// Values are the counts by name, as they travel in a signal and as checks name
// them: "requests_per_missing_key" leaves out what clients asked for at the
// same time, "status_404" counts answers of that status.
func (c TapCounts) Values() map[string]float64 {
	all := map[string]float64{
		"requests": float64(c.Requests), "not_found": float64(c.Status[http.StatusNotFound]), "keys": float64(c.Keys),
		"missing_keys": float64(c.MissingKeys), "for_missing": float64(c.ForMissing), "concurrent": float64(c.Concurrent),
		"repeats": float64(c.Repeats), "retries": float64(c.Retries), "unreachable": float64(c.Unreachable),
	}
	if c.MissingKeys > 0 {
		all["requests_per_missing_key"] = 1 + float64(c.Repeats)/float64(c.MissingKeys)
	}
	if c.Keys > 0 {
		all["requests_per_key"] = float64(c.Requests-c.Untold) / float64(c.Keys)
	}
	for status, n := range c.Status {
		all["status_"+strconv.Itoa(status)] = float64(n)
	}
	return all
}

// settleWithin is how long after a key's first 404 the node's other clients may
// still be asking for it: the answer is on its way through a node that may be
// busy. A retry that is taken for one of those is caught the next time that the
// key is asked for.
const settleWithin = 250 * time.Millisecond

// maxKeys bounds the memory of a tap, at about 100 bytes a key.
const maxKeys = 1_000_000

// TapSignal is the name of the signal that carries a tap's counts. Its Count
// is the requests since the last one; its values count from the beginning.
const TapSignal = soak.TapSignal

// counts counts, and knows each key by its hash.
type counts struct {
	param string
	soon  time.Duration
	seed  maphash.Seed

	mu    sync.Mutex
	all   TapCounts
	keys  map[uint64]*key
	taken int64
	// flying counts requests without an answer yet.
	flying int64
}

// key is what is known of one thing that was asked for.
type key struct {
	requests int64
	flying   int64     // requests without an answer yet
	missing  time.Time // when it last answered 404; zero if never
	first    time.Time // when it answered 404 for the first time
	teller   any       // the connection that said so
	crowded  bool      // others were asking for something at that time
}

// early reports whether a request may have been sent before the node knew that
// the key is missing: by another of its clients, which has a connection of its
// own or has just been given the first one's.
func (k *key) early(from any, now time.Time) bool {
	return (k.crowded || from != k.teller) && now.Sub(k.first) <= settleWithin
}

func newCounts(o TapOptions) counts {
	soon := o.Soon
	if soon == 0 {
		soon = time.Minute
	}
	return counts{param: o.Key, soon: soon, seed: maphash.MakeSeed(), keys: map[uint64]*key{}, all: TapCounts{Status: map[int]int64{}}}
}

// begin counts a request that came from a connection and returns its key, nil if
// it is not told apart.
func (c *counts) begin(req *http.Request, from any, now time.Time) *key {
	name := req.Method + " " + req.Host + req.RequestURI
	if c.param != "" {
		if v := req.URL.Query().Get(c.param); v != "" {
			name = v
		}
	}
	hash := maphash.String(c.seed, name)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all.Requests++
	k := c.keys[hash]
	if k == nil {
		if len(c.keys) >= maxKeys {
			c.all.Untold++
			return nil
		}
		k = &key{}
		c.keys[hash] = k
		c.all.Keys++
	}
	k.requests++
	k.flying++
	c.flying++
	if k.missing.IsZero() {
		return k
	}
	c.all.ForMissing++
	if k.early(from, now) {
		c.all.Concurrent++
		return k
	}
	c.all.Repeats++
	if now.Sub(k.missing) <= c.soon {
		c.all.Retries++
	}
	return k
}

// end counts an answer to a connection.
func (c *counts) end(k *key, status int, to any, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all.Status[status]++
	if k == nil {
		return
	}
	k.flying--
	c.flying--
	if status != http.StatusNotFound {
		return
	}
	if k.missing.IsZero() {
		c.all.MissingKeys++
		c.all.ForMissing += k.requests
		c.all.Concurrent += k.flying
		k.first, k.teller, k.crowded = now, to, c.flying > 0
	}
	k.missing = now
}

func (c *counts) unreachable() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all.Unreachable++
}

// Counts is what went through so far.
func (t *Tap) Counts() TapCounts {
	t.counts.mu.Lock()
	defer t.counts.mu.Unlock()
	all := t.counts.all
	all.Status = maps.Clone(all.Status)
	return all
}

// Take returns the counts as one signal, if there were requests since the last
// call.
func (t *Tap) Take() soak.Batch {
	now := t.Counts()
	t.counts.mu.Lock()
	defer t.counts.mu.Unlock()
	fresh := now.Requests - t.counts.taken
	if fresh == 0 {
		return soak.Batch{}
	}
	t.counts.taken = now.Requests
	return soak.Batch{Signals: []soak.Signal{{At: time.Now(), Name: TapSignal, Count: int(fresh), Values: now.Values()}}}
}
