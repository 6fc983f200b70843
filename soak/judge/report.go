package judge

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// Report judges the run as of now. Before [Judge.Finish] whatever hangs on the
// end of the run is not-due; a check that is already violated has failed.
func (j *Judge) Report(now time.Time) soak.Report {
	j.mu.Lock()
	defer j.mu.Unlock()
	now = later(now, j.last)
	checks := j.checks(now)
	r := soak.Report{
		Schema: soak.ReportSchema, Run: j.runInfo(now), Memory: []soak.MemoryResult{}, Checks: checks,
		Signals: []soak.SignalResult{}, Load: j.loadResult(), Events: j.events.list(), Observer: j.cost(),
		Errors: j.errorLines(), Rollback: j.rollback(checks),
	}
	for _, t := range j.targets {
		r.Memory = append(r.Memory, t.memory())
		r.Signals = append(r.Signals, t.signalResults()...)
	}
	r.Verdict, r.ExitCode = j.verdict(checks, now)
	r.Warnings = j.allWarnings(now)
	return r
}

func (j *Judge) runInfo(now time.Time) soak.RunInfo {
	info := j.info
	info.Targets = []soak.TargetInfo{}
	for _, t := range j.targets {
		info.Targets = append(info.Targets, t.info)
	}
	info.Interruptions = append([]soak.Interruption{}, j.info.Interruptions...)
	if !info.Started.IsZero() && now.After(info.Started) {
		info.Duration = now.Sub(info.Started).Seconds()
	}
	return info
}

// memory is the curve with what moved in it.
func (t *target) memory() soak.MemoryResult {
	r := soak.MemoryResult{Result: t.result(), Components: t.ranges.components(), Lives: t.lives.number}
	if since := t.stream.Since(); !since.IsZero() {
		r.Since = &since
	}
	r.Target = t.info.Name
	r.Traits = orEmpty(r.Traits)
	r.Models = orEmpty(r.Models)
	r.Warnings = orEmpty(r.Warnings)
	return r
}

// Look is Report for somebody who looks again and again while the run goes on:
// a leak is called one only when that is certain at every look.
func (j *Judge) Look(now time.Time) soak.Report {
	r := j.Report(now)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ended {
		return r
	}
	for i, t := range j.targets {
		r.Memory[i].Result = t.unhurried(r.Memory[i].Result)
	}
	return r
}

// unhurried takes back a leak that is not certain at every look: while a run
// goes on somebody looks again and again, and a chance finding among many looks
// must not be called proven.
func (t *target) unhurried(r soak.Result) soak.Result {
	if r.Leak == soak.LeakYes && t.decided != soak.LeakYes && !t.settled {
		r.Leak, r.Pattern = soak.LeakInconclusive, soak.PatternInconclusive
		r.Why = "it looks like a leak, which is not certain while one may look again: " + r.Why
	}
	return r
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// signalResults lists every rule of the profile, hit or not, then what the
// record holds beyond them.
func (t *target) signalResults() []soak.SignalResult {
	names := make([]string, 0, len(t.signals))
	for _, rule := range t.rules {
		names = append(names, rule.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(t.signals)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	results := make([]soak.SignalResult, len(names))
	for i, name := range names {
		h := t.signals[name]
		results[i] = soak.SignalResult{Name: name, Target: t.info.Name, Count: h.count, Values: h.lastValues, Text: h.lastText}
		if h.count > 0 {
			first, last := h.first, h.last
			results[i].First, results[i].Last = &first, &last
			results[i].Units = checklist.Units(h.rule)
		}
	}
	return results
}

func (j *Judge) loadResult() soak.LoadResult {
	r := soak.LoadResult{Scenarios: []soak.ScenarioResult{}}
	for _, name := range slices.Sorted(maps.Keys(j.load.total)) {
		if name == allScenarios {
			continue
		}
		c := j.load.total[name]
		r.Scenarios = append(r.Scenarios, soak.ScenarioResult{
			Name: name, Due: c.due, Requests: c.requests, Open: max(c.requests-c.ended(), 0), Errors: maps.Clone(c.kinds),
			P50: c.ms(50), P95: c.ms(95), P99: c.ms(99), Max: c.ms(100), Bytes: c.bytes,
			Drift: j.load.courses[name].change(),
		})
	}
	if c := j.load.earlier[allScenarios]; c != nil {
		r.Earlier = c.requests
	}
	if j.brake != nil {
		brake := *j.brake
		r.Brake = &brake
	}
	return r
}

// cost is what watching cost. A record without it still tells the samples.
func (j *Judge) cost() soak.Observer {
	o := j.observer
	samples, bytes := int64(0), int64(0)
	for _, t := range j.targets {
		samples, bytes = samples+int64(t.samples), bytes+t.spans.bytes
	}
	o.Samples, o.LogBytes = cmp.Or(o.Samples, samples), cmp.Or(o.LogBytes, bytes)
	return o
}
