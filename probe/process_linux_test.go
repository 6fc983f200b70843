package probe

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"leakcheck/soak"
)

func TestProcessSample(t *testing.T) {
	p, err := NewProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	before, err := p.Sample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Outside the Go heap, so that neither a collection nor the race detector's
	// shadow memory counts.
	ballast, err := unix.Mmap(-1, 0, 64<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_POPULATE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Munmap(ballast) }()
	after, err := p.Sample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, _ := before.Get(soak.Anon)
	b, _ := after.Get(soak.Anon)
	if grown := b - a; grown < 56<<20 || grown > 80<<20 {
		t.Errorf("64 MiB were touched and anon grew by %d", grown)
	}
	if _, ok := before.Get(soak.FDs); !ok || len(before.Processes) == 0 {
		t.Errorf("the first sample looks inside: %v %v", before.Has(soak.FDs), before.Processes)
	}
}

func TestProcessThatEnds(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p, err := NewProcess(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Sample(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	// Dead but not waited for: no zeros then either.
	deadline := time.Now().Add(5 * time.Second)
	for {
		_, err = p.Sample(t.Context())
		if err != nil || time.Now().After(deadline) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if !errors.Is(err, soak.ErrGone) {
		t.Errorf("a dead process gave %v", err)
	}
	_ = cmd.Wait()
	if _, err := NewProcess(cmd.Process.Pid); !errors.Is(err, ErrUnknown) {
		t.Errorf("a process that is not there gave %v", err)
	}
}

func TestCommandTellsItsOutputAndItsEnd(t *testing.T) {
	c, err := StartCommand(nil, "sh", "-c", "echo one; echo two >&2; printf three; sleep 0.2; echo; exit 134")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	var mu sync.Mutex
	got := map[string]bool{}
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = c.Follow(ctx, time.Time{}, func(l soak.Line) {
			mu.Lock()
			got[string(l.Text)] = l.Stderr
			mu.Unlock()
		}, func(soak.Event) {})
	})
	var events []soak.Event
	wg.Go(func() {
		_ = c.Watch(ctx, func(e soak.Event) { events = append(events, e); time.AfterFunc(50*time.Millisecond, cancel) })
	})
	wg.Wait()
	if len(got) != 3 || !got["two"] || got["one"] || got["three"] {
		t.Errorf("output: %v", got)
	}
	if len(events) != 1 || events[0].Exit == nil || events[0].Exit.Code != 134 || !strings.Contains(events[0].Text, "V8") {
		t.Errorf("events: %+v", events)
	}
	if _, err := c.Sample(t.Context()); !errors.Is(err, soak.ErrGone) {
		t.Errorf("sample after the end: %v", err)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCommandStops(t *testing.T) {
	c, err := StartCommand(nil, "sh", "-c", "sleep 60 & sleep 60")
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(3 * time.Second)
	for time.Now().Before(deadline) && len(c.host.family(c.PID())) < 3 {
		time.Sleep(10 * time.Millisecond)
	}
	s, err := c.Sample(t.Context())
	if err != nil || len(s.Processes) != 3 {
		t.Errorf("a command with two children: %v %v", s.Processes, err)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if x, ok := c.Exit(); !ok || x.Code != 143 {
		t.Errorf("stopped with %+v", x)
	}
	if _, err := StartCommand(nil, "/no/such/program"); !errors.Is(err, ErrUnknown) {
		t.Errorf("a program that is not there: %v", err)
	}
}
