package judge

import (
	"fmt"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// log answers log.NAME.
func (f *facts) log(name string) checklist.Fact {
	if name == "complete" {
		return checklist.Truth(f.logComplete())
	}
	return f.counted(checklist.Number(float64(int64(f.w.lines + 0.5))))
}

// logComplete reports whether the log was read over the whole window.
func (f *facts) logComplete() bool {
	from := f.from
	if f.w.to.IsZero() && f.t.spans.skipped > 0 {
		from = f.w.from // the log's hits count from there, whenever anybody looked
	}
	slack := max(f.t.steady(), f.to.Sub(from)/50)
	return f.t.spans.covers(from, f.to, f.t.looked, slack)
}

// counted makes a count of lines honest: in a log that was read in part there
// may have been more, and a log that says nothing at all proves nothing.
func (f *facts) counted(x checklist.Fact) checklist.Fact {
	switch {
	case !f.logComplete():
		x.Bound, x.Missing, x.Closed = checklist.AtLeast, f.unread(), f.late()
	case f.w.lines < 0.5 && f.silent():
		x.Bound, x.Missing = checklist.AtLeast, "the node logged nothing at all in this window, so that a line which is not there proves nothing"
	}
	return x
}

// silent reports whether no rule hit anything in the window.
func (f *facts) silent() bool {
	for _, h := range f.w.hits {
		if h.count > 0 {
			return false
		}
	}
	return true
}

// unread says which part of the log is missing.
func (f *facts) unread() string {
	c := &f.t.spans
	switch {
	case f.j.info.NoLog:
		return "the log was not read, as --log none asked"
	case c.lines == 0:
		return "no line of the log could be read"
	case c.skipped > 0:
		return passedOver(c.skipped) + " of the log was passed over: --log-budget all reads everything"
	case c.first.After(f.from):
		return fmt.Sprintf("the log could be read only from %s after the window's start on", soak.RoundDuration(c.first.Sub(f.from)))
	}
	return "a part of the log is missing"
}

// signal answers signals.SIGNAL.NAME.
func (f *facts) signal(h *hits, rule, name string) checklist.Fact {
	if h == nil {
		return checklist.Missing("no rule looks for " + rule)
	}
	switch name {
	case "count":
		return f.counted(checklist.Fact{Value: float64(h.count), Note: f.sample(h)})
	case "longest_run":
		return f.counted(checklist.Fact{Value: float64(h.longest), Note: f.sample(h)})
	}
	if !f.logComplete() || f.silent() && f.w.lines < 0.5 {
		return checklist.Fact{Missing: f.counted(checklist.Fact{}).Missing, Closed: f.late() && !f.logComplete()}
	}
	switch name {
	case "per_hour":
		return f.perHour(h)
	case "trend":
		return f.trend(rule)
	}
	gap, ok := f.t.signals[rule].when.maxGap(f.from, f.to)
	if !ok {
		return f.none(h, rule)
	}
	return checklist.Number(gap.Seconds())
}

func (f *facts) perHour(h *hits) checklist.Fact {
	length := f.to.Sub(f.from)
	if length <= 0 {
		return checklist.Missing("the window has only begun")
	}
	return checklist.Number(float64(h.count) / length.Hours())
}

func (f *facts) trend(rule string) checklist.Fact {
	half := f.to.Sub(f.from) / 2
	if half <= 0 {
		return checklist.Missing("the window has only begun")
	}
	middle := f.from.Add(half)
	when := &f.t.signals[rule].when
	early, late := when.count(f.from, middle), when.count(middle, f.to.Add(time.Nanosecond))
	return checklist.Fact{
		Value: float64(late-early) / half.Hours(),
		Note:  fmt.Sprintf("%s hits in the first half, %s in the second", grouped(early), grouped(late)),
	}
}

// none says that a rule hit nothing, and what its help says about that.
func (f *facts) none(h *hits, rule string) checklist.Fact {
	text := fmt.Sprintf("no %s line in this window", rule)
	if h.rule.Help != "" {
		text += ": " + h.rule.Help
	}
	if !f.logComplete() {
		text += "; " + f.unread()
	}
	return checklist.Fact{Missing: text, Closed: f.late() && !f.logComplete()}
}

// sample quotes the first hit.
func (f *facts) sample(h *hits) string {
	if h.count == 0 {
		return ""
	}
	note := "first " + f.when(h.first)
	if h.firstText != "" {
		note += ": " + h.firstText
	}
	return note
}

// field answers signals.SIGNAL.FIELD.NAME.
func (f *facts) field(h *hits, rule, field, name string) checklist.Fact {
	if h == nil {
		return checklist.Missing("no rule looks for " + rule)
	}
	v := h.values[field]
	if v == nil {
		return f.none(h, rule)
	}
	x := checklist.Fact{Note: "last " + f.when(v.lastAt)}
	bound := checklist.Exact
	switch name {
	case "first":
		x.Value, x.Note = v.first, "first "+f.when(v.firstAt)
	case "last":
		x.Value = v.last
	case "min":
		x.Value, bound = v.min, checklist.AtMost
	case "max":
		x.Value, bound = v.max, checklist.AtLeast
	case "mean":
		x.Value, x.Note = v.sum/float64(v.n), fmt.Sprintf("of %s", grouped(v.n))
	}
	if !f.logComplete() {
		x.Note = joinNotes(x.Note, "the log was read in part")
		if bound != checklist.Exact {
			x.Bound, x.Missing = bound, f.unread()
		}
	}
	return x
}

// passedOver says how much of a log was left out. An engine that hands out only
// the last lines of a log does not say how long it is: a probe then reports a
// byte, so that something is known to be missing.
func passedOver(bytes int64) string {
	if bytes == 1 {
		return "an earlier part"
	}
	return soak.FormatBytes(float64(bytes))
}
