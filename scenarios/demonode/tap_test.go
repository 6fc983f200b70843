package demonode

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"

	"leakcheck/probe"
)

// behindTap starts a node whose relay is behind a tap.
func behindTap(t *testing.T, o Options) (*running, *probe.Tap) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.RelayListen = free.Addr().String()
	free.Close()
	tap, err := probe.NewTap(probe.TapOptions{Listen: "127.0.0.1:0", Upstream: o.RelayListen, Key: "soul"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	finished := make(chan error, 1)
	go func() { finished <- tap.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-finished; err != nil {
			t.Error(err)
		}
	})
	o.RelayURL = tap.URL()
	return start(t, o), tap
}

// The documents' figures, measured between the node and its relay: 168 requests
// for 56 missing souls with the bug, 112 in the code that was published, 56 and
// then none with the fix.
func TestFiguresThroughTheTap(t *testing.T) {
	published := Buggy()
	published.Attempts, published.Keep = 2, 0
	for name, c := range map[string]struct {
		o             Options
		first, second int
		perKey        float64
	}{
		"bug":       {Buggy(), 168, 168, 6},
		"published": {published, 112, 112, 4},
		"fix":       {Fixed(), 56, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			n, tap := behindTap(t, c.o)
			n.get(workout)
			first := tap.Counts()
			n.get(workout)
			second := tap.Counts()
			if got := first.Status[404]; int(got) != c.first {
				t.Errorf("the first query: %d answers 404, want %d", got, c.first)
			}
			if got := second.Status[404] - first.Status[404]; int(got) != c.second {
				t.Errorf("the second query: %d answers 404, want %d", got, c.second)
			}
			if second.MissingKeys != 56 || second.PerMissingKey() != c.perKey {
				t.Errorf("%d missing keys, %v requests for each, want 56 and %v", second.MissingKeys, second.PerMissingKey(), c.perKey)
			}
			if truth := n.truth(); truth.Upstream != second.Requests || truth.NotFound != second.Status[404] {
				t.Errorf("the node knows of %d requests and %d answers 404, the tap of %+v", truth.Upstream, truth.NotFound, second)
			}
		})
	}
}

// Ten concurrent first queries cost more than 56 with the fix: each starts
// before the others have filled the cache. Later ones cost nothing.
func TestConcurrentFirstQueries(t *testing.T) {
	o := Fixed()
	o.RelayDelay = 1e6 // a millisecond, so that they meet
	n, tap := behindTap(t, o)
	burst := func() {
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				resp, err := http.Get(n.node + workout)
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
			})
		}
		all.Wait()
	}
	burst()
	first := tap.Counts().Status[404]
	burst()
	if got := tap.Counts().Values()["requests_per_missing_key"]; got != 1 {
		t.Errorf("concurrent queries make it %v requests for each missing key: a check for at most 1 would trip over them", got)
	}
	if later := tap.Counts().Status[404] - first; first <= 56 || first > 560 || later != 0 {
		t.Errorf("%d, then %d answers 404, want more than 56 and then none", first, later)
	}
}
