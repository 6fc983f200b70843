package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/soak"
)

// node is a target in virtual time.
type node struct {
	took    time.Duration                // how long one reading takes
	fail    func(at time.Duration) error // nil: never
	started func(at time.Duration) time.Time
	born    time.Time
	events  []soak.Event
	late    time.Duration // how long after it an event is told
	lines   []string
}

func (n *node) Sample(ctx context.Context) (soak.Sample, error) {
	select {
	case <-time.After(n.took):
	case <-ctx.Done():
		return soak.Sample{}, ctx.Err()
	}
	at := time.Since(n.born)
	if n.fail != nil {
		if err := n.fail(at); err != nil {
			return soak.Sample{}, err
		}
	}
	var s soak.Sample
	s.Started = n.born
	if n.started != nil {
		s.Started = n.started(at)
	}
	s.Set(soak.Anon, int64(at/time.Second))
	return s, nil
}

func (n *node) Watch(ctx context.Context, emit func(soak.Event)) error {
	for _, e := range n.events {
		select {
		case <-time.After(time.Until(e.At.Add(n.late))):
			emit(e)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

func (n *node) Follow(ctx context.Context, _ time.Time, line func(soak.Line), _ func(soak.Event)) error {
	for _, l := range n.lines {
		line(soak.Line{At: time.Now(), Text: []byte(l)})
	}
	<-ctx.Done()
	return ctx.Err()
}

// memory is a recorder that keeps everything.
type memory struct {
	all     soak.Batch
	batches int
	err     error
}

func (m *memory) Record(b soak.Batch) error {
	m.batches++
	m.all = join(m.all, b)
	return m.err
}

func (m *memory) count(kind soak.EventKind) (n int) {
	for _, e := range m.all.Events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// scanner hands over each line as a signal.
type scanner struct {
	mu    sync.Mutex
	batch soak.Batch
}

func (s *scanner) Line(l soak.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batch.Signals = append(s.batch.Signals, soak.Signal{At: l.At, Name: string(l.Text), Count: 1})
}

func (s *scanner) Take() soak.Batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.batch
	s.batch = soak.Batch{}
	return b
}

func drive(t *testing.T, n *node, c Config) (*memory, Summary) {
	t.Helper()
	n.born = time.Now()
	m := &memory{}
	if c.Recorder == nil {
		c.Recorder = m
	} else {
		m = c.Recorder.(*memory)
	}
	c.Targets = []Target{{Name: "node", Target: n, Scanner: &scanner{}}}
	s, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return m, s
}

func TestADayIsSampledOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const day = 24 * time.Hour
		start := time.Now()
		m, s := drive(t, &node{took: 3 * time.Millisecond}, Config{Pace: DefaultPace(day), Duration: day})
		if s != (Summary{}) {
			t.Errorf("summary = %+v, want a plain end", s)
		}
		samples := m.all.Samples
		// 300 in the first ten minutes, then every 15 s, and one at the end.
		if want := 300 + (86400-600)/15 + 1; len(samples) != want {
			t.Fatalf("%d samples, want %d", len(samples), want)
		}
		for k, s := range samples[:len(samples)-1] {
			due := time.Duration(k) * 2 * time.Second
			if k > 300 {
				due = 10*time.Minute + time.Duration(k-300)*15*time.Second
			}
			if got := s.At.Sub(start); got != due+3*time.Millisecond {
				t.Fatalf("sample %d at %s, want %s after its due time %s", k, got, 3*time.Millisecond, due)
			}
		}
		if o := m.all.Observer; o.Missed != 0 || o.Late != 0 || o.Samples != int64(len(samples)) {
			t.Errorf("observer = %+v", o)
		}
	})
}

func TestSlowReadingsAreMissedNotBunched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := drive(t, &node{took: 2500 * time.Millisecond}, Config{Pace: Every(time.Second), Duration: time.Minute})
		o := m.all.Observer
		if o.Samples+o.Missed < 60 || o.Missed < 38 {
			t.Errorf("%d taken and %d missed of 60 due", o.Samples, o.Missed)
		}
		for i, s := range m.all.Samples[1:] {
			if gap := s.At.Sub(m.all.Samples[i].At); gap < 2500*time.Millisecond {
				t.Fatalf("samples %d and %d lie %s apart", i, i+1, gap)
			}
		}
	})
}

func TestAGapIsNotedAtBothEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &node{fail: func(at time.Duration) error {
			if at > 20*time.Second && at < 40*time.Second {
				return fmt.Errorf("engine does not answer: %w", soak.ErrUnavailable)
			}
			return nil
		}}
		m, _ := drive(t, n, Config{Pace: Every(time.Second), Duration: time.Minute})
		if got := m.count(soak.EventGap); got != 2 {
			t.Errorf("%d gap events, want 2", got)
		}
		if m.all.Observer.Missed == 0 {
			t.Error("no sample counts as missed")
		}
	})
}

func TestANewStartIsANewLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n *node
		n = &node{started: func(at time.Duration) time.Time {
			if at > 30*time.Second {
				return n.born.Add(30 * time.Second)
			}
			return n.born.Add(at % time.Second / 2) // the same start, read with jitter
		}}
		m, _ := drive(t, n, Config{Pace: Every(time.Second), Duration: time.Minute})
		if got := m.count(soak.EventLife); got != 2 {
			t.Fatalf("%d lives, want 2", got)
		}
		for _, s := range m.all.Samples {
			want := 1
			if s.Values.Has(soak.Anon) && s.Started.Sub(n.born) >= 30*time.Second {
				want = 2
			}
			if s.Life != want {
				t.Fatalf("sample at %s has life %d, want %d", s.At.Sub(n.born), s.Life, want)
			}
		}
	})
}

func TestAnUndecidedRunGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, start := 0, time.Now()
		m, sum := drive(t, &node{}, Config{
			Duration: time.Minute, Pace: Every(time.Second),
			Extend: func() time.Duration { asked++; return time.Hour },
		})
		if took := time.Since(start).Round(time.Second); asked != 1 || took != 61*time.Minute || sum.Reason != "" {
			t.Errorf("asked %d times, ended after %s (%q), want once and 61 minutes", asked, took, sum.Reason)
		}
		if n := len(m.all.Samples); n < 3660 || n > 3662 {
			t.Errorf("%d samples, want one each second of 61 minutes", n)
		}
	})
}

func TestDoneEndsTheRunWithItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, s := drive(t, &node{}, Config{
			Pace: Every(time.Second), Duration: time.Hour,
			Done: func() (string, bool) { return "proven", time.Since(start) > time.Minute },
		})
		if s.Reason != "proven" || s.Interrupted || time.Since(start) > 70*time.Second {
			t.Errorf("summary = %+v after %s", s, time.Since(start))
		}
	})
}

func TestEnoughIsNoInterruption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(30*time.Second, func() { stop(ErrEnough) })
		m := &memory{}
		s, err := Run(ctx, Config{
			Targets: []Target{{Name: "node", Target: &node{}}}, Recorder: m, Pace: Every(time.Second), Duration: time.Hour,
		})
		if err != nil || s.Interrupted || m.count(soak.EventInterrupt) != 0 {
			t.Errorf("%+v, %v, with %d interruptions", s, err, m.count(soak.EventInterrupt))
		}
	})
}

func TestABrokenRecordDoesNotEndTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		m, s := drive(t, &node{}, Config{Pace: Every(time.Second), Duration: time.Minute, Recorder: &memory{err: full}})
		if !errors.Is(s.RecordErr, full) || len(m.all.Samples) != 61 {
			t.Errorf("summary = %+v with %d samples", s, len(m.all.Samples))
		}
		if m.count(soak.EventWarning) != 1 {
			t.Errorf("%d warnings, want 1", m.count(soak.EventWarning))
		}
	})
}

func TestInterruptionTakesALastSampleAndStopsTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(30500*time.Millisecond, cancel)
		l := &load{}
		m := &memory{}
		n := &node{born: time.Now(), lines: []string{"hello"}}
		s, err := Run(ctx, Config{
			Targets:  []Target{{Name: "node", Target: n, Scanner: &scanner{}}},
			Loads:    []soak.Load{l},
			Recorder: m, Pace: Every(time.Second), Duration: time.Hour,
		})
		if err != nil || !s.Interrupted {
			t.Fatalf("summary = %+v, %v", s, err)
		}
		if len(m.all.Samples) != 32 || !l.ended || len(m.all.Signals) != 1 {
			t.Errorf("%d samples, load ended %t, %d signals", len(m.all.Samples), l.ended, len(m.all.Signals))
		}
		if len(m.all.Load) == 0 || m.all.Load[len(m.all.Load)-1].Requests != int64(l.taken) {
			t.Errorf("the last counts of the load are lost: %+v", m.all.Load)
		}
		if last := m.all.Events[len(m.all.Events)-1]; last.Kind != soak.EventInterrupt {
			t.Errorf("the record ends with %+v, not with the interruption", last)
		}
		if n, ok := m.all.Samples[len(m.all.Samples)-1].Get(soak.Requests); !ok || n == 0 {
			t.Errorf("the last sample has %d requests, %t", n, ok)
		}
	})
}

func (s *scanner) Flush() soak.Batch { return s.Take() }

// load counts how often it was asked.
type load struct {
	ended bool
	taken int
}

func (l *load) Run(ctx context.Context) error { <-ctx.Done(); l.ended = true; return ctx.Err() }
func (l *load) Stop(string)                   {}
func (l *load) Take() soak.Batch {
	l.taken++
	return soak.Batch{Load: []soak.LoadInterval{{Scenario: "s", Requests: int64(l.taken)}}}
}

func TestDefaultPace(t *testing.T) {
	for _, c := range []struct {
		run, elapsed time.Duration
		urgent       bool
		want         time.Duration
	}{
		{24 * time.Hour, 0, false, 2 * time.Second},
		{24 * time.Hour, 10*time.Minute - 1, false, 2 * time.Second},
		{24 * time.Hour, 10 * time.Minute, false, 15 * time.Second},
		{24 * time.Hour, 5 * time.Hour, true, 2 * time.Second},
		{time.Hour, 30 * time.Minute, false, 2 * time.Second},
		{0, 30 * time.Minute, false, 15 * time.Second},
	} {
		if got := DefaultPace(c.run)(c.elapsed, c.urgent); got != c.want {
			t.Errorf("run %s at %s, urgent %t: %s, want %s", c.run, c.elapsed, c.urgent, got, c.want)
		}
	}
}

func TestARunThatCannotBeIsRefused(t *testing.T) {
	whole := Config{Targets: []Target{{Name: "node", Target: &node{}}}, Recorder: &memory{}, Pace: Every(time.Second)}
	for name, spoil := range map[string]func(*Config){
		"no target":   func(c *Config) { c.Targets = nil },
		"no recorder": func(c *Config) { c.Recorder = nil },
		"no pace":     func(c *Config) { c.Pace = nil },
		"no interval": func(c *Config) { c.Pace = Every(0) },
	} {
		c := whole
		spoil(&c)
		if _, err := Run(t.Context(), c); err == nil {
			t.Errorf("%s: it ran", name)
		}
	}
}

// TestUrgencyIsAskedOnceForAllTargets samples many targets closely when it is
// urgent, and asks each second, not with each sample of each target.
func TestUrgencyIsAskedOnceForAllTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const targets = 50
		asked, m := 0, &memory{}
		c := Config{
			Recorder: m, Duration: time.Minute,
			Pace: func(_ time.Duration, urgent bool) time.Duration {
				if urgent {
					return time.Second
				}
				return 10 * time.Second
			},
			Urgent: func() bool { asked++; return true },
		}
		for i := range targets {
			c.Targets = append(c.Targets, Target{Name: fmt.Sprint(i), Target: &node{born: time.Now()}})
		}
		if _, err := Run(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if asked < 55 || asked > 61 {
			t.Errorf("asked %d times in a minute", asked)
		}
		if n := len(m.all.Samples); n < 50*targets {
			t.Errorf("%d samples of %d targets in a minute that is urgent", n, targets)
		}
	})
}
