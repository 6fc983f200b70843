package runner

import (
	"fmt"
	"sync/atomic"
	"time"

	"leakcheck/soak"
)

// Clock is the machine's, or a test's.
type Clock struct {
	// Wall reads the clock on the wall.
	Wall func() time.Time
	// Slept is for how long the machine has slept since some moment.
	Slept func() time.Duration
}

// clock gives times that advance monotonically from one reading of the wall
// clock, so that a clock that is set cannot bend a curve. Time that the machine
// slept through has passed all the same.
type clock struct {
	machine Clock
	anchor  time.Time // with its monotonic reading
	wall    time.Time // at the anchor
	slept   time.Duration
	drift   atomic.Int64 // of the wall clock against ours, as last noticed
	asleep  time.Duration
}

func newClock(machine Clock) *clock {
	if machine.Wall == nil {
		machine.Wall = time.Now
	}
	if machine.Slept == nil {
		machine.Slept = slept
	}
	return &clock{machine: machine, anchor: time.Now(), wall: machine.Wall().Round(0), slept: machine.Slept()}
}

// now is the anchored time, without a monotonic reading.
func (c *clock) now() time.Time {
	return c.wall.Add(time.Since(c.anchor) + c.machine.Slept() - c.slept)
}

// jumpAt is the difference between wall and anchored time that counts as a
// jump; NTP slews stay below it.
const jumpAt = 2 * time.Second

// jumps are the events since the last call: the machine slept, or its clock was
// set.
func (c *clock) jumps() (all []soak.Event) {
	now := c.now()
	tell := func(d time.Duration, text string) {
		all = append(all, soak.Event{At: now, Kind: soak.EventClock, Duration: d, Text: text})
	}
	if slept := c.machine.Slept() - c.slept; slept-c.asleep >= jumpAt {
		tell(slept-c.asleep, fmt.Sprintf("the machine slept for %s; counted as a gap", (slept-c.asleep).Round(time.Second)))
		c.asleep = slept
	}
	drift := c.machine.Wall().Round(0).Sub(now)
	moved := drift - time.Duration(c.drift.Load())
	if moved.Abs() < jumpAt {
		return all
	}
	c.drift.Store(int64(drift))
	way := "ahead"
	if moved < 0 {
		way = "back"
	}
	tell(moved, fmt.Sprintf("the wall clock was set %s by %s; the run's times go on from its start", way, moved.Abs().Round(time.Second)))
	return all
}

// own turns the time of an event, read off the wall clock a moment ago, into
// the run's own. Lines of a log keep theirs, by which a run that is resumed
// finds where it was.
func (c *clock) own(at time.Time) time.Time {
	drift := time.Duration(c.drift.Load())
	if drift == 0 || at.IsZero() {
		return at
	}
	now := c.now()
	if at.Sub(now.Add(drift)).Abs() < at.Sub(now).Abs() {
		return at.Add(-drift)
	}
	return at
}
