package judge

import (
	"time"

	"leakcheck/soak"
)

// maxHoles bounds a coverage; more holes than that are joined.
const maxHoles = 1024

// coverage is which part of a target's log was read. A log is followed from its
// first span on, so silence between spans is silence of the node; what was
// passed over or lost is a hole.
type coverage struct {
	first   time.Time // of the lines that were read; zero when there were none
	holes   []stretch
	skipped int64 // bytes passed over
	lines   int64
	bytes   int64 // read
}

type stretch struct{ from, to time.Time }

func (c *coverage) add(s soak.LogSpan) {
	c.lines, c.bytes = c.lines+s.Lines, c.bytes+s.Bytes
	c.skipped += s.Skipped
	if s.Skipped > 0 {
		c.hole(s.From, s.To)
	}
	if s.Lines > 0 && !s.From.IsZero() && (c.first.IsZero() || s.From.Before(c.first)) {
		c.first = s.From
	}
}

func (c *coverage) event(e soak.Event) {
	if e.Kind == soak.EventLogGap {
		c.hole(e.At.Add(-e.Duration), e.At)
	}
}

func (c *coverage) hole(from, to time.Time) {
	if len(c.holes) == maxHoles {
		last := &c.holes[maxHoles-1]
		last.from, last.to = earlier(last.from, from), later(last.to, to)
		return
	}
	c.holes = append(c.holes, stretch{from, to})
}

// covers reports whether the log was read from one time to another, but for
// slack at the beginning. It was followed at the latest since looked, if it
// could be read at all.
func (c *coverage) covers(from, to, looked time.Time, slack time.Duration) bool {
	if c.lines == 0 {
		return false
	}
	begin := c.first
	if begin.IsZero() || !looked.IsZero() && looked.Before(begin) {
		begin = looked
	}
	if begin.IsZero() || begin.After(from.Add(slack)) {
		return false
	}
	for _, h := range c.holes {
		if h.from.Before(to) && h.to.After(from) {
			return false
		}
	}
	return true
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
