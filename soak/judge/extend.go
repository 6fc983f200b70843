package judge

import (
	"math"
	"time"

	"leakcheck/soak"
)

// Open reports whether the run would be inconclusive if it ended now, with
// checks that were judged elsewhere counted in.
func (j *Judge) Open(now time.Time, elsewhere ...soak.CheckResult) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer func(was bool) { j.ended = was }(j.ended)
	j.ended = true
	now = later(now, j.last)
	verdict, _ := j.verdict(append(j.checks(now), elsewhere...), now)
	return verdict == soak.VerdictInconclusive
}

// Extend says that the run was made longer: it is to take planned from its
// start. Windows that end with it are about the whole of it.
func (j *Judge) Extend(planned time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.info.Planned = planned.Seconds()
	for _, t := range j.targets {
		t.run.Planned = j.info.Planned
		for _, w := range t.order {
			if w.to.IsZero() {
				w.tail = tail{}
				w.plan(t.plannedEnd(), t.scaled(24*time.Hour))
			}
		}
	}
}

// Sees is the slowest leak of a target in bytes per hour that a run of the
// given length would find 9 times of 10 at the noise seen so far; false while
// too little has been seen to say.
func (j *Judge) Sees(target string, length time.Duration) (perHour float64, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := j.byName[target]
	if t == nil {
		return 0, false
	}
	perHour = t.stream.Sees(length)
	return perHour, !math.IsInf(perHour, 1)
}

// Needs is how long a run must be to find a leak of the given rate in bytes
// per hour 9 times of 10; 0 when that is unknown, or more than a year.
func (j *Judge) Needs(target string, perHour float64) time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	if t := j.byName[target]; t != nil {
		return t.stream.Needs(perHour)
	}
	return 0
}
