package judge

import (
	"fmt"
	"time"

	"leakcheck/soak"
)

// verdict sums the checks up. What was measured and failed stays failed; no
// data is never a pass.
func (j *Judge) verdict(checks []soak.CheckResult, now time.Time) (soak.Verdict, int) {
	var failed, open, passed bool
	for _, c := range checks {
		switch c.Outcome {
		case soak.Fail:
			failed = true
		case soak.Inconclusive:
			open = open || c.HoldsUp()
		case soak.Pass, soak.Warn:
			passed = true
		}
	}
	verdict, code := soak.VerdictPass, soak.ExitPass
	switch {
	case failed:
		verdict, code = soak.VerdictFail, soak.ExitFail
	case j.unmeasured(now):
		verdict, code = soak.VerdictNotMeasured, soak.ExitNotMeasured
	case open || !passed || !j.ended:
		verdict, code = soak.VerdictInconclusive, j.inconclusive()
	}
	if j.options.Interrupted || j.stopped {
		code = soak.ExitInterrupted
	}
	return verdict, code
}

func (j *Judge) inconclusive() int {
	switch j.options.Inconclusive {
	case "pass":
		return soak.ExitPass
	case "fail":
		return soak.ExitFail
	}
	return soak.ExitInconclusive
}

// unmeasured reports whether a target could not be measured: never, or not any
// more when the run ended.
func (j *Judge) unmeasured(now time.Time) bool {
	for _, t := range j.targets {
		if t.samples == 0 || j.ended && t.lost(now) {
			return true
		}
	}
	return len(j.targets) == 0
}

// lost reports whether the samples stopped well before now.
func (t *target) lost(now time.Time) bool {
	silence := now.Sub(t.lastAt)
	return silence > t.steady() && silence > now.Sub(t.looked)/10
}

// allWarnings are those that came with the data and those that follow from it.
func (j *Judge) allWarnings(now time.Time) []string {
	all := append([]string{}, j.warnings...)
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if r := j.info.Rehearsal; r > 0 && r != 1 {
		add("this is a rehearsal: time was shortened by a factor of %.4g, so a pass is none for the real run", r)
	}
	for _, i := range j.info.Interruptions {
		add("leakcheck itself did not run for %s: %s", soak.RoundDuration(i.To.Sub(i.From)), orWord(i.Reason, "the reason is not known"))
	}
	for _, t := range j.targets {
		all = append(all, t.warnings(j.ended, now)...)
	}
	o := j.observer
	if o.Missed > 0 && float64(o.Missed) > 0.01*float64(o.Missed+o.Samples) {
		add("%s of %s samples were missed", grouped(o.Missed), grouped(o.Missed+o.Samples))
	}
	all = append(all, j.load.warnings()...)
	if j.events.dropped > 0 {
		add("%s events of the middle of the run are left out here; the record has them", grouped(j.events.dropped))
	}
	return all
}

func (t *target) warnings(ended bool, now time.Time) (all []string) {
	add := func(format string, args ...any) {
		all = append(all, t.info.Name+": "+fmt.Sprintf(format, args...))
	}
	if n := t.lives.restarts.first; n > 0 {
		add("the engine had restarted it %d times before the first sample", n)
	}
	if t.samples > 0 && ended && t.lost(now) {
		add("the last sample is from %s before the run's end", soak.RoundDuration(now.Sub(t.lastAt)))
	}
	if n := t.spans.skipped; n > 0 {
		add("%s of its log was passed over", passedOver(n))
	}
	if len(t.rules) > 0 && t.spans.lines == 0 && t.samples > 0 && !t.run.NoLog {
		add("no line of its log could be read")
	}
	return all
}

// warnings says what the load plan wanted and did not get.
func (t *traffic) warnings() (all []string) {
	if c := t.total[allScenarios]; c != nil && c.due > 0 && float64(c.due-c.requests) > 0.01*float64(c.due) {
		all = append(all, fmt.Sprintf("only %s of %s requests that were due were sent: the load did not land whole", grouped(c.requests), grouped(c.due)))
	}
	if t.damaged {
		all = append(all, "some latencies could not be read from the record")
	}
	return all
}
