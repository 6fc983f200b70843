package cmd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"leakcheck/probe"
	"leakcheck/soak"
	"leakcheck/soak/experiment"
	"leakcheck/soak/logscan"
	"leakcheck/soak/runner"
)

// watching collects what is known of one target.
type watching struct {
	name string
	extent
	mu    sync.Mutex
	p     *experiment.Passive
	kinds logscan.Kinds
	notes []string
}

// extent is the time over which memory was seen: by samples, and by the log.
type extent struct{ sampled, logged stretch }

// stretch is a time and how many figures lie in it.
type stretch struct {
	from, to time.Time
	n        int
}

func (s *stretch) add(at time.Time) {
	if s.n == 0 || at.Before(s.from) {
		s.from = at
	}
	if at.After(s.to) {
		s.to = at
	}
	s.n++
}

// Record takes the times of samples and of the log's own figures. It never fails.
func (e *extent) Record(b soak.Batch) error {
	for _, s := range b.Samples {
		e.sampled.add(s.At)
	}
	for _, s := range b.Signals {
		if s.Values["rss"] > 0 {
			e.logged.add(s.At)
		}
	}
	return nil
}

// begin starts collecting where memory was seen first, unless the log's few
// figures reach back hardly further than samples.
func (w *watching) begin() soak.Recorder {
	from := w.sampled
	if w.logged.to.Sub(w.logged.from) > experiment.Longer*from.to.Sub(from.from) {
		from = w.logged
	}
	if from.n == 0 {
		from.from = time.Now()
	}
	w.p = experiment.NewPassive(w.name, from.from)
	return w
}

// enough reports whether there is something to compare.
func (w *watching) enough() bool { return max(w.sampled.n, w.logged.n) >= experiment.FewestFigures }

// Record passes a batch on. It never fails.
func (w *watching) Record(b soak.Batch) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.p.Record(b)
}

func (w *watching) line(l soak.Line) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if kind := w.kinds.Of(l); kind != "" {
		w.p.Line(l.At, kind)
	}
}

// logOf counts the lines of a container's log up to a time, if it can be read.
func (w *watching) logOf(ctx context.Context, engine *probe.Engine, id string, until time.Time) {
	const without = "its log was not read: of what the node logs, only the signals that were recorded count"
	if engine == nil {
		w.notes = append(w.notes, without)
		return
	}
	c, err := engine.Container(ctx, id)
	if err == nil {
		defer c.Close()
		_, err = c.Recent(ctx, w.sampled.from, newestSlice, func(l soak.Line) {
			if !l.At.After(until) {
				w.line(l)
			}
		})
	}
	if err != nil {
		w.notes = append(w.notes, without+fmt.Sprintf(" (%v)", err))
	}
}

// past takes what earlier runs and the newest part of the log tell.
func (w *watching) past(ctx context.Context, a *app, info soak.TargetInfo, c log, rules *logscan.Rules, noLog bool, also soak.Recorder) error {
	runs, err := a.earlier("")
	if err != nil {
		return notMeasured(err)
	}
	replay := func(sink soak.Recorder) { (&past{to: sink, name: info.Name}).replayAll(runs, info.ID) }
	read := func(sink soak.Recorder, line func(soak.Line)) error {
		if noLog {
			return nil
		}
		var last time.Time
		feed := rules.NewFeed(info.Name, func() time.Time { return last })
		var failed error
		_, err := c.Recent(ctx, time.Time{}, newestSlice, func(l soak.Line) {
			last = l.At
			feed.Line(l)
			line(l)
			if b := feed.Take(); len(b.Signals) > 0 {
				failed = errors.Join(failed, sink.Record(b))
			}
		})
		return errors.Join(err, failed, sink.Record(feed.Flush()))
	}
	replay(&w.extent)
	if err := read(&w.extent, func(soak.Line) {}); err != nil {
		w.notes = append(w.notes, err.Error())
		noLog = true
	}
	w.begin()
	replay(fanout{w, also})
	if err := read(fanout{w, also}, w.line); err != nil {
		return notMeasured(err)
	}
	return nil
}

// live watches a container anew.
func (w *watching) live(ctx context.Context, n node, rules *logscan.Rules, o diagnoseOptions, also soak.Recorder) error {
	w.p = experiment.NewPassive(n.info.Name, time.Now())
	t := runner.Target{Name: n.info.Name, Target: n.Target, Since: time.Now()}
	if !o.noLog {
		t.Scanner = &heard{rules.NewFeed(n.info.Name, time.Now), w}
	}
	_, err := runner.Run(ctx, runner.Config{
		Targets: []runner.Target{t}, Recorder: fanout{w, also}, Pace: runner.Every(o.interval.D()), Duration: o.max.D(),
	})
	return err
}

// heard is a scanner that counts lines as well.
type heard struct {
	*logscan.Feed
	w *watching
}

// Line scans a line and counts it.
func (h *heard) Line(l soak.Line) {
	h.Feed.Line(l)
	h.w.line(l)
}

// result compares, and adds what the curve says.
func (w *watching) result(judged soak.Report) soak.Passive {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.p.Result()
	r.Warnings = append(r.Warnings, w.notes...)
	for _, m := range judged.Memory {
		if m.Target == w.name {
			r.Leak = m.Leak
		}
	}
	for _, t := range judged.Run.Targets {
		if t.Name == w.name {
			r.Profile = t.Profile
		}
	}
	if r.Leak != soak.LeakYes {
		r.Warnings = append(r.Warnings, "no leak is proven: what follows coincides with memory's ups and downs, which may be a collector's")
	}
	return r
}
