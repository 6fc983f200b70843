package experiment

import (
	"context"
	"sync"

	"leakcheck/soak"
)

// Shots fires one load after the other, each watched by itself: a soak.Load and
// a soak.Recorder.
type Shots struct {
	All []*Shot
	// After, if set, is called when a shot is over.
	After func(i int)

	mu       sync.Mutex
	at       int
	stopped  string
	finished bool
}

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
		s.at = i
		over := s.stopped != "" || ctx.Err() != nil
		s.mu.Unlock()
		if over {
			break
		}
		if err := shot.Run(ctx); err != nil {
			return err
		}
		if s.After != nil {
			s.After(i)
		}
	}
	return nil
}

func (s *Shots) current() *Shot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.All[s.at]
}

// Take returns what the loads fired since the last call.
func (s *Shots) Take() (b soak.Batch) {
	for _, shot := range s.All {
		part := shot.Take()
		b.Load = append(b.Load, part.Load...)
		b.Events = append(b.Events, part.Events...)
	}
	return b
}

// Stop stops the load, and fires no more.
func (s *Shots) Stop(reason string) {
	s.mu.Lock()
	s.stopped = reason
	s.mu.Unlock()
	s.current().Stop(reason)
}

// Done reports whether all are over.
func (s *Shots) Done() (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "", s.finished
}

// Record lets the present shot follow memory. It never fails.
func (s *Shots) Record(b soak.Batch) error { return s.current().Record(b) }
