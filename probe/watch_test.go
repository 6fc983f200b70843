package probe_test

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// watched records a container's events while samples are taken.
func watched(t *testing.T, c *probe.Container, every time.Duration) *tape {
	t.Helper()
	r := &tape{lines: map[string]int{}, last: time.Now()}
	ctx, cancel := context.WithCancel(t.Context())
	c.SetInterval(every)
	done := make(chan struct{}, 2)
	go func() { _ = c.Watch(ctx, r.event); done <- struct{}{} }()
	go func() {
		for ctx.Err() == nil {
			_, _ = c.Sample(ctx)
			time.Sleep(every)
		}
		done <- struct{}{}
	}()
	t.Cleanup(func() { cancel(); <-done; <-done })
	time.Sleep(300 * time.Millisecond) // the stream of events must stand
	return r
}

func expect(t *testing.T, r *tape, kind soak.EventKind) soak.Event {
	t.Helper()
	var e soak.Event
	wait(t, string(kind)+" event", func() (ok bool) { e, ok = r.find(kind); return ok })
	// What is expected happens after what was expected before.
	if e.At.Before(r.last.Add(-time.Second)) || e.At.After(time.Now().Add(time.Second)) {
		t.Errorf("%s is told at %v, but happened between %v and now", kind, e.At, r.last)
	}
	r.last = e.At
	return e
}

func TestWatchTellsALife(t *testing.T) {
	t.Parallel()
	r := dockertest.Engine(t)
	p := r.RunPuppet(probe.Spec{Health: []string{"/app", "nonsense-that-fails"}})
	got := watched(t, p.Container, 100*time.Millisecond)
	ctx := t.Context()
	steps := []struct {
		do   func() error
		kind soak.EventKind
		text string
	}{
		{func() error { return nil }, soak.EventHealth, "unhealthy"},
		{func() error { return r.Pause(ctx, p.ID) }, soak.EventPause, "frozen"},
		{func() error { return r.Unpause(ctx, p.ID) }, soak.EventUnpause, ""},
		{func() error { return r.SetMemory(ctx, p.ID, 300<<20) }, soak.EventLimit, "268 MB to 315 MB"},
		{func() error { return r.Rename(ctx, p.ID, p.Name()+"-old") }, soak.EventRename, "-old"},
		{func() error { p.Do("exit?code=134"); return nil }, soak.EventExit, "V8"},
		{func() error { return r.Remove(ctx, p.ID) }, soak.EventRemove, ""},
		{func() error {
			_, err := r.Launcher.Run(ctx, probe.Spec{Name: p.Name(), Image: p.Spec.Image, Args: []string{"/app"}})
			return err
		}, soak.EventRecreate, ""},
	}
	if now, err := p.State(ctx); err == nil && now.Health == "unhealthy" {
		steps = steps[1:] // on a busy machine it was so before anybody watched
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Fatal(err)
		}
		if e := expect(t, got, s.kind); !strings.Contains(e.Text, s.text) {
			t.Errorf("%s: %q does not say %q", s.kind, e.Text, s.text)
		}
	}
	wait(t, "samples of the new container", func() bool {
		s, err := p.Sample(ctx)
		return err == nil && !s.Empty() && p.Info().ID != p.ID
	})
	want := []soak.EventKind{soak.EventPause, soak.EventUnpause, soak.EventLimit, soak.EventRename, soak.EventExit, soak.EventRemove, soak.EventRecreate}
	kinds := slices.DeleteFunc(got.kinds(), func(k soak.EventKind) bool { return k == soak.EventHealth })
	// A busy engine pauses again on hearing of its own pause, and tells so.
	for echo := []soak.EventKind{soak.EventPause, soak.EventUnpause}; len(kinds) > 4 && slices.Equal(kinds[2:4], echo); {
		kinds = slices.Delete(kinds, 2, 4)
	}
	if !slices.Equal(kinds, want) {
		t.Errorf("events %v, want %v", got.events, want)
	}
}

func TestWatchTellsAnOOMKill(t *testing.T) {
	t.Parallel()
	for _, apiOnly := range []bool{false, true} {
		r := dockertest.EngineWith(t, probe.ConnectOptions{APIOnly: apiOnly})
		p := r.RunPuppet(probe.Spec{Memory: 64 << 20})
		got := watched(t, p.Container, 100*time.Millisecond)
		did := time.Now()
		p.Do("alloc?mb=100")
		e := expect(t, got, soak.EventExit)
		if e.Exit == nil || e.Exit.Code != 137 || !e.Exit.OOMKilled || !strings.Contains(e.Text, "OOM") {
			t.Errorf("API %v: %+v", apiOnly, e)
		}
		got.last = did // either may come first
		expect(t, got, soak.EventOOM)
		time.Sleep(300 * time.Millisecond)
		if n := len(got.kinds()); n != 2 {
			t.Errorf("API %v: %d events, want the kill and the exit: %v", apiOnly, n, got.events)
		}
	}
}

// TestWatchTellsADeathInside kills the process that holds the memory, while
// the container's main process stays up.
func TestWatchTellsADeathInside(t *testing.T) {
	t.Parallel()
	for _, byOOM := range []bool{false, true} {
		r := dockertest.Engine(t)
		p := r.RunPuppet(probe.Spec{Memory: 128 << 20})
		p.Do("child?mb=60")
		time.Sleep(5500 * time.Millisecond) // what dies young carried no curve
		got := watched(t, p.Container, 100*time.Millisecond)
		var child int
		wait(t, "the child", func() bool {
			s, err := p.Sample(t.Context())
			for _, q := range s.Processes {
				if q.RSS > 50<<20 {
					child = q.PID
				}
			}
			return err == nil && child != 0
		})
		if byOOM {
			// The child holds most, so the kernel takes it and the puppet lives.
			p.Do("file?mb=1")
			p.Do("child?mb=100")
		} else if err := exec.Command("kill", "-9", fmt.Sprint(child)).Run(); err != nil {
			t.Fatal(err)
		}
		if byOOM {
			if e := expect(t, got, soak.EventOOM); !strings.Contains(e.Text, "kernel") {
				t.Errorf("OOM: %+v", e)
			}
			continue
		}
		e := expect(t, got, soak.EventDeath)
		if !strings.Contains(e.Text, fmt.Sprint(child)) {
			t.Errorf("the death of %d is told as %q", child, e.Text)
		}
		if s := sample(t, p.Container); s.Values.Empty() {
			t.Error("no sample after the death inside")
		}
	}
}

func TestWatchTellsARestart(t *testing.T) {
	t.Parallel()
	r := dockertest.Engine(t)
	p := r.RunPuppet(probe.Spec{Restart: "always"})
	got := watched(t, p.Container, 100*time.Millisecond)
	before := sample(t, p.Container)
	p.Do("exit?code=139")
	if e := expect(t, got, soak.EventExit); e.Exit == nil || e.Exit.Code != 139 || !strings.Contains(e.Text, "SEGV") {
		t.Errorf("%+v", e)
	}
	wait(t, "a sample of the new life", func() bool {
		s, err := p.Sample(t.Context())
		n, _ := s.Get(soak.Restarts)
		return err == nil && s.Started.After(before.Started) && n == 1
	})
}

// TestEngineLostAndBack stops an engine of its own, with live-restore and
// without.
func TestEngineLostAndBack(t *testing.T) {
	t.Parallel()
	for _, live := range []bool{true, false} {
		t.Run(fmt.Sprintf("live-restore=%v", live), func(t *testing.T) {
			t.Parallel()
			own := dockertest.OwnEngine(t, fmt.Sprintf("--live-restore=%v", live))
			r := own.Rig()
			p := r.RunPuppet(probe.Spec{Restart: "always"})
			got := watched(t, p.Container, 100*time.Millisecond)
			before, stopping := sample(t, p.Container), time.Now()
			own.Stop()
			lost := expect(t, got, soak.EventEngine)
			if !strings.Contains(lost.Text, "lost") {
				t.Errorf("%+v", lost)
			}
			if live {
				if s := sample(t, p.Container); !s.Started.Equal(before.Started) {
					t.Error("with live-restore the container goes on, and its files can be read")
				}
			}
			own.Start()
			wait(t, "the engine's return", func() bool {
				last := got.kinds()
				return len(last) > 1 && slices.ContainsFunc(got.all(), func(e soak.Event) bool { return strings.Contains(e.Text, "back") })
			})
			if live {
				time.Sleep(time.Second)
				if kinds := got.kinds(); len(kinds) != 2 {
					t.Errorf("only the engine was away: %v", got.all())
				}
				return
			}
			got.last = stopping // an engine that stops ends its containers before it is lost
			expect(t, got, soak.EventExit)
			wait(t, "a sample of the new life", func() bool {
				s, err := p.Sample(t.Context())
				return err == nil && s.Started.After(before.Started)
			})
		})
	}
}
