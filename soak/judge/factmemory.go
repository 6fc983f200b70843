package judge

import (
	"fmt"
	"math"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// memory answers memory.NAME.
func (f *facts) memory(name string) checklist.Fact {
	switch name {
	case "first", "min", "max", "last":
		return f.extent(f.w.ranges.level, name)
	case "pattern_changed":
		return f.patternChanged()
	}
	r, ok := f.curve()
	if !ok {
		return f.unseen()
	}
	switch name {
	case "pattern":
		if r.Pattern == soak.PatternInconclusive || !f.certain(r) {
			return checklist.Missing(undecided(r))
		}
		return checklist.Fact{Value: string(r.Pattern), Note: slope(r)}
	case "leak":
		if r.Leak == soak.LeakInconclusive || !f.certain(r) {
			return checklist.Missing(undecided(r))
		}
		return checklist.Fact{Value: string(r.Leak), Note: slope(r)}
	case "hours_to_wall":
		return f.hoursToWall(r)
	}
	return f.slope(r, name)
}

// curve is the curve as known at the window's end, or now.
func (f *facts) curve() (r soak.Result, ok bool) {
	switch {
	case f.w.last.IsZero():
		if f.w.from.After(f.t.start) {
			return r, false
		}
		return f.t.remembered(f.w.to)
	case f.w.result != nil:
		return *f.w.result, true
	case f.j.hurried:
		return f.t.resultWithin(f.t.samples / 50), true
	}
	return f.t.result(), true
}

// certain reports whether what a curve shows may decide a check. While a window
// is open it is looked at again and again, and a chance finding among many
// looks must not fail a run: only what holds at every look counts.
func (f *facts) certain(r soak.Result) bool {
	return f.j.ended || f.w.result != nil || f.t.decided == r.Leak
}

// undecided says why a curve is not decided and what would decide it.
func undecided(r soak.Result) string {
	text := "the curve is undecided"
	if r.Why != "" {
		text += ": " + r.Why
	}
	if enough := r.Enough(); enough > 0 {
		text += fmt.Sprintf("; it takes %s to decide", enough)
	}
	return text
}

// slope prints a rate with its interval.
func slope(r soak.Result) string {
	if r.Slope == nil {
		return ""
	}
	text := fmt.Sprintf("%s, %s to %s", soak.FormatRate(r.Slope.Estimate), soak.FormatRate(r.Slope.Low), soak.FormatRate(r.Slope.High))
	if r.Source == logSource {
		text += ", by the RSS in its log"
	}
	return text
}

// slope answers the rates, on the schedule's clock.
func (f *facts) slope(r soak.Result, name string) checklist.Fact {
	if r.Slope == nil {
		return checklist.Missing("there is no rate yet: " + r.Why)
	}
	x := r.Slope.Estimate
	switch name {
	case "slope_low":
		x = r.Slope.Low
	case "slope_high":
		x = r.Slope.High
	}
	return checklist.Number(x / f.scale())
}

func (f *facts) hoursToWall(r soak.Result) checklist.Fact {
	switch {
	case r.Leak == soak.LeakInconclusive && r.Forecast != nil && r.Forecast.Hours.Low != nil:
		return checklist.Fact{Value: *r.Forecast.Hours.Low * f.scale(), Bound: checklist.AtLeast, Missing: undecided(r)}
	case r.Leak == soak.LeakInconclusive:
		return checklist.Missing(undecided(r))
	case r.Forecast != nil && r.Forecast.Hours.Estimate != nil:
	default:
		return checklist.Number(math.Inf(1))
	}
	return checklist.Fact{
		Value: *r.Forecast.Hours.Estimate * f.scale(),
		Note:  fmt.Sprintf("%s at %s", r.Forecast.Wall, soak.FormatBytes(r.Forecast.WallBytes)),
	}
}

// extent answers first, min, max and last of the level.
func (f *facts) extent(e extent, name string) checklist.Fact {
	if e.n == 0 {
		if f.w.last.IsZero() {
			return f.unseen()
		}
		return checklist.Missing("the samples hold no memory figure")
	}
	return f.ranged(e.Range, name, f.when(e.maxAt))
}

func (f *facts) ranged(r soak.Range, name, when string) checklist.Fact {
	switch name {
	case "min":
		return f.seen(checklist.Number(float64(r.Min)), checklist.AtMost)
	case "max":
		return f.seen(checklist.Fact{Value: float64(r.Max), Note: when}, checklist.AtLeast)
	case "first":
		return f.seen(checklist.Number(float64(r.First)), checklist.Exact)
	}
	return f.seen(checklist.Number(float64(r.Last)), checklist.Exact)
}

// component answers memory.METRIC.NAME.
func (f *facts) component(metric, name string) checklist.Fact {
	m, _ := soak.ParseMetric(metric)
	r := f.w.ranges.of[m]
	switch {
	case r != nil:
		return f.ranged(*r, name, "")
	case f.w.last.IsZero():
		return f.unseen()
	}
	return checklist.Missing(fmt.Sprintf("%s is not reported for this target (%s)", metric, orWord(f.t.info.Source, "its source is unknown")))
}

func orWord(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// patternChanged compares the last part of the window with what came before.
// Stable and sawtooth count as one: which of the two a healthy curve shows
// depends on how much of it one sees.
func (f *facts) patternChanged() checklist.Fact {
	tail := &f.w.tail
	if f.j.ended {
		tail.end()
	}
	switch {
	case f.w.last.IsZero():
		return f.unseen()
	case tail.from.IsZero():
		return checklist.Missing("the window has no known end to compare with: give it a `to`, or the run a length")
	case tail.before == nil || tail.after == nil:
		return checklist.Missing("the last part of the window was not seen apart from the rest")
	case tail.before.Leak == soak.LeakInconclusive || tail.after.Leak == soak.LeakInconclusive:
		return checklist.Missing(fmt.Sprintf("the last part of the window is %s and the rest %s: neither may be undecided", tail.after.Pattern, tail.before.Pattern))
	}
	grew, grows := tail.before.Pattern == soak.LinearGrowth, tail.after.Pattern == soak.LinearGrowth
	return checklist.Fact{Value: grew != grows, Note: fmt.Sprintf("%s, in the last part %s", tail.before.Pattern, tail.after.Pattern)}
}
