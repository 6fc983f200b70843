package experiment

import (
	"context"
	"sync"
	"time"

	"leakcheck/soak"
)

// Shots fires one load after the other, each watched by itself: a soak.Load and
// a soak.Recorder. Its exported fields are set before it runs.
type Shots struct {
	Target string
	All    []*Shot
	// Upstream, if set, is what has gone through a tap so far.
	Upstream func() float64

	mu       sync.Mutex
	marks    []mark
	signals  []soak.Signal // of the marks, not taken yet
	stopped  bool
	finished bool
}

// mark is when a shot entered a phase.
type mark struct {
	shot     int
	phase    shotPhase
	at       time.Time
	upstream *float64
}

// shotPhase is what a shot is at.
type shotPhase string

const (
	shotBefore shotPhase = "before"
	shotFiring shotPhase = "firing"
	shotAfter  shotPhase = "after"
	shotOver   shotPhase = "over"
)

var (
	_ soak.Load     = (*Shots)(nil)
	_ soak.Recorder = (*Shots)(nil)
)

// Run fires all, unless ctx ends or Stop is called.
func (s *Shots) Run(ctx context.Context) error {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.finished = true
	}()
	for i, shot := range s.All {
		s.mu.Lock()
		over := s.stopped || ctx.Err() != nil
		s.mu.Unlock()
		if over {
			break
		}
		err := shot.run(ctx, func(p shotPhase) { s.enter(i, p) })
		s.enter(i, shotOver)
		if err != nil {
			return err
		}
	}
	return nil
}

// enter marks that a shot enters a phase, here and for the record.
func (s *Shots) enter(i int, p shotPhase) {
	x := soak.Signal{At: time.Now().Round(0), Target: s.Target, Name: soak.ShotSignal, Text: string(p), Values: map[string]float64{"shot": float64(i)}}
	if p == shotOver && s.Upstream != nil {
		x.Values["upstream"] = s.Upstream()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signals = append(s.signals, x)
	s.mark(x)
}

// mark keeps a mark. The lock is held.
func (s *Shots) mark(x soak.Signal) {
	m := mark{shot: int(x.Values["shot"]), phase: shotPhase(x.Text), at: x.At}
	if m.shot < 0 || m.shot >= len(s.All) {
		return
	}
	if up, ok := x.Values["upstream"]; ok {
		m.upstream = &up
	}
	if m.phase == shotAfter {
		s.All[m.shot].end(m.at)
	}
	s.marks = append(s.marks, m)
}

// Upstreams are what had gone through the tap when each shot was over.
func (s *Shots) Upstreams() (all []float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.marks {
		if m.upstream != nil {
			all = append(all, *m.upstream)
		}
	}
	return all
}

// Take returns what the loads fired since the last call.
func (s *Shots) Take() (b soak.Batch) {
	for _, shot := range s.All {
		part := shot.Load.Take()
		b.Load = append(b.Load, part.Load...)
		b.Events = append(b.Events, part.Events...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b.Signals, s.signals = s.signals, nil
	return b
}

// Stop stops the load, and fires no more.
func (s *Shots) Stop(reason string) {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	for _, shot := range s.All {
		shot.Load.Stop(reason)
	}
}

// Done reports whether all are over.
func (s *Shots) Done() (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "", s.finished
}

// Record lets the shot at which each sample was taken follow memory. It never
// fails.
func (s *Shots) Record(b soak.Batch) error {
	for _, x := range b.Samples {
		if m, ok := s.during(x.At); ok && x.Target == s.Target {
			s.All[m.shot].sample(x, m.phase)
		}
	}
	return nil
}

// during is what was going on at a time.
func (s *Shots) during(at time.Time) (last mark, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.marks {
		if m.phase != shotOver && !m.at.After(at) { // what comes right after is still the last shot's
			last, ok = m, true
		}
	}
	return last, ok
}

// Marks reads back when the shots entered their phases. A stored firing is
// retold by its marks first and its samples then, as marks are recorded a
// little after the samples that they part.
type Marks struct{ *Shots }

// Record takes the marks of a batch. It never fails.
func (m Marks) Record(b soak.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, x := range b.Signals {
		if x.Name == soak.ShotSignal {
			m.mark(x)
		}
	}
	return nil
}
