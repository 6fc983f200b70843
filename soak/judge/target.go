package judge

import (
	"cmp"
	"fmt"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
	"leakcheck/soak/curve"
)

// target is what is known of one node.
type target struct {
	info    soak.TargetInfo
	profile *soak.Profile
	list    *checklist.List
	run     soak.RunInfo

	// start is where windows count from: the container's start, in a rehearsal
	// not before the run's. Zero until it is known.
	start time.Time
	// looked is when the first sample was taken, watched when the first event,
	// sample or log line was seen.
	looked time.Time
	lastAt time.Time

	limit   float64 // given by the user, in bytes; 0 without one
	fills   float64
	options curve.Options
	stream  *curve.Stream
	decided soak.Leak // what the stream was certain of at the last sample
	settled bool      // the verdict stands: see [Judge.settle]
	samples int
	judged  *soak.Result // of stream, as of judgedAt samples
	judgedN int

	ranges  ranges
	lives   lives
	spans   coverage
	signals map[string]*hits   // over the whole log, by rule
	tap     map[string]float64 // what a tap counted last; nil without one
	rules   []soak.SignalRule
	windows map[soak.Window]*window
	order   []*window

	extra    extra
	memories memories
	counters counters
}

// builtIn are the checks of every run: whatever a profile says, a node that
// leaks or that the kernel kills for memory does not pass.
var builtIn = []soak.Check{
	{
		ID: "no-leak", Text: "{container} does not leak", Expr: `memory.leak == "no"`, Always: true,
		Hint: "`leakcheck diagnose` finds out which scenario leaks, and how many bytes per request",
	},
	{
		ID: "no-oom-kill", Text: "the kernel kills nothing for memory", Expr: "node.oom_kills == 0", Always: true,
		Hint: "the memory limit was hit: give it more, or find what grows",
	},
}

// lists are the compiled checks of each profile: targets share theirs.
type lists map[*soak.Profile]*checklist.List

func (l lists) of(p *soak.Profile) (*checklist.List, error) {
	if l[p] == nil {
		list, err := compile(p)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", p.Name, err)
		}
		l[p] = list
	}
	return l[p], nil
}

// newTarget finds the checks of a target and makes room for their windows.
func newTarget(name string, p *soak.Profile, run soak.RunInfo, o Options, checks lists) (*target, error) {
	if p == nil {
		p = &soak.Profile{}
	}
	list, err := checks.of(p)
	if err != nil {
		return nil, err
	}
	t := &target{
		info: soak.TargetInfo{Name: name}, decided: soak.LeakInconclusive, profile: p, list: list, run: run, rules: p.Signals,
		signals: map[string]*hits{}, windows: map[soak.Window]*window{},
	}
	for _, rule := range p.Signals {
		t.signals[rule.Name] = newHits(rule)
	}
	for _, span := range append(list.Windows(), soak.Window{}) {
		if t.windows[span] == nil {
			w := newWindow(span, p.Signals)
			w.tailed = list.Reads("memory.pattern_changed", span)
			t.windows[span] = w
			t.order = append(t.order, w)
		}
	}
	t.options = curve.Options{Target: name, Tolerance: run.Tolerance, Scale: run.Rehearsal}
	t.limit, t.fills = o.Limit, o.Fills
	t.options.Walls, t.options.Fills = t.walls(), o.Fills
	t.stream = curve.New(t.options)
	return t, nil
}

// compile adds the built-in checks that the profile does not have in its own
// words.
func compile(p *soak.Profile) (*checklist.List, error) {
	var scenarios []string
	for name := range p.Scenarios {
		scenarios = append(scenarios, name)
	}
	own, err := checklist.Compile(p.Checks, p.Signals, scenarios...)
	if err != nil || own.Reads("memory.leak") && own.Reads("node.oom_kills") {
		return own, err
	}
	checks := p.Checks
	for i, fact := range []string{"memory.leak", "node.oom_kills"} {
		if !own.Reads(fact) {
			checks = append(checks[:len(checks):len(checks)], builtIn[i])
		}
	}
	return checklist.Compile(checks, p.Signals, scenarios...)
}

// describe takes what is known about the target before its samples, and what
// has changed when its container was made anew.
func (t *target) describe(info soak.TargetInfo) {
	t.info, t.judged = info, nil
	t.options.Walls, t.options.Fills = t.walls(), cmp.Or(t.fills, float64(info.Fills))
	t.stream.Describe(t.options.Walls, t.options.Fills)
	t.anchor(info.Started)
}

// walls are those that no sample tells.
func (t *target) walls() (all []curve.Wall) {
	if t.profile.Ceiling > 0 {
		all = append(all, curve.Wall{Name: "ceiling", Bytes: float64(t.profile.Ceiling)})
	}
	if t.limit > 0 {
		all = append(all, curve.Wall{Name: "limit", Bytes: t.limit})
	}
	if t.info.HeapCap > 0 {
		all = append(all, curve.Wall{Name: "heap", Bytes: float64(t.info.HeapCap)})
	}
	return all
}

// justStarted is how long before a rehearsal a container may have started for
// its start-up lines to be part of the rehearsal's first minutes.
const justStarted = time.Minute

// anchor sets where windows count from, once.
func (t *target) anchor(start time.Time) {
	if start.IsZero() || !t.start.IsZero() {
		return
	}
	t.start = start
	if t.run.Rehearsal > 0 && t.run.Started.After(start) {
		t.start = t.run.Started
	}
	view := checklist.View{Started: t.start, Scale: t.run.Rehearsal}
	for _, w := range t.order {
		w.from, w.to = view.Span(w.span)
		w.logFrom = w.from
		if w.span.From == 0 && t.start.Sub(start) <= justStarted {
			w.logFrom = start
		}
		end := w.to
		if end.IsZero() {
			end = t.plannedEnd()
		}
		w.plan(end, t.scaled(24*time.Hour))
	}
}

// plannedEnd is when the run is to end; zero for one without an end.
func (t *target) plannedEnd() time.Time {
	if t.run.Planned <= 0 {
		return time.Time{}
	}
	return t.run.Started.Add(time.Duration(t.run.Planned * float64(time.Second)))
}

// scaled is how long a time span of the real run lasts in this one.
func (t *target) scaled(d time.Duration) time.Duration {
	if t.run.Rehearsal > 0 {
		return time.Duration(float64(d) / t.run.Rehearsal)
	}
	return d
}

// sample takes the next sample.
func (t *target) sample(s soak.Sample) {
	if t.start.IsZero() {
		t.anchor(orElse(s.Started, s.At))
	}
	if t.looked.IsZero() {
		t.looked = s.At
	}
	t.counters.sample(&s)
	for _, w := range t.order {
		w.before(s, t)
	}
	t.samples++
	if t.settled {
		t.stream.Stands(s)
	} else {
		t.stream.Add(s)
	}
	t.decided = t.stream.Decided()
	t.ranges.add(s)
	restarts, ooms := t.lives.sample(s)
	for _, w := range t.order {
		w.sample(s, t)
		w.counted(s.At, restarts, ooms)
	}
	t.lastAt = s.At
}

// steady is the longest time between two samples over which nothing counts as
// missed.
func (t *target) steady() time.Duration {
	return max(4*time.Duration(t.run.Interval*float64(time.Second)), t.scaled(time.Minute))
}

func (t *target) event(e soak.Event) {
	if e.Kind == soak.EventLife {
		t.anchor(e.At)
	}
	t.spans.event(e)
	counted := t.lives.event(e)
	for _, w := range t.order {
		w.event(e, counted)
	}
}

func (t *target) log(s soak.LogSpan) {
	t.spans.add(s)
	for _, w := range t.order {
		w.log(s)
	}
}

func (t *target) signal(s soak.Signal) {
	if s.Name == soak.TapSignal {
		t.tapSignal(s)
	}
	if t.extra.takes(s) {
		return
	}
	t.counters.signal(s)
	if rss, ok := s.Values[soak.RSSValue]; ok {
		t.memories.add(s.At, rss)
		t.judged = nil
	}
	h := t.signals[s.Name]
	if h == nil { // the record was made with a rule that the profile has no more
		h = newHits(soak.SignalRule{Name: s.Name})
		t.signals[s.Name] = h
	}
	h.add(s)
	h.when.add(s.At, s.Count)
	for _, w := range t.order {
		w.signal(s)
	}
}

// result is what the curve is, judged anew when there are new samples.
func (t *target) result() soak.Result { return t.resultWithin(0) }

// resultWithin is the result as of at most that many samples ago.
func (t *target) resultWithin(stale int) soak.Result {
	if t.judged == nil || t.samples-t.judgedN > stale {
		r := t.counters.explain(t.recall(t.stream.Result()))
		t.judged, t.judgedN = &r, t.samples
	}
	return *t.judged
}

func orElse(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}
