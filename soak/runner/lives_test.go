package runner

import (
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/soak"
)

// TestAShortLifeIsOne has lives of less than a second: their ends are told.
func TestAShortLifeIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n *node
		n = &node{
			started: func(at time.Duration) time.Time {
				if at > 20*time.Second {
					return n.born.Add(300 * time.Millisecond)
				}
				return n.born
			},
			events: []soak.Event{{At: time.Now().Add(20500 * time.Millisecond), Kind: soak.EventExit}},
		}
		m, _ := drive(t, n, Config{Pace: Every(time.Second), Duration: time.Minute})
		if got := m.count(soak.EventLife); got != 2 {
			t.Errorf("%d lives, want 2", got)
		}
	})
}

// TestAnEndToldLate has the end of a life told after the next one was sampled.
func TestAnEndToldLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		n := &node{events: []soak.Event{{At: start.Add(20500 * time.Millisecond), Kind: soak.EventExit}}, late: 3 * time.Second}
		n.started = func(at time.Duration) time.Time {
			if at > 21*time.Second {
				return start.Add(21 * time.Second)
			}
			return start
		}
		n.born = start
		m, _ := drive(t, n, Config{Pace: Every(time.Second), Duration: time.Minute})
		for _, e := range m.all.Events {
			if e.Kind == soak.EventExit && e.Life != 1 {
				t.Errorf("the end of life 1 is told of life %d", e.Life)
			}
		}
		if last := m.all.Samples[len(m.all.Samples)-1]; last.Life != 2 {
			t.Errorf("the last sample has life %d, want 2", last.Life)
		}
	})
}

func TestADeathInsideEndsALife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &node{events: []soak.Event{{At: time.Now().Add(20500 * time.Millisecond), Kind: soak.EventDeath}}}
		m, _ := drive(t, n, Config{Pace: Every(time.Second), Duration: time.Minute})
		last := m.all.Samples[len(m.all.Samples)-1]
		if first := m.all.Samples[0]; first.Life != 1 || last.Life != 2 {
			t.Errorf("lives %d to %d, want 1 to 2", first.Life, last.Life)
		}
	})
}
