package checklist

import (
	"fmt"
	"time"

	"leakcheck/soak"
)

// View is one target as it is seen at one moment.
type View struct {
	Target   soak.TargetInfo
	Standing Standing
	// Started is where windows count from: the container's start.
	Started time.Time
	// Now is how far the target has been watched.
	Now time.Time
	// Ended means that nothing more will be seen: windows without an end are
	// decided, and those still open never will be.
	Ended bool
	// Scale is the factor by which a rehearsal shortened every duration; 0 or
	// 1 for a real run.
	Scale float64
	// Fired reports whether a scenario was fired, any at all for "".
	Fired func(scenario string) bool
	// WillFire means that load may still be fired.
	WillFire bool
	// Facts gives what is known of a window.
	Facts func(soak.Window) Facts
}

// nearEnough is the part of a window that counts as all of it when the run
// ends: a soak of 24 hours starts some seconds after its container.
const nearEnough = 0.99

// rehearsed reports whether durations were shortened.
func (v View) rehearsed() bool { return v.Scale > 0 && v.Scale != 1 }

// Span returns when a window begins and ends; a zero end means that of the run.
func (v View) Span(w soak.Window) (from, to time.Time) {
	from = v.Started.Add(v.scaled(w.From))
	if w.To != 0 {
		to = v.Started.Add(v.scaled(w.To))
	}
	return from, to
}

func (v View) scaled(d soak.Duration) time.Duration {
	if v.rehearsed() {
		return time.Duration(float64(d) / v.Scale)
	}
	return d.D()
}

// closed reports whether a window has ended.
func (v View) closed(w soak.Window) bool {
	from, to := v.Span(w)
	if to.IsZero() {
		return v.Ended && v.Now.After(from)
	}
	if v.Ended {
		to = from.Add(time.Duration(nearEnough * float64(to.Sub(from))))
	}
	return !v.Now.Before(to)
}

// notDue says when an open window will be decided.
func (v View) notDue(w soak.Window) string {
	from, to := v.Span(w)
	elapsed := soak.Duration(v.Now.Sub(v.Started).Round(time.Second))
	switch {
	case v.Ended && to.IsZero():
		return fmt.Sprintf("begins %s after the start; the run ended after %s", soak.Duration(from.Sub(v.Started)), elapsed)
	case v.Ended:
		return fmt.Sprintf("due %s after the start; the run ended after %s", soak.Duration(to.Sub(v.Started).Round(time.Millisecond)), elapsed)
	case to.IsZero():
		return "due when the run ends"
	}
	return fmt.Sprintf("due in %s", soak.Duration(to.Sub(v.Now).Round(time.Second)))
}

// WindowName says a window in words: "first 5 minutes", "1h to 2h",
// "after 1h", "whole run".
func WindowName(w soak.Window) string {
	switch {
	case w.From == 0 && w.To == 0:
		return "whole run"
	case w.To == 0:
		return "after " + spell(w.From)
	case w.From != 0:
		return spell(w.From) + " to " + spell(w.To)
	}
	for _, unit := range []struct {
		d    time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		n := w.To.D() / unit.d
		switch {
		case n == 0 || w.To.D()%unit.d != 0:
		case unit.name == "day" && n <= 3: // people say 24, 48, 72 hours
			return fmt.Sprintf("first %d hours", n*24)
		case n == 1:
			return "first " + unit.name
		default:
			return fmt.Sprintf("first %d %ss", n, unit.name)
		}
	}
	return "first " + w.To.String()
}

// spell says whole days as people do: 24h, 48h and 72h, then 4d.
func spell(d soak.Duration) string {
	switch days := d.D() / (24 * time.Hour); {
	case d.D()%(24*time.Hour) != 0:
		return d.String()
	case days <= 3:
		return fmt.Sprintf("%dh", 24*days)
	default:
		return fmt.Sprintf("%dd", days)
	}
}
