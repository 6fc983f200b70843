package load

import (
	"context"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"leakcheck/soak"
)

// canned is a connection that answers every request in memory.
type canned struct {
	net.Conn
	answer, left []byte
}

func (c *canned) Write(b []byte) (int, error) { c.left = c.answer; return len(b), nil }
func (c *canned) Read(b []byte) (int, error) {
	n := copy(b, c.left)
	c.left = c.left[n:]
	return n, nil
}
func (c *canned) SetDeadline(time.Time) error { return nil }
func (c *canned) Close() error                { return nil }

// The engine's memory must not depend on how many requests it has sent. With
// LEAKCHECK_BENCH=1 these are 10 million.
func TestMemoryIsFlat(t *testing.T) {
	many := 50_000
	if os.Getenv("LEAKCHECK_BENCH") != "" {
		many = 10_000_000
	}
	answer := []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	dial := func(context.Context, string, string) (net.Conn, error) { return &canned{answer: answer}, nil }
	few, much := heapAfter(t, 10_000, dial), heapAfter(t, many, dial)
	t.Logf("engine and its heap: %d kB after 10,000 requests, %d kB after %d", few/1000, much/1000, many)
	if much > few+200_000 {
		t.Errorf("%d bytes after 10,000 requests, %d after %d", few, much, many)
	}
}

// heapAfter is the live heap, the engine included, after n requests of which
// a Take is done each few milliseconds.
func heapAfter(t *testing.T, n int, dial func(context.Context, string, string) (net.Conn, error)) int64 {
	t.Helper()
	const workers = 4
	e, err := New(phase(0, soak.Firing{Loops: n / workers}), one(soak.Step{Path: "/"}, workers), Options{BaseURL: "http://node", Dial: dial})
	if err != nil {
		t.Fatal(err)
	}
	finished := make(chan error, 1)
	go func() { finished <- e.Run(t.Context()) }()
	sent := int64(0)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for running := true; running; {
		select {
		case err := <-finished:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		case <-tick.C:
		}
		for _, in := range e.Take().Load {
			sent += in.Requests
		}
	}
	if sent != int64(n) {
		t.Fatalf("sent %d requests, want %d", sent, n)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	runtime.KeepAlive(e)
	return int64(m.HeapAlloc)
}
