package judge

import (
	"strings"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// lives follows a target's lives and the counters that the engine and the
// kernel keep of them.
type lives struct {
	number         int
	restarts, ooms counter
}

// counter is a number that only grows, and begins again at 0 with a new life.
type counter struct {
	first, last int64
	known       bool
}

// add notes a reading and returns how much it grew.
func (c *counter) add(x int64) int64 {
	before := *c
	c.last, c.known = x, true
	switch {
	case !before.known:
		c.first = x
		return 0
	case x < before.last:
		return x
	}
	return x - before.last
}

// sample notes the counters of a sample and returns how much they grew.
func (l *lives) sample(s soak.Sample) (restarts, ooms int64) {
	l.number = max(l.number, s.Life)
	if x, ok := s.Get(soak.Restarts); ok {
		restarts = l.restarts.add(x)
	}
	if x, ok := s.Get(soak.OOMKills); ok {
		ooms = l.ooms.add(x)
	}
	return restarts, ooms
}

// event reports whether a life event is a restart that was not counted yet.
func (l *lives) event(e soak.Event) (restart bool) {
	if e.Kind != soak.EventLife {
		return false
	}
	restart = e.Life > 1 && e.Life > l.number
	l.number = max(l.number, e.Life)
	return restart
}

// happenings counts what befell a target in one window.
type happenings struct {
	restarts, deaths, exits, oomEvents, oomExits int
	// by the counters of the engine and the kernel
	countedRestarts, countedOOMs int64
	first                        map[soak.EventKind]time.Time
	// as of the window's end
	stopped   bool
	removed   bool
	renamed   bool        // it does not go by the target's name
	ended     *soak.Event // how the main process ended, if it is known and was not started again
	lifeBegan time.Time
	health    string
}

// event notes an event of the window; one before it only sets the state.
func (h *happenings) event(e soak.Event, restart, inside bool) {
	h.state(e)
	if !inside {
		return
	}
	switch e.Kind {
	case soak.EventLife:
		if !restart {
			return
		}
		h.restarts++
	case soak.EventDeath:
		h.deaths++
	case soak.EventOOM:
		h.oomEvents++
	case soak.EventExit:
		h.exits++
	default:
		return
	}
	if e.Exit != nil && e.Exit.OOMKilled {
		h.oomExits++
	}
	if h.first == nil {
		h.first = map[soak.EventKind]time.Time{}
	}
	if _, known := h.first[e.Kind]; !known {
		h.first[e.Kind] = e.At
	}
}

func (h *happenings) state(e soak.Event) {
	switch e.Kind {
	case soak.EventLife:
		h.stopped, h.removed, h.ended, h.lifeBegan = false, false, nil, e.At
	case soak.EventExit:
		if !e.At.Before(h.lifeBegan) { // else it is the end of a life before
			h.stopped, h.ended = true, &e
		}
	case soak.EventRemove:
		h.stopped, h.removed = true, true
	case soak.EventRename:
		h.renamed = true
	case soak.EventRecreate:
		h.stopped, h.removed, h.renamed, h.ended = false, false, false, nil
	case soak.EventHealth:
		h.health = healthWord(e.Text)
	}
}

// standing is what can be asked of the target at the window's end.
func (h *happenings) standing() checklist.Standing {
	return checklist.Standing{Stopped: h.stopped, Removed: h.removed, Renamed: h.renamed}
}

// died reports whether the main process ended in trouble and was not started
// again: the death of the node itself.
func (h *happenings) died() bool {
	return h.ended != nil && (h.ended.Exit == nil || h.ended.Exit.Code != 0)
}

// finished reports whether the main process ended by itself and without fault.
func (h *happenings) finished() bool { return h.ended != nil && !h.died() }

// healthWord finds the state in the sentence of a health event.
func healthWord(text string) string {
	for _, word := range []string{"unhealthy", "healthy", "starting", "none"} {
		if strings.Contains(text, word) {
			return word
		}
	}
	return ""
}

func (h *happenings) restartCount() float64 {
	return float64(max(int64(h.restarts), h.countedRestarts))
}

func (h *happenings) oomCount() float64 {
	return float64(max(int64(h.oomEvents), int64(h.oomExits), h.countedOOMs))
}
