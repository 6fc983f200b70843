package cmd

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

// earlier lists the runs of the store that can be read, but for one, the
// oldest first.
func (a *app) earlier(but string) ([]record.Summary, error) {
	runs, err := record.List(record.Dir(a.getenv))
	runs = slices.DeleteFunc(runs, func(s record.Summary) bool { return s.Err != nil || s.ID == but })
	slices.Reverse(runs)
	return runs, err
}

// recall replays what earlier or running runs have recorded of the same
// containers.
func (v *verification) recall(sink soak.Recorder) {
	runs, err := v.app.earlier(v.info.ID)
	if err != nil {
		return
	}
	for _, n := range v.nodes {
		p := &past{to: sink, name: n.info.Name}
		p.replayAll(runs, n.info.ID)
		v.past = append(v.past, p)
		if len(p.paths) > 0 && !v.app.quiet {
			fmt.Fprintf(v.app.stderr, "Judged together with what %s recorded of it.\n", counted(len(p.paths), "earlier run"))
		}
	}
}

// past passes on what earlier records hold of one container. Its log is passed
// on later, and only from before what verify reads itself.
type past struct {
	to       soak.Recorder
	name     string
	paths    []string
	recorded string // the container's name in the record that is being replayed
	first    bool   // it got the record's load
	after    time.Time
	latest   time.Time
	logs     bool
	before   time.Time
	from, up time.Time // the stretch of the log that was passed on
}

// replayAll sends what runs hold of a container. A record that cannot be read
// is passed over: the container itself is there to be measured.
func (p *past) replayAll(runs []record.Summary, id string) {
	for _, s := range runs {
		_ = p.replay(s.Path, id)
	}
}

// replay sends what one record holds of a container, if anything.
func (p *past) replay(path, id string) error {
	rec, err := record.Open(path)
	if err != nil {
		return err
	}
	defer rec.Close()
	m := rec.Meta()
	i := slices.IndexFunc(m.Info.Targets, func(t soak.TargetInfo) bool { return t.ID == id && id != "" })
	if i < 0 {
		return nil
	}
	p.recorded, p.first = m.Info.Targets[i].Name, i == 0 && m.Info.Rehearsal == 0
	p.after = p.latest
	if !p.logs {
		p.paths = append(p.paths, path)
	}
	return rec.Replay(p)
}

// Record passes on what concerns the container and is newer than what earlier
// records told.
func (p *past) Record(b soak.Batch) error {
	var out soak.Batch
	if p.logs {
		out = p.log(b)
	} else {
		out = p.rest(b)
	}
	if len(out.Samples)+len(out.Events)+len(out.Load)+len(out.Logs)+len(out.Signals) == 0 {
		return nil
	}
	return p.to.Record(out)
}

func (p *past) rest(b soak.Batch) (out soak.Batch) {
	for _, s := range b.Samples {
		if s.Target == p.recorded && p.fresh(s.At) {
			s.Target = p.name
			out.Samples = append(out.Samples, s)
		}
	}
	for _, e := range b.Events {
		if e.Target == p.recorded && e.Kind != soak.EventWarning && p.fresh(e.At) {
			e.Target = p.name
			out.Events = append(out.Events, e)
		}
	}
	for _, l := range b.Load {
		if p.first && p.fresh(l.At) {
			out.Load = append(out.Load, l)
		}
	}
	return out
}

// fresh notes a time and reports whether no earlier record reached it.
func (p *past) fresh(at time.Time) bool {
	if at.After(p.latest) {
		p.latest = at
	}
	return at.After(p.after)
}

// log picks what was read of the log before p.before.
func (p *past) log(b soak.Batch) (out soak.Batch) {
	for _, s := range b.Signals {
		if s.Target == p.recorded && s.At.Before(p.before) && s.At.After(p.after) && !s.Reserved() {
			s.Target = p.name
			out.Signals = append(out.Signals, s)
		}
	}
	for _, l := range b.Logs {
		if l.Target != p.recorded || l.Lines == 0 || l.To.After(p.before) || !l.To.After(p.after) {
			continue
		}
		l.Target = p.name
		if p.from.IsZero() || l.From.Before(p.from) {
			p.from = l.From
		}
		if l.To.After(p.up) {
			p.up = l.To
		}
		out.Logs = append(out.Logs, l)
	}
	return out
}

// complete adds, of the part of a log that was passed over, what earlier
// records know, and says what nobody knows.
func (v *verification) complete(sink soak.Recorder) error {
	var errs []error
	for i, b := range v.reading {
		if b.skipped == 0 {
			continue
		}
		p := v.past[i]
		p.to, p.logs, p.before, p.latest = sink, true, b.first, time.Time{}
		for _, path := range p.paths {
			errs = append(errs, p.replay(path, v.nodes[i].info.ID))
			p.latest = p.up
		}
		hole := soak.LogSpan{Target: b.name, From: v.nodes[i].info.Started, To: b.first, Skipped: b.skipped}
		if p.up.After(hole.From) {
			hole.From = p.up
		}
		errs = append(errs, sink.Record(soak.Batch{Logs: []soak.LogSpan{hole}}))
	}
	if err := errors.Join(errs...); err != nil {
		return notMeasured(err)
	}
	return nil
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
