package runner

import (
	"fmt"
	"time"

	"leakcheck/soak"
)

// clock gives times that advance monotonically from one reading of the wall
// clock, so that a clock that is set cannot bend a curve.
type clock struct {
	anchor time.Time // with its monotonic reading
	drift  time.Duration
}

func newClock() *clock { return &clock{anchor: time.Now()} }

// now is the anchored time, without a monotonic reading.
func (c *clock) now() time.Time { return c.anchor.Round(0).Add(time.Since(c.anchor)) }

// jumpAt is the difference between wall and anchored time that counts as a
// jump; NTP slews stay below it.
const jumpAt = 2 * time.Second

// jump compares the wall clock with the anchored time and returns an event
// when they moved apart: the clock was set, or the machine slept (Linux stops
// its monotonic clock meanwhile).
func (c *clock) jump() (soak.Event, bool) {
	drift := time.Now().Round(0).Sub(c.now())
	moved := drift - c.drift
	if moved.Abs() < jumpAt {
		return soak.Event{}, false
	}
	c.drift = drift
	text := fmt.Sprintf("the wall clock went ahead by %s: it was set, or the machine slept; counted as a gap", moved.Round(time.Second))
	if moved < 0 {
		text = fmt.Sprintf("the wall clock was set back by %s; sample times go on from the run's start", -moved.Round(time.Second))
	}
	return soak.Event{At: c.now(), Kind: soak.EventClock, Text: text, Duration: moved}, true
}
