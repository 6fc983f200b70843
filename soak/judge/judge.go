package judge

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
	"leakcheck/soak/curve"
)

// Options say how a run is judged beyond what its profile says.
type Options struct {
	// Interrupted means that somebody stopped the run; see also [Judge.Finish].
	Interrupted bool
	// Inconclusive is what a gate makes of an inconclusive run: "pass", "fail",
	// or empty for an exit code of its own.
	Inconclusive string
	// Limit is a memory limit given by the user, in bytes; 0 takes the one that
	// the run was started with, if any.
	Limit float64
	// Fills is how many bytes the program fills by design, as the user says; 0
	// takes what the run was started with, or its command line was found to say.
	Fills float64
}

// Judge judges one run. Its methods may run at the same time.
type Judge struct {
	mu       sync.Mutex
	info     soak.RunInfo
	options  Options
	targets  []*target
	byName   map[string]*target
	load     *traffic
	events   eventLog
	observer soak.Observer
	brake    *soak.Brake
	extra    []soak.CheckResult
	warnings []string
	last     time.Time // the latest instant that anything was seen
	ended    bool
	stopped  bool // the last thing that was seen is that leakcheck was stopped
	hurried  bool // an answer may rest on a curve that is a few samples old
}

// New returns a judge for a run. profiles holds the profile of each target by
// the target's name; a target without one is judged by the built-in checks
// alone. The error says which check of which profile is wrong.
func New(info soak.RunInfo, profiles map[string]*soak.Profile, o Options) (*Judge, error) {
	if !slices.Contains([]string{"", "pass", "fail"}, o.Inconclusive) {
		return nil, fmt.Errorf("inconclusive is %q: it must be pass or fail", o.Inconclusive)
	}
	o.Limit, o.Fills = cmp.Or(o.Limit, info.Limit), cmp.Or(o.Fills, info.Fills)
	j := &Judge{info: info, options: o, byName: map[string]*target{}}
	names := make([]string, 0, len(info.Targets))
	for _, t := range info.Targets {
		names = append(names, t.Name)
	}
	for name := range profiles {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names[len(info.Targets):])
	checks := lists{}
	for _, name := range names {
		t, err := newTarget(name, profiles[name], info, o, checks)
		if err != nil {
			return nil, err
		}
		j.targets = append(j.targets, t)
		j.byName[name] = t
	}
	j.load = newTraffic(j)
	for _, t := range info.Targets {
		j.byName[t.Name].describe(t)
	}
	return j, nil
}

// loaded is the target that gets the load: the first with a URL, else the
// first.
func (j *Judge) loaded() *target {
	for _, t := range j.targets {
		if t.info.URL != "" {
			return t
		}
	}
	if len(j.targets) > 0 {
		return j.targets[0]
	}
	return nil
}

// Finish says that the run is over: nothing more will be recorded, and windows
// without an end are decided.
func (j *Judge) Finish(interrupted bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
	j.options.Interrupted = j.options.Interrupted || interrupted
}

// Add adds checks that were judged elsewhere, such as on files inside the
// container. They count for the verdict.
func (j *Judge) Add(results ...soak.CheckResult) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.extra = append(j.extra, results...)
}

// Result says what a target's curve is so far. It is the zero Result for a
// target that is not known.
func (j *Judge) Result(target string) soak.Result {
	j.mu.Lock()
	defer j.mu.Unlock()
	if t := j.byName[target]; t != nil {
		return t.result()
	}
	return soak.Result{}
}

// Decided says whether a target leaks as soon as that is certain however often
// one looks.
func (j *Judge) Decided(target string) soak.Leak {
	j.mu.Lock()
	defer j.mu.Unlock()
	if t := j.byName[target]; t != nil {
		return t.decided
	}
	return soak.LeakInconclusive
}

// HoursToWall says when a target meets its nearest wall at its present rate,
// in hours of real time; ok is false while no wall is in sight.
func (j *Judge) HoursToWall(target string) (hours float64, wall string, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := j.byName[target]
	if t == nil {
		return 0, "", false
	}
	f := t.stream.Forecast()
	if f.Hours.Estimate == nil {
		return 0, f.Wall, false
	}
	return *f.Hours.Estimate, f.Wall, true
}

// Floor returns the floor of a target's present life, for charts.
func (j *Judge) Floor(target string) []curve.Point {
	j.mu.Lock()
	defer j.mu.Unlock()
	if t := j.byName[target]; t != nil {
		return t.stream.Floor()
	}
	return nil
}

// Failed returns the first check that failed as of now, for runs that end at
// the first failure. It may be asked after every sample: it judges the curve
// anew only when 2 % more samples have come.
func (j *Judge) Failed(now time.Time) (soak.CheckResult, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.hurried = true
	defer func() { j.hurried = false }()
	for _, r := range j.checks(now) {
		if r.Outcome == soak.Fail {
			return r, true
		}
	}
	return soak.CheckResult{}, false
}

// checks judges every check of every target.
func (j *Judge) checks(now time.Time) []soak.CheckResult {
	results := []soak.CheckResult{}
	for _, t := range j.targets {
		results = append(results, t.list.ByEnd(t.list.Evaluate(j.view(t, now)))...)
		results = append(results, t.fileResults()...)
	}
	return append(results, j.extra...)
}

// view is what the checklist sees of a target.
func (j *Judge) view(t *target, now time.Time) checklist.View {
	v := checklist.View{
		Target: t.info, Standing: t.windows[soak.Window{}].standing(), Started: t.start, Now: now, Ended: j.ended, Scale: j.info.Rehearsal,
		WillFire: !j.ended && j.brake == nil && j.info.LoadLevel != soak.LoadNone && t == j.loaded(),
		Fired:    func(string) bool { return false },
	}
	if t == j.loaded() {
		v.Fired = j.load.fired
	}
	v.Facts = func(w soak.Window) checklist.Facts { return j.facts(t, w, now) }
	return v
}
