package runner

import (
	"fmt"
	"time"

	"leakcheck/soak"
)

// life is the present life of a target.
type life struct {
	number  int
	started time.Time
	ended   bool // its end was told
}

// sameStart is how far two readings of one process's start may lie apart: the
// kernel counts starts in clock ticks, the engine in nanoseconds. After an end
// another start is nearer: no engine starts again within a tenth of a second.
const (
	sameStart = time.Second
	soonest   = 50 * time.Millisecond
)

// number gives samples and events their life, and the samples of the first
// target, which gets the load, the requests sent so far. A new start time, or
// the death of a process inside, begins a new life.
func (r *run) number(b soak.Batch) soak.Batch {
	for _, in := range b.Load {
		if in.Scenario != soak.HealthScenario {
			r.loaded, r.requests = true, r.requests+in.Requests
		}
	}
	for i := range b.Events {
		e := &b.Events[i]
		l := r.lives[e.Target]
		if l == nil {
			continue
		}
		e.Life = max(l.number, 1)
		switch e.Kind {
		case soak.EventDeath:
			l.number = e.Life + 1
		case soak.EventExit:
			if l.number > 1 && e.At.Before(l.started) {
				e.Life = l.number - 1 // told after the next life was seen
			} else {
				l.ended = true
			}
		}
	}
	for i := range b.Samples {
		s := &b.Samples[i]
		l := r.lives[s.Target]
		if begun := l.begins(s.Started); begun {
			b.Events = append(b.Events, soak.Event{
				At: startOr(s.Started, s.At), Target: s.Target, Life: l.number, Kind: soak.EventLife,
				Text: fmt.Sprintf("life %d begins", l.number),
			})
		}
		s.Life = l.number
		if r.loaded && s.Target == r.Targets[0].Name {
			s.Set(soak.Requests, r.requests)
		}
	}
	return b
}

// begins notes a start time and reports whether it begins a life.
func (l *life) begins(started time.Time) bool {
	first, apart := l.number == 0, sameStart
	if l.ended {
		apart = soonest
	}
	other := !started.IsZero() && !l.started.IsZero() && started.Sub(l.started).Abs() > apart
	if l.started.IsZero() || other {
		l.started = started
	}
	if first || other {
		l.number, l.ended = l.number+1, false
	}
	return first || other
}

func startOr(started, at time.Time) time.Time {
	if started.IsZero() {
		return at
	}
	return started
}
