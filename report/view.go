package report

import (
	"slices"
	"time"

	"leakcheck/soak"
)

// Tone is how good or bad a line is; faces turn it into colour.
type Tone string

// The tones.
const (
	Plain   Tone = ""
	Good    Tone = "good"
	Bad     Tone = "bad"
	Caution Tone = "caution"
	Faint   Tone = "faint"
)

// View is a judged run in words, ready for every face. All its text is safe to
// print.
type View struct {
	// Report is a cleaned copy of what was judged.
	Report soak.Report
	Series map[string]*Series
	// Now is when the view was made; times print in its location.
	Now time.Time
	// End is when the data ends.
	End      time.Time
	Headline Statement
	// Notes are what a reader must know before anything else: a rehearsal, an
	// interruption, warnings.
	Notes   []Statement
	Targets []*Target
	// Refresh makes the HTML page load itself again that often; 0 for a page
	// that is finished.
	Refresh time.Duration

	raw  soak.Report
	over bool // nothing is left to go on with
}

// Statement is one line with its tone.
type Statement struct {
	// Word stands first and strong, such as "FAIL"; it may be empty.
	Word string
	Text string
	Tone Tone
}

// Fact is one labelled line of the first screen.
type Fact struct {
	Label string
	Text  string
	Tone  Tone
	// Command marks a text to be typed as it is.
	Command bool
}

// Target is what a view says of one target.
type Target struct {
	Name   string
	Info   soak.TargetInfo
	Memory *soak.MemoryResult
	Series *Series
	// Verdict is one sentence.
	Verdict Statement
	Facts   []Fact
	Windows []Window
	Tally   Tally

	ended *soak.Event // how it ended, if it does not run; see [View.lastExit]
}

// Window is the part of a checklist that is judged over one window.
type Window struct {
	Name   string
	Checks []soak.CheckResult
}

// Tally counts checks by outcome.
type Tally map[soak.Outcome]int

// NewView builds the view of a judged run. The series may be nil or lack
// targets: charts are left out then. Neither r nor series is changed.
func NewView(r soak.Report, series map[string]*Series, now time.Time) *View {
	return NewStoredView(r, series, now, now)
}

// NewStoredView is NewView of a stored run as of an instant, read at a later
// one: what to do next is what can be done then.
func NewStoredView(r soak.Report, series map[string]*Series, now, read time.Time) *View {
	v := &View{Report: cleaned(r), Series: series, Now: now, raw: r, over: r.Run.Left(read) == 0}
	v.End = r.Run.Started.Add(seconds(r.Run.Duration))
	for _, name := range targetNames(v.Report) {
		v.Targets = append(v.Targets, v.target(name))
	}
	v.Headline = v.headline()
	v.Notes = v.notes()
	return v
}

// targetNames lists every target that anything is said of, in the run's order.
func targetNames(r soak.Report) []string {
	var names []string
	add := func(n string) {
		if n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	for _, t := range r.Run.Targets {
		add(t.Name)
	}
	for _, m := range r.Memory {
		add(m.Target)
	}
	for _, c := range r.Checks {
		add(c.Target)
	}
	if len(names) == 0 && len(r.Memory)+len(r.Checks) > 0 {
		names = []string{""}
	}
	return names
}

func (v *View) target(name string) *Target {
	t := &Target{Name: name, Series: v.seriesOf(name), Tally: Tally{}}
	for _, i := range v.Report.Run.Targets {
		if i.Name == name {
			t.Info = i
		}
	}
	for i := range v.Report.Memory {
		if v.Report.Memory[i].Target == name {
			t.Memory = &v.Report.Memory[i]
		}
	}
	for _, c := range v.Report.Checks {
		if c.Target == name || c.Target == "" && len(v.Report.Run.Targets) <= 1 {
			t.check(c)
		}
	}
	t.ended = v.lastExit(name)
	t.Verdict = v.verdict(t)
	t.Facts = v.asRead().facts(t)
	return t
}

// asRead is the view that says what to do: of an interrupted run that cannot be
// gone on with, what one does after a run that ended by itself.
func (v *View) asRead() *View {
	if v.Report.ExitCode != soak.ExitInterrupted || !v.over {
		return v
	}
	ended := *v
	ended.Report.ExitCode, ended.Report.Run.Planned = soak.ExitInconclusive, 0
	return &ended
}

// seriesOf finds a target's curves by its name, which the view has cleaned.
func (v *View) seriesOf(name string) *Series {
	if s := v.Series[name]; s != nil {
		return s
	}
	for raw, s := range v.Series {
		if raw != "" && Clean(raw) == name {
			return s
		}
	}
	return nil
}

func (t *Target) check(c soak.CheckResult) {
	t.Tally[c.Outcome]++
	at := slices.IndexFunc(t.Windows, func(w Window) bool { return w.Name == c.Window })
	if at < 0 {
		at = len(t.Windows)
		t.Windows = append(t.Windows, Window{Name: c.Window})
	}
	t.Windows[at].Checks = append(t.Windows[at].Checks, c)
}

// with lists a target's checks of one outcome.
func (t *Target) with(o soak.Outcome) []soak.CheckResult {
	var out []soak.CheckResult
	for _, w := range t.Windows {
		for _, c := range w.Checks {
			if c.Outcome == o {
				out = append(out, c)
			}
		}
	}
	return out
}

// Clock prints a time as people near the view's time say it.
func (v *View) Clock(t time.Time) string { return clock(t, v.Now) }

// live reports whether the view shows a run that is going on or has just ended.
func (v *View) live() bool {
	return v.Now.Sub(v.End) < time.Minute+seconds(3*v.Report.Run.Interval)
}
