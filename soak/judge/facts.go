package judge

import (
	"fmt"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// facts is what is known of one window of one target at one moment.
type facts struct {
	j        *Judge
	t        *target
	w        *window
	now      time.Time
	from, to time.Time // the stretch that evidence is asked for
}

func (j *Judge) facts(t *target, span soak.Window, now time.Time) checklist.Facts {
	f := &facts{j: j, t: t, w: t.windows[span], now: now}
	f.from, f.to = f.w.reach(now, t.looked)
	return f
}

// Fact looks one fact up.
func (f *facts) Fact(p checklist.Path) checklist.Fact {
	switch {
	case p[0] == "memory" && len(p) == 2:
		return f.memory(p[1])
	case p[0] == "memory":
		return f.component(p[1], p[2])
	case p[0] == "signals" && len(p) == 3:
		return f.signal(f.w.hits[p[1]], p[1], p[2])
	case p[0] == "signals":
		return f.field(f.w.hits[p[1]], p[1], p[2], p[3])
	case p[0] == "log":
		return f.log(p[1])
	case p[0] == "node":
		return f.node(p[1])
	case p[0] == "load" && len(p) == 2:
		return f.load(allScenarios, p[1])
	case p[0] == "load":
		return f.load(p[1], p[2])
	case p[0] == "tap":
		return f.tap(p[1])
	}
	return checklist.Missing(p.String() + " was not measured")
}

// Shares of a window that must have been seen for its facts to count as those
// of the whole, and for nothing to be said about the rest.
const (
	mostly = 0.5
	nearly = 0.95
)

// seenShare is the part of the window so far that samples bear witness of.
func (f *facts) seenShare() float64 {
	length := f.to.Sub(f.from)
	if length <= 0 {
		return 0
	}
	if f.w.last.IsZero() {
		return 0
	}
	after := min(max(f.to.Sub(f.w.last), 0), f.t.steady()) // what the last sample stands for
	return min((f.w.covered+after).Seconds()/length.Seconds(), 1)
}

// seen makes a fact about samples honest: of a window that was seen in part,
// the facts are bounds, and of one that was not seen, there are none.
func (f *facts) seen(x checklist.Fact, bound checklist.Bound) checklist.Fact {
	share := f.seenShare()
	switch {
	case f.w.last.IsZero():
		return f.unseen()
	case share >= nearly:
		return x
	case share >= mostly:
		x.Note = joinNotes(x.Note, fmt.Sprintf("seen %.0f %% of the window", 100*share))
		return x
	case bound == checklist.Exact:
		return f.unseen()
	}
	x.Bound, x.Missing, x.Closed = bound, f.unseen().Missing, f.late()
	return x
}

// unseen says why there are no samples of the window.
func (f *facts) unseen() checklist.Fact {
	switch {
	case f.t.samples == 0:
		return checklist.Missing("no sample could be taken of " + f.t.info.Name)
	case f.late() && f.w.last.IsZero():
		return checklist.Fact{Missing: fmt.Sprintf("the window closed %s before the first sample", soak.RoundDuration(f.t.looked.Sub(f.to))), Closed: true}
	case f.late():
		return checklist.Fact{Missing: fmt.Sprintf("the first sample came when only %s of the window were left", soak.RoundDuration(f.to.Sub(f.t.looked))), Closed: true}
	}
	return checklist.Missing(fmt.Sprintf("only %.0f %% of the window were seen: samples are missing", 100*f.seenShare()))
}

// late reports whether the window began before anybody looked.
func (f *facts) late() bool {
	return !f.w.to.IsZero() && f.t.looked.After(f.w.from.Add(f.t.steady()))
}

// when says when something was, from the container's start on.
func (f *facts) when(at time.Time) string {
	if at.Before(f.t.start) {
		return ""
	}
	return "after " + soak.RoundDuration(at.Sub(f.t.start)).String()
}

func joinNotes(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + ", " + b
}

// scale is the factor by which a rehearsal shortened time.
func (f *facts) scale() float64 {
	if f.j.info.Rehearsal > 0 {
		return f.j.info.Rehearsal
	}
	return 1
}
