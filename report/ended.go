package report

import (
	"fmt"
	"strings"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// lastExit is how a target's main process ended, nil while it runs or when it
// was started again.
func (v *View) lastExit(target string) (ended *soak.Event) {
	var began time.Time
	for i := range v.Report.Events {
		e := &v.Report.Events[i]
		if e.Target != target {
			continue
		}
		switch e.Kind {
		case soak.EventExit:
			if !e.At.Before(began) { // else it is the end of a life before
				ended = e
			}
		case soak.EventLife, soak.EventRecreate:
			ended, began = nil, e.At
		}
	}
	return ended
}

// dead reports whether the main process ended in trouble and does not run.
func (t *Target) dead() bool { return t.ended != nil && !t.finished() }

// finished reports whether the main process ended with exit code 0.
func (t *Target) finished() bool {
	return t.ended != nil && t.ended.Exit != nil && t.ended.Exit.Code == 0
}

// death says how and when a target died: "exited 137 at 03:42, killed ...".
func (v *View) death(t *Target) string {
	e := t.ended
	if e.Exit == nil {
		return "it ended at " + v.Clock(e.At)
	}
	text := fmt.Sprintf("exited %d at %s", e.Exit.Code, v.Clock(e.At))
	if _, why, ok := strings.Cut(e.Text, ": "); ok {
		why, _, _ = strings.Cut(why, "; ")
		text += ", " + why
	} else if e.Exit.OOMKilled {
		text += ", killed for memory"
	}
	return text
}

// lastWords is what a dead target's log said as it died, by the first signal
// that heard it: profiles look for error lines before all else.
func (v *View) lastWords(t *Target) string {
	if !t.dead() {
		return ""
	}
	for _, s := range v.Report.Signals {
		if s.Target == t.Name && s.Text != "" && s.Last != nil && len(s.Values) == 0 && within(*s.Last, t.ended.At, lastBreath) {
			return v.Clock(*s.Last) + " " + fit(s.Text, 160)
		}
	}
	return ""
}

// lastBreath is how long before its end what a target says may be the reason.
const lastBreath = 10 * time.Second

// autopsy is what to do about a dead target: its last words say why, unless
// the kernel's kill of a leak does.
func (v *View) autopsy(t *Target) []Fact {
	say := func(text string) []Fact { return []Fact{{Label: "next", Text: text}} }
	leaked := t.Memory != nil && t.Memory.Leak == soak.LeakYes && t.ended.Exit != nil && t.ended.Exit.OOMKilled
	switch {
	case t.Info.Kind == "container" && v.removed(t.Name):
		return say("the engine keeps nothing of a container that was removed: what was read of its log is in this report")
	case leaked:
		return v.next(t)
	case t.Info.Kind == "container":
		return []Fact{{Label: "next", Text: checklist.Fill("docker logs --tail 100 {container}", t.Info), Command: true}}
	case !t.started():
		return say("see what it wrote last, where it writes its log: who started it knows its exit code")
	}
	return say("read its error lines in the report, or start it by itself: the rest of its log was not kept")
}

// removed reports whether the target's container is gone, with no other in its place.
func (v *View) removed(target string) (gone bool) {
	for _, e := range v.Report.Events {
		if e.Target != target {
			continue
		}
		switch e.Kind {
		case soak.EventRemove:
			gone = true
		case soak.EventLife, soak.EventRecreate:
			gone = false
		}
	}
	return gone
}
