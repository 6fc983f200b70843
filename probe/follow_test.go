package probe_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// tape collects what Follow and Watch deliver.
type tape struct {
	mu     sync.Mutex
	lines  map[string]int
	count  int
	events []soak.Event
	last   time.Time // of the last event that was expected
}

func (r *tape) line(l soak.Line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	var n int
	if _, err := fmt.Sscanf(string(l.Text), "line %d", &n); err == nil {
		r.lines[fmt.Sprint(n)]++
		if l.Stderr != (n%3 == 0) {
			r.lines[fmt.Sprintf("%d on the wrong stream", n)]++
		}
		return
	}
	r.lines[string(l.Text)]++
}

func (r *tape) event(e soak.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *tape) has(line string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines[line] > 0
}

func (r *tape) find(kind soak.EventKind) (soak.Event, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Kind == kind {
			return e, true
		}
	}
	return soak.Event{}, false
}

func (r *tape) all() []soak.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]soak.Event(nil), r.events...)
}

func (r *tape) kinds() []soak.EventKind {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []soak.EventKind
	for _, e := range r.events {
		all = append(all, e.Kind)
	}
	return all
}

// whole checks that each line from 0 to n stands on the tape once.
func (r *tape) whole(t *testing.T, n int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	missing, doubled := 0, 0
	var first, last int
	for i := range n {
		switch c := r.lines[fmt.Sprint(i)]; {
		case c == 0:
			if missing == 0 {
				first = i
			}
			missing, last = missing+1, i
		case c > 1:
			doubled++
		}
	}
	if missing > 0 || doubled > 0 {
		t.Errorf("of %d lines %d are missing, from %d to %d, and %d came twice", n, missing, first, last, doubled)
	}
	for l := range r.lines {
		if strings.Contains(l, "wrong") {
			t.Error(l)
		}
	}
}

// follow records a container's log until stop is called.
func follow(t *testing.T, c *probe.Container, since time.Time) (r *tape, stop func()) {
	r = &tape{lines: map[string]int{}}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Follow(ctx, since, r.line, r.event) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					t.Errorf("Follow: %v", err)
				}
			case <-time.After(time.Second):
				t.Error("Follow does not obey its context within a second")
			}
		})
	}
	t.Cleanup(stop)
	return r, stop
}

// TestFollowThroughRotationAndRestart writes through several rotations and a
// restart, both ways of reading.
func TestFollowThroughRotationAndRestart(t *testing.T) {
	t.Parallel()
	for _, apiOnly := range []bool{false, true} {
		t.Run(fmt.Sprintf("api=%v", apiOnly), func(t *testing.T) {
			r := dockertest.EngineWith(t, probe.ConnectOptions{APIOnly: apiOnly})
			p := r.RunPuppet(probe.Spec{LogDriver: "json-file", LogOptions: map[string]string{"max-size": "100k", "max-file": "4"}})
			got, stop := follow(t, p.Container, time.Time{})
			const batch, size = 400, 200 // 80 kB of text a time
			n := 0
			for round := range 6 {
				p.Do(fmt.Sprintf("log?from=%d&lines=%d&size=%d", n, batch, size))
				n += batch
				wait(t, fmt.Sprintf("line %d", n-1), func() bool {
					// The last of both streams, which the engine copies one beside the other.
					return got.has(fmt.Sprint(n-1)) && got.has(fmt.Sprint(n-2)) && got.has(fmt.Sprint(n-3))
				})
				if round == 2 {
					if err := r.Restart(t.Context(), p.ID, time.Second); err != nil {
						t.Fatal(err)
					}
					p.Ready()
				}
			}
			stop()
			got.whole(t, n)
			if kinds := got.kinds(); len(kinds) > 0 {
				t.Errorf("events though nothing is missing: %v", got.events)
			}
			if got.lines["puppet ready"] != 2 {
				t.Errorf("the greeting came %d times", got.lines["puppet ready"])
			}
		})
	}
}

// TestFollowSaysWhatIsGone rotates more away than the engine keeps while
// nobody reads.
func TestFollowSaysWhatIsGone(t *testing.T) {
	t.Parallel()
	r := dockertest.Engine(t)
	p := r.RunPuppet(probe.Spec{LogDriver: "json-file", LogOptions: map[string]string{"max-size": "50k", "max-file": "2"}})
	p.Do("log?from=0&lines=100&size=100")
	block, release := make(chan struct{}), make(chan struct{})
	got := &tape{lines: map[string]int{}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var once sync.Once
	go func() {
		_ = p.Follow(ctx, time.Time{}, func(l soak.Line) {
			got.line(l)
			if strings.HasPrefix(string(l.Text), "line 50 ") {
				once.Do(func() { close(block); <-release })
			}
		}, got.event)
	}()
	<-block // the reader is slow, and the log goes on
	p.Do("log?from=100&lines=3000&size=100")
	close(release)
	// Which stream's end the engine copies last is chance, and the other's may be gone.
	wait(t, "the last line", func() bool { return got.has("3099") || got.has("3098") })
	if _, ok := got.find(soak.EventLogGap); !ok {
		t.Errorf("no gap was told: %v", got.events)
	}
	got.mu.Lock()
	defer got.mu.Unlock()
	for l, n := range got.lines {
		if n > 1 {
			t.Errorf("line %q came %d times", l, n)
		}
	}
}

func TestFollowFromATime(t *testing.T) {
	t.Parallel()
	for _, apiOnly := range []bool{false, true} {
		r := dockertest.EngineWith(t, probe.ConnectOptions{APIOnly: apiOnly})
		p := r.RunPuppet(probe.Spec{LogDriver: "json-file"})
		p.Do("log?from=100000&lines=4000&size=100")
		time.Sleep(1200 * time.Millisecond)
		since := time.Now()
		p.Do("log?from=0&lines=1500&size=100")
		got, stop := follow(t, p.Container, since)
		wait(t, "the last lines", func() bool { return got.has("1499") && got.has("1498") && got.has("1497") })
		stop()
		got.whole(t, 1500)
		if got.count != 1500 {
			t.Errorf("API %v: %d lines since then, want 1500", apiOnly, got.count)
		}
	}
}

// TestFollowLongLines writes lines that the engine stores in pieces.
func TestFollowLongLines(t *testing.T) {
	t.Parallel()
	for _, apiOnly := range []bool{false, true} {
		for _, tty := range []bool{false, true} {
			r := dockertest.EngineWith(t, probe.ConnectOptions{APIOnly: apiOnly})
			p := r.RunPuppet(probe.Spec{LogDriver: "json-file", TTY: tty})
			p.Do("log?from=1&lines=1&size=50000")
			p.Do("log?from=2&lines=1&size=10")
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			var lengths []int
			_ = p.Follow(ctx, time.Time{}, func(l soak.Line) {
				if strings.HasPrefix(string(l.Text), "line") {
					lengths = append(lengths, len(l.Text))
				}
				if len(lengths) == 2 {
					cancel()
				}
			}, func(soak.Event) {})
			cancel()
			if len(lengths) != 2 || lengths[0] != 49980+len("line 1 ") || lengths[1] > 20 {
				t.Errorf("API %v, tty %v: lines of %v bytes", apiOnly, tty, lengths)
			}
		}
	}
}

func TestRecentStaysWithinItsBudget(t *testing.T) {
	t.Parallel()
	for _, apiOnly := range []bool{false, true} {
		r := dockertest.EngineWith(t, probe.ConnectOptions{APIOnly: apiOnly})
		p := r.RunPuppet(probe.Spec{LogDriver: "json-file", LogOptions: map[string]string{"max-size": "1m", "max-file": "3"}})
		p.Do("log?from=0&lines=8000&size=100")
		all := &tape{}
		wait(t, "the log, which the engine copies in its own time", func() bool {
			all = &tape{lines: map[string]int{}}
			span, err := p.Recent(t.Context(), time.Time{}, 1<<30, all.line)
			return err == nil && span.Skipped == 0 && span.Lines == 8001
		})
		all.whole(t, 8000)
		got := &tape{lines: map[string]int{}}
		span, err := p.Recent(t.Context(), time.Time{}, 200_000, got.line)
		if err != nil {
			t.Fatal(err)
		}
		last := got.has("7999") || got.has("7998") // which stream's end the engine copies last is chance
		if span.Bytes > 220_000 || span.Bytes < 80_000 || span.Skipped == 0 || !last || got.has("0") {
			t.Errorf("API %v: with a budget of 200 kB: %+v, last line %v", apiOnly, span, last)
		}
	}
}

// TestFollowOntoANewContainer removes a container and makes another under its
// name, as `compose up --build` does.
func TestFollowOntoANewContainer(t *testing.T) {
	t.Parallel()
	for _, apiOnly := range []bool{false, true} {
		r := dockertest.EngineWith(t, probe.ConnectOptions{APIOnly: apiOnly})
		p := r.RunPuppet(probe.Spec{LogDriver: "json-file"})
		got, stop := follow(t, p.Container, time.Time{})
		p.Do("log?from=0&lines=10&size=50")
		wait(t, "the old log", func() bool { return got.has("9") && got.has("8") && got.has("7") })
		if err := r.Stop(t.Context(), p.ID, time.Second); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
		if err := r.Remove(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		next := r.RunPuppet(p.Spec)
		next.Do("log?from=10&lines=10&size=50")
		wait(t, "the new log", func() bool { return got.has("19") && got.has("18") && got.has("17") })
		stop()
		got.whole(t, 20)
		if e, ok := got.find(soak.EventLogGap); ok {
			t.Errorf("API %v: the old log was read to its end, yet: %s", apiOnly, e.Text)
		}
	}
}

// TestTheFirstLineIsRead starts containers that write at once: the engine's
// time of the start may be later than that of the first lines.
func TestTheFirstLineIsRead(t *testing.T) {
	t.Parallel()
	r := dockertest.Engine(t)
	for range 5 {
		s := probe.Spec{Name: r.Name("first"), Image: r.BuildImage(dockertest.Puppet), Args: []string{"/app", "log", "5ms"}}
		c, _ := r.Run(s)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		var first soak.Line
		read := func(l soak.Line) {
			if first.At.IsZero() {
				first = soak.Line{At: l.At, Text: bytes.Clone(l.Text)}
			}
			cancel()
		}
		if err := c.Follow(ctx, c.Info().Started, read, func(soak.Event) {}); err != nil {
			t.Fatal(err)
		}
		cancel()
		if !bytes.HasPrefix(first.Text, []byte("line 0 ")) && string(first.Text) != "puppet ready" || first.At.Before(c.Info().Started) {
			t.Errorf("the first line is %q of %s, the container started %s", first.Text, first.At, c.Info().Started)
		}
	}
}
