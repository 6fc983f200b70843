package cmd

import (
	"bytes"
	"context"
	"math"
	"slices"
	"time"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/logscan"
)

// An excerpt of a log goes from a minute before an event to half a minute
// after it. A bundle holds at most so many, and so many bytes of each.
const (
	excerptBefore = time.Minute
	excerptAfter  = 30 * time.Second
	mostExcerpts  = 30
	excerptHalf   = 512 << 10 // before the event, and again after it
	excerptWithin = 20 * time.Second
)

// excerpt is a stretch of a log around one or several events.
type excerpt struct {
	what     string
	from, to time.Time
	event    time.Time // the last one
}

// telling are the kinds of events around which a log says something.
var telling = map[soak.EventKind]bool{
	soak.EventLife: true, soak.EventExit: true, soak.EventDeath: true, soak.EventOOM: true, soak.EventHealth: true,
	soak.EventRemove: true, soak.EventRecreate: true, soak.EventLimit: true, soak.EventBrake: true, soak.EventProbe: true,
	soak.EventPause: true, soak.EventUnpause: true,
}

// excerpts are the stretches of a target's log worth keeping: around its
// events, around the onset of growth, and the end.
func excerpts(r soak.Report, target string) (all []excerpt) {
	add := func(what string, at time.Time) {
		all = append(all, excerpt{what, at.Add(-excerptBefore), at.Add(excerptAfter), at})
	}
	for _, e := range r.Events {
		if telling[e.Kind] && (e.Target == target || e.Target == "") {
			add(string(e.Kind), e.At)
		}
	}
	for _, m := range r.Memory {
		if m.Target == target && m.Since != nil && m.Leak == soak.LeakYes {
			add("onset", *m.Since)
		}
	}
	add("end", r.Run.Started.Add(time.Duration(r.Run.Duration*float64(time.Second))))
	slices.SortStableFunc(all, func(a, b excerpt) int { return a.event.Compare(b.event) })
	all = joined(all)
	if extra := len(all) - mostExcerpts; extra > 0 { // the first ones and the last ones tell the most
		all = slices.Delete(all, mostExcerpts/3, mostExcerpts/3+extra)
	}
	return all
}

// joined makes one excerpt of those that overlap.
func joined(all []excerpt) (out []excerpt) {
	for _, x := range all {
		if n := len(out); n > 0 && !x.from.After(out[n-1].to) {
			out[n-1].to, out[n-1].event = x.to, x.event
			continue
		}
		out = append(out, x)
	}
	return out
}

// name is the excerpt's part of a file name.
func (x excerpt) name() string {
	return x.event.UTC().Format("20060102T150405Z") + "-" + safeName(x.what)
}

// read reads the excerpt. What does not fit is left out at its far ends, and
// said.
func (x excerpt) read(ctx context.Context, from log) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, excerptWithin)
	defer stop()
	var before, after lines
	whole := false
	_, err := from.Recent(ctx, x.from, math.MaxInt64, func(l soak.Line) {
		switch {
		case whole || l.At.After(x.to) || after.size > excerptHalf:
			whole = true
			stop()
		case l.At.Before(x.event):
			before.add(l)
			before.forget(excerptHalf)
		default:
			after.add(l)
		}
	})
	if err != nil && !whole {
		return nil, err
	}
	var b bytes.Buffer
	if before.forgot {
		b.WriteString("(earlier lines are left out)\n")
	}
	before.write(&b)
	after.write(&b)
	if b.Len() == 0 {
		b.WriteString("(the node wrote nothing in this stretch)\n")
	}
	if after.size > excerptHalf {
		b.WriteString("(later lines are left out)\n")
	}
	return b.Bytes(), nil
}

// lines are lines of a log.
type lines struct {
	all    []soak.Line
	size   int
	forgot bool
}

// add keeps a copy of a line.
func (s *lines) add(l soak.Line) {
	l.Text = bytes.Clone(l.Text[:min(len(l.Text), excerptHalf/8)])
	s.all, s.size = append(s.all, l), s.size+len(l.Text)
}

// forget drops the oldest lines until the rest fits.
func (s *lines) forget(most int) {
	for s.size > most {
		s.size -= len(s.all[0].Text)
		s.all, s.forgot = s.all[1:], true
	}
}

// write writes the lines safe to print, those of standard error marked by "!".
func (s *lines) write(b *bytes.Buffer) {
	for _, l := range s.all {
		stream := " "
		if l.Stderr {
			stream = "!"
		}
		b.WriteString(l.At.UTC().Format("2006-01-02T15:04:05.000Z") + " " + stream + " " + report.Clean(string(logscan.Redact(l.Text))) + "\n")
	}
}
