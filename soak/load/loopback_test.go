package load

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"leakcheck/soak"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// At a given rate on a real server: exactly as many requests as were due, and
// a stall of the server shows in the latencies of all who had to wait.
func TestOpenLoopOnLoopback(t *testing.T) {
	t.Parallel()
	var once sync.Once
	var stalled sync.RWMutex
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		once.Do(func() {
			stalled.Lock()
			time.AfterFunc(time.Second, stalled.Unlock)
		})
		stalled.RLock()
		defer stalled.RUnlock()
	}))
	defer server.Close()
	e, err := New(phase(3, soak.Firing{Rate: 100}), one(soak.Step{Path: "/"}, 1), Options{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if err := e.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begin)
	got, latency := sum([]soak.Batch{e.Take()})
	q := quantiles(t, latency)
	t.Logf("%d requests in %v, %+v", got.Requests, took, q)
	if got.Requests != 300 || got.Due != 300 || len(got.Errors) > 0 {
		t.Errorf("%d requests, %d due, errors %v, want 300", got.Requests, got.Due, got.Errors)
	}
	// A third of all waited for up to a second: p99 is 0.97 s at least.
	if q.P99 < 900 || q.Max < 990 {
		t.Errorf("%+v: the stall does not show", q)
	}
}

// Connections are used again while they are fresh, and never after a second,
// when a server may just be closing them.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	var opened sync.Map
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		opened.Store(r.RemoteAddr, true)
		if r.URL.Path == "/bye" {
			w.Header().Set("Connection", "close")
		}
	}))
	server.Start()
	defer server.Close()
	count := func() (n int) {
		opened.Range(func(any, any) bool { n++; return true })
		opened.Clear()
		return n
	}
	for name, c := range map[string]struct {
		step soak.Step
		want int
	}{
		"closed loop":    {soak.Step{Path: "/"}, 1},
		"after a pause":  {soak.Step{Path: "/", Think: soak.Duration(reuseFor + 100*time.Millisecond)}, 3},
		"server says so": {soak.Step{Path: "/bye"}, 3},
	} {
		e, err := New(phase(0, soak.Firing{Loops: 3}), one(c.step, 1), Options{BaseURL: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _ := sum([]soak.Batch{e.Take()}); got.Requests != 3 || len(got.Errors) > 0 {
			t.Errorf("%s: %d requests, errors %v", name, got.Requests, got.Errors)
		}
		if n := count(); n != c.want {
			t.Errorf("%s: %d connections for 3 requests, want %d", name, n, c.want)
		}
	}
}
