//go:build unix

package load

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"leakcheck/soak"
)

func runCommand(t *testing.T, script string, during func(c *Command, cancel func())) []soak.Event {
	t.Helper()
	c, err := NewCommand([]string{"sh", "-c", script})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	finished := make(chan error, 1)
	go func() { finished <- c.Run(ctx) }()
	during(c, cancel)
	if err := <-finished; err != nil {
		t.Fatal(err)
	}
	return c.Take().Events
}

func TestCommandEvents(t *testing.T) {
	nothing := func(*Command, func()) {}
	events := runCommand(t, "exit 0", nothing)
	if len(events) != 2 || events[1].Kind != soak.EventPhase {
		t.Errorf("%v", events)
	}
	events = runCommand(t, `printf 'bad\033[31m script\n'; exit 3`, nothing)
	if len(events) != 2 || events[1].Kind != soak.EventWarning || !strings.HasSuffix(events[1].Text, "exit status 3; it said last: bad [31m script") {
		t.Errorf("%v", events)
	}
	for _, args := range [][]string{nil, {""}, {"no-such-program-here"}} {
		if _, err := NewCommand(args); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

// Stopping ends what the command has started, too, and at once.
func TestCommandStops(t *testing.T) {
	for name, stop := range map[string]func(*Command, func()){
		"stop":    func(c *Command, _ func()) { c.Stop("brake") },
		"context": func(_ *Command, cancel func()) { cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			pids := filepath.Join(t.TempDir(), "pid")
			var child int
			begin := time.Now()
			runCommand(t, "sleep 100 & echo $! >"+pids+".new; mv "+pids+".new "+pids+"; wait", func(c *Command, cancel func()) {
				for child == 0 {
					b, err := os.ReadFile(pids)
					if err == nil {
						if child, err = strconv.Atoi(strings.TrimSpace(string(b))); err != nil {
							t.Fatal(err)
						}
					}
					time.Sleep(5 * time.Millisecond)
				}
				stop(c, cancel)
			})
			if took := time.Since(begin); took > 4*time.Second {
				t.Errorf("stopping took %v", took)
			}
			for end := time.Now().Add(2 * time.Second); alive(child); time.Sleep(5 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("process %d of the command still runs", child)
				}
			}
		})
	}
}

// alive tells a process that runs from one that nobody has waited for.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(b), ") Z ")
}
