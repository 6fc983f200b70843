package probe

import (
	"fmt"
	"time"

	"leakcheck/soak"
)

// changes lists what must have happened between two states. now is the time of
// what the engine keeps no time of.
func changes(old, f facts, now time.Time) []soak.Event {
	var all []soak.Event
	tell := func(e soak.Event) { all = append(all, e) }
	if f.ID != old.ID {
		tell(soak.Event{At: now, Kind: soak.EventRecreate, Text: fmt.Sprintf("a new container (%.12s, image %s) stands under the name", f.ID, printable(f.image))})
		return append(all, moods(State{}, f, now)...)
	}
	if f.Started.Equal(old.Started) {
		if old.Running && !f.Running {
			tell(soak.Event{At: or(f.Finished, now), Kind: soak.EventExit, Exit: &soak.Exit{Code: f.ExitCode, OOMKilled: f.OOMKilled}})
		}
		all = append(all, moods(old.State, f, now)...)
	} else if old.Running {
		at := f.Finished
		if at.Before(old.Started) {
			at = f.Started.Add(-time.Nanosecond)
		}
		tell(soak.Event{At: at, Kind: soak.EventExit, Text: "ended and was started again while the engine could not be watched"})
	}
	if !f.Started.Equal(old.Started) {
		all = append(all, moods(State{}, f, now)...)
	}
	if f.Limit != old.Limit {
		tell(soak.Event{At: now, Kind: soak.EventLimit, Text: fmt.Sprintf("the memory limit was changed from %s to %s", limitText(old.Limit), limitText(f.Limit))})
	}
	if f.Name != old.Name {
		tell(soak.Event{At: now, Kind: soak.EventRename, Text: fmt.Sprintf("renamed from %s to %s", printable(old.Name), printable(f.Name))})
	}
	return all
}

// moods lists what has changed within a life; one that has just begun is
// neither paused nor has its health been told.
func moods(old State, f facts, now time.Time) (all []soak.Event) {
	if f.Running && old.Paused != f.Paused {
		kind, text := soak.EventPause, "paused: its processes are frozen"
		if !f.Paused {
			kind, text = soak.EventUnpause, "unpaused"
		}
		all = append(all, soak.Event{At: now, Kind: kind, Text: text})
	}
	if f.Health != old.Health && f.Health != "" && (f.Health != "starting" || old.Health != "") {
		all = append(all, soak.Event{At: now, Kind: soak.EventHealth, Text: "health: " + printable(f.Health)})
	}
	return all
}

func limitText(n int64) string {
	if n <= 0 {
		return "none"
	}
	return soak.FormatBytes(float64(n))
}

func or(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}
