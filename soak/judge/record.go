package judge

import (
	"strings"
	"time"

	"leakcheck/soak"
)

// Record takes a piece of what was seen. It never fails.
func (j *Judge) Record(b soak.Batch) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, t := range b.Targets {
		j.target(t.Name).describe(t)
	}
	for _, e := range b.Events {
		j.event(e)
	}
	for _, x := range b.Load {
		j.seen(x.At)
		j.load.add(x)
	}
	for _, s := range b.Samples {
		j.seen(s.At)
		j.stopped = false // a stopped run that was resumed
		t := j.target(s.Target)
		t.sample(s)
		if x, ok := level(s); ok && t == j.loaded() {
			j.load.level(s.At, x)
		}
	}
	for _, s := range b.Logs {
		j.seen(s.To)
		j.target(s.Target).log(s)
	}
	for _, s := range b.Signals {
		j.target(s.Target).signal(s)
	}
	if b.Observer != nil {
		j.observer = *b.Observer
	}
	return nil
}

// target finds a target; one that nobody announced is judged by the built-in
// checks.
func (j *Judge) target(name string) *target {
	if t := j.byName[name]; t != nil {
		return t
	}
	t, _ := newTarget(name, nil, j.info, j.options, lists{}) // the built-in checks compile: a test holds them to it
	j.targets = append(j.targets, t)
	j.byName[name] = t
	return t
}

func (j *Judge) seen(at time.Time) {
	if at.After(j.last) {
		j.last = at
	}
}

// event notes what happened, and what it means for its target or the run.
func (j *Judge) event(e soak.Event) {
	j.seen(e.At)
	j.events.add(e)
	switch e.Kind {
	case soak.EventBrake:
		if j.brake == nil {
			j.brake = &soak.Brake{At: e.At, Reason: strings.TrimPrefix(e.Text, soak.Braked)}
			j.settle()
		}
	case soak.EventWarning:
		j.warn(e.Text)
	case soak.EventInterrupt:
		j.interrupted(e)
	}
	if e.Target != "" {
		j.target(e.Target).event(e)
	}
}

// settle keeps what is proven under load when the brake takes the load away:
// a floor that then stands still has not been mended.
func (j *Judge) settle() {
	if t := j.loaded(); t != nil && t.result().Leak == soak.LeakYes {
		t.settled = true
		if strings.Contains(j.brake.Reason, soak.BrakedForLeak) {
			j.warn(t.info.Name + ": the brake stopped the load when the leak was proven; the curve is judged up to then")
			return
		}
		j.warn(t.info.Name + ": it leaked under load; the curve is judged up to when the brake stopped the load")
	}
}

// interrupted notes that leakcheck was stopped or, with a duration, a stretch
// in which it did not run, unless the run's description has that already.
func (j *Judge) interrupted(e soak.Event) {
	if e.Duration <= 0 {
		j.stopped = true
		return
	}
	from := e.At.Add(-e.Duration)
	for _, known := range j.info.Interruptions {
		if !known.From.After(e.At) && !known.To.Before(from) {
			return
		}
	}
	j.info.Interruptions = append(j.info.Interruptions, soak.Interruption{From: from, To: e.At, Reason: e.Text})
}

// maxWarnings bounds what a broken source can make the report say.
const maxWarnings = 100

func (j *Judge) warn(text string) {
	for _, known := range j.warnings {
		if known == text {
			return
		}
	}
	if len(j.warnings) < maxWarnings {
		j.warnings = append(j.warnings, text)
	}
}

// level is the memory figure that ceilings and baselines are about: the
// working set, or what stands in for it.
func level(s soak.Sample) (bytes int64, ok bool) {
	for _, m := range [...]soak.Metric{soak.WorkingSet, soak.Usage} {
		if x, ok := s.Get(m); ok {
			return x, true
		}
	}
	return s.Unreclaimable()
}
