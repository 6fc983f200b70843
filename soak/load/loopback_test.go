package load

import (
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"leakcheck/soak"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// stalling answers at once, but for a second after the first request.
func stalling(t *testing.T) string {
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
	t.Cleanup(server.Close)
	return server.URL
}

// At a given rate on a real server: exactly as many requests as were due, in
// the time they were due in, and a stall of the server shows in the latencies
// of all who had to wait. LEAKCHECK_BENCH=1 goes up to 2,000 a second.
func TestOpenLoopOnLoopback(t *testing.T) {
	t.Parallel()
	rates := []float64{100}
	if os.Getenv("LEAKCHECK_BENCH") != "" {
		rates = append(rates, 500, 1000, 2000)
	}
	for _, rate := range rates {
		const length = 3
		e, err := New(phase(length, soak.Firing{Rate: rate}), one(soak.Step{Path: "/"}, 1), Options{BaseURL: stalling(t), MaxInFlight: 4000})
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
		achieved := float64(got.Requests) / length
		t.Logf("%.0f a second: %.1f achieved, over in %v, p99 %.0f ms, max %.0f ms", rate, achieved, took, q.P99, q.Max)
		if math.Abs(achieved-rate) > 0.001*rate || len(got.Errors) > 0 {
			t.Errorf("%d requests of %.0f, %d due, errors %v", got.Requests, rate*length, got.Due, got.Errors)
		}
		// A third of all waited for up to a second: p99 is 0.97 s at least.
		if q.P99 < 900 || q.Max < 990 {
			t.Errorf("%+v: the stall does not show", q)
		}
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
