package experiment

import (
	"context"
	"slices"
	"sync"
	"time"

	"leakcheck/soak"
)

// Shot is one load that is fired, and whether memory comes back after it. Its
// fields are set before it runs.
type Shot struct {
	Load soak.Load
	// Before is how long memory is watched before the load, Wait how long it
	// has to come back after it.
	Before, Wait time.Duration

	mu      sync.Mutex
	ended   time.Time // of the load
	figures map[string]*figure
	metric  string
	back    *float64
}

// figure is how one figure of memory moves.
type figure struct {
	before            []int64
	peak, after, last int64
	seen, seenAfter   bool
}

// run watches, fires, and waits until memory is back. It tells when each phase
// begins.
func (s *Shot) run(ctx context.Context, enter func(shotPhase)) error {
	enter(shotBefore)
	wait(ctx, s.Before)
	enter(shotFiring)
	err := s.Load.Run(ctx)
	enter(shotAfter)
	until := time.Now().Add(s.Wait)
	for ctx.Err() == nil && time.Now().Before(until) && !s.settled() {
		wait(ctx, 100*time.Millisecond)
	}
	return err
}

// end notes when the load was over.
func (s *Shot) end(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = at
}

// calm is how long memory that did not rise is watched for a late rise.
const calm = 3 * time.Second

// settled reports whether there is nothing more to wait for.
func (s *Shot) settled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.recovery()
	return r.Back || !r.Rose && time.Since(s.ended) >= calm
}

// shown are the metrics that a single firing reports.
var shown = []soak.Metric{soak.Usage, soak.WorkingSet, soak.Anon, soak.File, soak.Shmem, soak.Kernel, soak.Swap, soak.Heap}

func (s *Shot) sample(x soak.Sample, p shotPhase) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if level, ok := levelOf(x.Values); ok {
		s.metric = metricOf(x.Values)
		s.figure(levelName).add(int64(level), p)
	}
	for _, m := range shown {
		if v, ok := x.Get(m); ok {
			s.figure(m.String()).add(v, p)
		}
	}
	if p != shotAfter || s.back != nil {
		return
	}
	if r := s.recovery(); r.Rose && s.figure(levelName).last <= r.Before+r.Slack {
		after := x.At.Sub(s.ended).Seconds()
		s.back = &after
	}
}

// levelName is the figure that decides.
const levelName = ""

func metricOf(v soak.Values) string {
	switch {
	case v.Has(soak.Anon):
		return "unreclaimable"
	case v.Has(soak.WorkingSet):
		return soak.WorkingSet.String()
	}
	return soak.Usage.String()
}

func (s *Shot) figure(name string) *figure {
	if s.figures == nil {
		s.figures = map[string]*figure{}
	}
	f := s.figures[name]
	if f == nil {
		f = &figure{}
		s.figures[name] = f
	}
	return f
}

func (f *figure) add(x int64, p shotPhase) {
	f.last = x
	if p == shotBefore {
		f.before = append(f.before, x)
		return
	}
	if !f.seen || x > f.peak {
		f.peak, f.seen = x, true
	}
	if p == shotAfter && (!f.seenAfter || x < f.after) {
		f.after, f.seenAfter = x, true
	}
}

// level is the middle of the samples before the load.
func (f *figure) level() int64 {
	if len(f.before) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(f.before))
	return sorted[len(sorted)/2]
}

func (f *figure) excursion() soak.Excursion {
	e := soak.Excursion{Before: f.level(), Peak: f.peak, After: f.after}
	if !f.seen {
		e.Peak = e.Before
	}
	if !f.seenAfter {
		e.After = f.last
	}
	return e
}

const (
	// smallest is the least rise that is called one, as a share of the level:
	// healthy programs move by that much when they are first used.
	smallest = 0.03
	// nearly is the share of the rise that may stay and still count as back.
	nearly = 0.1
)

// recovery is how things stand. The lock is held.
func (s *Shot) recovery() soak.Recovery {
	f := s.figure(levelName)
	r := soak.Recovery{Excursion: f.excursion(), Metric: s.metric}
	if len(f.before) == 0 || !f.seen {
		return r
	}
	wobble := slices.Max(f.before) - r.Before
	spread := slices.Max(f.before) - slices.Min(f.before)
	rise := r.Peak - r.Before
	r.Slack = wobble + int64(nearly*float64(rise))
	r.Rose = rise > 2*spread && float64(rise) > smallest*float64(r.Before)
	r.Back, r.Seconds = s.back != nil, s.back
	return r
}

// Memory is what became of the memory: the figure that decides, and each
// component's.
func (s *Shot) Memory() (soak.Recovery, map[string]soak.Excursion) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]soak.Excursion{}
	for name, f := range s.figures {
		if name != levelName {
			all[name] = f.excursion()
		}
	}
	return s.recovery(), all
}
