package probe

import (
	"hash/maphash"
	"maps"
	"net/http"
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
}

// PerMissingKey is how many requests each missing key has cost; 0 without any.
func (c TapCounts) PerMissingKey() float64 {
	if c.MissingKeys == 0 {
		return 0
	}
	return float64(c.ForMissing) / float64(c.MissingKeys)
}

// maxKeys bounds the memory of a tap, at about 100 bytes a key.
const maxKeys = 1_000_000

// TapSignal is the name of the signal that carries a tap's counts. Its Count
// is the requests since the last one; its values count from the beginning.
const TapSignal = "tap"

// counts counts, and knows each key by its hash.
type counts struct {
	param string
	soon  time.Duration
	seed  maphash.Seed

	mu    sync.Mutex
	all   TapCounts
	keys  map[uint64]*key
	taken int64
}

// key is what is known of one thing that was asked for.
type key struct {
	requests int64
	missing  time.Time // when it last answered 404; zero if never
}

func newCounts(o TapOptions) counts {
	soon := o.Soon
	if soon == 0 {
		soon = time.Minute
	}
	return counts{param: o.Key, soon: soon, seed: maphash.MakeSeed(), keys: map[uint64]*key{}, all: TapCounts{Status: map[int]int64{}}}
}

// begin counts a request and returns its key, nil if it is not told apart.
func (c *counts) begin(req *http.Request, now time.Time) *key {
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
	if !k.missing.IsZero() {
		c.all.ForMissing++
		c.all.Repeats++
		if now.Sub(k.missing) <= c.soon {
			c.all.Retries++
		}
	}
	return k
}

// end counts an answer.
func (c *counts) end(k *key, status int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all.Status[status]++
	if k == nil || status != http.StatusNotFound {
		return
	}
	if k.missing.IsZero() {
		c.all.MissingKeys++
		c.all.ForMissing += k.requests
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
	return soak.Batch{Signals: []soak.Signal{{
		At: time.Now(), Name: TapSignal, Count: int(fresh),
		Values: map[string]float64{
			"requests": float64(now.Requests), "not_found": float64(now.Status[http.StatusNotFound]), "keys": float64(now.Keys),
			"missing_keys": float64(now.MissingKeys), "requests_per_missing_key": now.PerMissingKey(),
			"repeats": float64(now.Repeats), "retries": float64(now.Retries), "unreachable": float64(now.Unreachable),
		},
	}}}
}
