package runner

import (
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/soak"
)

// TestAnOwnTime sets a clock and turns times of events into the run's.
func TestAnOwnTime(t *testing.T) {
	for _, set := range []time.Duration{0, time.Hour, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			off := time.Duration(0)
			c := newClock(Clock{Wall: func() time.Time { return time.Now().Round(0).Add(off) }})
			began := c.now()
			time.Sleep(time.Minute)
			off = set
			events := c.jumps()
			if set == 0 && len(events) > 0 || set != 0 && (len(events) != 1 || events[0].Kind != soak.EventClock || events[0].Duration != set) {
				t.Errorf("set by %s: %+v", set, events)
			}
			if more := c.jumps(); len(more) > 0 {
				t.Errorf("told again: %+v", more)
			}
			time.Sleep(time.Minute)
			for name, at := range map[string]time.Time{"of the wall": c.machine.Wall(), "of the run": c.now()} {
				if got := c.own(at).Sub(began); got != 2*time.Minute {
					t.Errorf("set by %s: now by the clock %s is %s after the start", set, name, got)
				}
			}
		})
	}
}
