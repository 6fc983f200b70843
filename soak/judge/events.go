package judge

import (
	"slices"

	"leakcheck/soak"
)

// keptEvents is how many events of the beginning, and how many of the end, a
// report lists.
const keptEvents = 1000

// eventLog keeps the first and the last events.
type eventLog struct {
	first, last []soak.Event
	dropped     int
}

func (l *eventLog) add(e soak.Event) {
	switch {
	case len(l.first) < keptEvents:
		l.first = append(l.first, e)
	case len(l.last) < 2*keptEvents:
		l.last = append(l.last, e)
	default:
		l.dropped += keptEvents
		l.last = append(slices.Clone(l.last[keptEvents:]), e)
	}
}

func (l *eventLog) empty() bool { return len(l.first) == 0 }

// list returns the events in order of time.
func (l *eventLog) list() []soak.Event {
	all := append(slices.Clone(l.first), l.last...)
	if all == nil {
		all = []soak.Event{}
	}
	slices.SortStableFunc(all, func(a, b soak.Event) int { return a.At.Compare(b.At) })
	return all
}
