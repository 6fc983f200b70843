package judge

import (
	"time"

	"leakcheck/soak"
	"leakcheck/soak/curve"
)

// window is what one stretch of a target's time came to.
type window struct {
	span     soak.Window
	from, to time.Time // to is zero for the end of the run
	logFrom  time.Time // from when on log lines count

	ranges
	last    time.Time     // of the samples inside
	covered time.Duration // time inside that samples bear witness of
	result  *soak.Result  // the curve as known at the window's end

	tailed bool // a check asks for the tail
	tail   tail
	happenings
	lines float64
	hits  map[string]*hits

	load   map[string]*counts
	spikes map[string]spikes
	drift  map[string]ratio
	tap    tapped
}

func newWindow(span soak.Window, rules []soak.SignalRule) *window {
	w := &window{
		span: span, hits: map[string]*hits{}, load: map[string]*counts{}, spikes: map[string]spikes{}, drift: map[string]ratio{},
	}
	for _, rule := range rules {
		w.hits[rule.Name] = newHits(rule)
	}
	return w
}

func (w *window) inside(at time.Time) bool {
	return !at.Before(w.from) && (w.to.IsZero() || !at.After(w.to))
}

// before runs before a sample joins the curve: it is the last chance to judge
// the curve as it was when the window, or what precedes its tail, ended.
func (w *window) before(s soak.Sample, t *target) {
	if w.result == nil && !w.to.IsZero() && s.At.After(w.to) && t.samples > 0 {
		r := t.result()
		w.result = &r
		w.tail.end()
	}
	if w.tail.begins(s.At) && t.samples > 0 {
		r := t.result()
		w.tail.before = &r
		w.tail.stream = curve.New(t.options)
	}
}

func (w *window) sample(s soak.Sample, t *target) {
	if !w.inside(s.At) {
		return
	}
	since := w.last
	if since.IsZero() {
		since = w.from
	}
	if gap := s.At.Sub(since); gap <= t.steady() {
		w.covered += gap
	}
	w.last = s.At
	w.ranges.add(s)
	w.tail.sample(s)
}

func (w *window) counted(at time.Time, restarts, ooms int64) {
	if w.inside(at) {
		w.countedRestarts += restarts
		w.countedOOMs += ooms
	}
}

func (w *window) event(e soak.Event, restart bool) {
	if w.to.IsZero() || !e.At.After(w.to) {
		w.happenings.event(e, restart, w.inside(e.At))
	}
}

// log adds the part of a span's lines that falls into the window.
func (w *window) log(s soak.LogSpan) {
	from, to := later(s.From, w.logFrom), s.To
	if !w.to.IsZero() && to.After(w.to) {
		to = w.to
	}
	switch {
	case to.Before(from):
	case !s.To.After(s.From):
		w.lines += float64(s.Lines)
	default:
		w.lines += float64(s.Lines) * to.Sub(from).Seconds() / s.To.Sub(s.From).Seconds()
	}
}

func (w *window) signal(s soak.Signal) {
	if s.At.Before(w.logFrom) || !w.to.IsZero() && s.At.After(w.to) {
		return
	}
	if w.hits[s.Name] == nil {
		w.hits[s.Name] = newHits(soak.SignalRule{Name: s.Name})
	}
	w.hits[s.Name].add(s)
}

// reach returns the stretch that evidence is asked for as of now. A window
// that ends with the run is about what the run could see.
func (w *window) reach(now, looked time.Time) (from, to time.Time) {
	from, to = w.from, now
	if w.to.IsZero() {
		if looked.After(from) {
			from = looked
		}
	} else if w.to.Before(now) {
		to = w.to
	}
	return from, to
}

// tail judges the last part of a window by itself, to see whether the pattern
// changed.
type tail struct {
	from          time.Time // zero when nobody asks or no end is known
	before, after *soak.Result
	stream        *curve.Stream
}

// plan sets when the tail begins: the last fifth before end, a day at most.
func (w *window) plan(end time.Time, day time.Duration) {
	if w.tailed && !end.IsZero() {
		w.tail.from = end.Add(-min(end.Sub(w.from)/5, day))
	}
}

func (t *tail) begins(at time.Time) bool {
	return t.stream == nil && !t.from.IsZero() && !at.Before(t.from)
}

func (t *tail) sample(s soak.Sample) {
	if t.stream != nil {
		t.stream.Add(s)
	}
}

// end judges the tail for good.
func (t *tail) end() {
	if t.stream != nil && t.after == nil {
		r := t.stream.Result()
		t.after = &r
	}
}
