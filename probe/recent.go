package probe

import (
	"context"
	"errors"
	"io"
	"time"

	"leakcheck/soak"
)

// Recent delivers the newest part of the log since a time (zero for all of it)
// that fits into budget bytes of the engine's log, in order, and returns. The
// span says what was passed over; through the API that is not known exactly,
// and Skipped is then an estimate.
func (c *Container) Recent(ctx context.Context, since time.Time, budget int64, line func(soak.Line)) (soak.LogSpan, error) {
	now := c.seen()
	line, since = notBefore(since, line), c.logSince(since)
	r := &recent{since: since, span: soak.LogSpan{Target: c.name, From: since, To: time.Now()}}
	r.joiner.line = func(l soak.Line) { r.span.Lines++; line(l) }
	err := errNotLocal
	if !c.e.remote && now.LogDriver == "json-file" {
		err = r.fromFiles(ctx, c.e.host.path(now.logPath), budget)
	}
	if errors.Is(err, errNotLocal) {
		err = r.fromAPI(ctx, c, now, budget)
	}
	r.joiner.flush()
	if err != nil {
		if unsupported(err) || now.LogDriver == "none" {
			return r.span, unavailablef("container %s has the log driver %q, which cannot be read back", c.name, now.LogDriver)
		}
		return r.span, c.e.explain(err)
	}
	return r.span, nil
}

type recent struct {
	since  time.Time
	span   soak.LogSpan
	joiner joiner
}

// deliver counts what is wanted.
func (r *recent) deliver(m message) {
	if m.at.Before(r.since) {
		return
	}
	if r.span.From.IsZero() {
		r.span.From = m.at
	}
	r.span.Bytes += int64(len(m.text)) + 1
	r.joiner.add(m)
}

// fromFiles goes to the place in the files from which on the budget suffices.
func (r *recent) fromFiles(ctx context.Context, path string, budget int64) error {
	parts, err := openLog(path, r.since)
	if err != nil {
		return errors.Join(errNotLocal, err)
	}
	defer func() {
		for _, p := range parts {
			p.close()
		}
	}()
	first := len(parts)
	for first > 0 && budget > 0 {
		first--
		p := parts[first]
		left := p.info.Size() - p.read
		if p.compressed() {
			left *= 10 // of which is not known how long it is; logs shrink to about a tenth
		}
		if left > budget && !p.compressed() {
			r.skip(left - budget)
			err = p.rewind(p.lineAfter(p.info.Size() - budget))
		} else if left > budget {
			r.skip(left)
			first++
			budget = 0
		}
		if err != nil {
			return err
		}
		budget -= left
	}
	for _, p := range parts[:first] {
		r.skip(p.info.Size() - p.read)
	}
	for _, p := range parts[first:] {
		if err := r.part(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (r *recent) skip(bytes int64) {
	r.span.Skipped += bytes
	r.span.From = time.Time{} // from the first line that is read
}

// part reads a file as far as it went when it was opened.
func (r *recent) part(ctx context.Context, p *logPart) error {
	for p.compressed() || p.read < p.info.Size() {
		m, ok, err := p.next()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || !ok {
			return err
		}
		r.deliver(m)
	}
	return nil
}

// fromAPI asks for as many of the last messages as the budget allows, judged by
// the length of those that came.
func (r *recent) fromAPI(ctx context.Context, c *Container, now facts, budget int64) error {
	tail, size := tailFirst, int64(0)
	for {
		messages, bytes, all, err := c.measureTail(ctx, now, r.since, tail)
		if err != nil {
			return err
		}
		size = bytes / max(1, messages)
		affordable := int(budget / max(1, size))
		if all || affordable <= tail {
			if !all || affordable < tail {
				tail = min(tail, max(1, affordable))
			}
			if !all {
				r.skip(1)
			}
			break
		}
		tail = min(affordable, tail*tailGrowth)
	}
	body, err := c.logs(ctx, now.ID, time.Time{}, tail)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	frames := newFrameReader(body, now.tty)
	for {
		m, err := frames.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		r.deliver(m)
	}
}

// measureTail counts the last messages; all says that they reach back to since
// or that there are no more.
func (c *Container) measureTail(ctx context.Context, now facts, since time.Time, tail int) (messages, bytes int64, all bool, err error) {
	body, err := c.logs(ctx, now.ID, time.Time{}, tail)
	if err != nil {
		return 0, 0, false, err
	}
	defer func() { _ = body.Close() }()
	frames := newFrameReader(body, now.tty)
	for {
		m, err := frames.next()
		if errors.Is(err, io.EOF) {
			return messages, bytes, all || messages < int64(tail), nil
		}
		if err != nil {
			return 0, 0, false, err
		}
		all = all || messages == 0 && m.at.Before(since)
		messages++
		bytes += int64(len(m.text)) + 1
	}
}
