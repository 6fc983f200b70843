package probe_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// TestOnlyTheseCallsReachTheEngine records every call of a session that uses
// all there is, and fails on any that is not in the list.
func TestOnlyTheseCallsReachTheEngine(t *testing.T) {
	allowed := []string{
		`(GET|HEAD) /_ping`, `GET /info`, `GET /events`, `GET /containers/json`, `GET /containers/[^/]+/json`,
		`GET /containers/[^/]+/stats`, `GET /containers/[^/]+/top`, `GET /containers/[^/]+/logs`, `(GET|HEAD) /containers/[^/]+/archive`,
	}
	list := regexp.MustCompile(`^(` + strings.Join(allowed, "|") + `)$`)
	r := dockertest.Engine(t)
	p := r.RunPuppet(probe.Spec{})

	var mu sync.Mutex
	seen := map[string]int{}
	target, err := url.Parse("http://engine")
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	socket := strings.TrimPrefix(r.Options.Host, "unix://")
	proxy.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	l, err := net.Listen("unix", t.TempDir()+"/proxy.sock")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`^/v1\.\d+`)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		call := req.Method + " " + version.ReplaceAllString(req.URL.Path, "")
		mu.Lock()
		seen[call]++
		mu.Unlock()
		if !list.MatchString(call) {
			t.Errorf("the engine was sent %s", call)
		}
		proxy.ServeHTTP(w, req)
	})}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })

	for _, apiOnly := range []bool{true, false} {
		e, err := probe.Connect(t.Context(), probe.ConnectOptions{Host: "unix://" + l.Addr().String(), APIOnly: apiOnly})
		if err != nil {
			t.Fatal(err)
		}
		c, err := e.Container(t.Context(), p.Name())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = c.Watch(ctx, func(soak.Event) {}) })
		wg.Go(func() { _ = c.Follow(ctx, time.Time{}, func(soak.Line) {}, func(soak.Event) {}) })
		for _, interval := range []time.Duration{time.Second, time.Minute} {
			c.SetInterval(interval)
			sample(t, c)
		}
		if _, err := c.Read(ctx, "/tmp/*"); err != nil {
			t.Error(err)
		}
		if _, err := c.Recent(ctx, time.Time{}, 1<<20, func(soak.Line) {}); err != nil {
			t.Error(err)
		}
		if _, err := c.State(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		wg.Wait()
		_ = c.Close()
		_ = e.Close()
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) < 9 {
		t.Errorf("the session did not use all there is: %v", seen)
	}
}
