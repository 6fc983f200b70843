package probe_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// TestNothingIsLeftRunning uses an engine and a container in every way, breaks
// the engine under them, and counts goroutines after they are closed.
func TestNothingIsLeftRunning(t *testing.T) {
	r := dockertest.Engine(t)
	p := r.RunPuppet(probe.Spec{})
	proxy := r.Proxy()
	session := func() {
		e, err := probe.Connect(t.Context(), probe.ConnectOptions{Host: proxy.Socket, APIOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		c, err := e.Container(t.Context(), p.Name())
		if err != nil {
			t.Fatal(err)
		}
		c.SetInterval(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = c.Watch(ctx, func(soak.Event) {}) })
		wg.Go(func() { _ = c.Follow(ctx, time.Time{}, func(soak.Line) {}, func(soak.Event) {}) })
		sample(t, c)
		proxy.Set(dockertest.Hang)
		time.Sleep(100 * time.Millisecond)
		cancel()
		wg.Wait()
		_ = c.Close()
		_ = e.Close()
		proxy.Set(dockertest.NoFault)
	}
	for range 3 {
		session()
	}
	if left := ours(); len(left) > 0 {
		t.Errorf("%d goroutines are left:\n%s", len(left), strings.Join(left, "\n\n"))
	}
}

// ours are the stacks of goroutines in package probe, once those that end have
// ended. Those of the test and of its proxy do not count.
func ours() (left []string) {
	for range 50 {
		left = nil
		stacks := make([]byte, 4<<20)
		for _, g := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if strings.Contains(g, "leakcheck/probe.") {
				left = append(left, g)
			}
		}
		if len(left) == 0 {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return left
}
