package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
)

// The engine finds "since" by reading its whole log from the start, at some 12
// MB/s; from the end it reads only what is wanted. So the end is asked for, in
// growing pieces, until it reaches back far enough.
const (
	tailFirst  = 1000
	tailGrowth = 16
	tailMost   = tailFirst * tailGrowth * tailGrowth
	tailAll    = -1
)

// fromAPI reads what has come since the last time. It asks instead of keeping
// a stream open, because Docker 20.10 loses and repeats messages in a stream
// while it rotates the log, and says nothing.
func (f *follower) fromAPI(ctx context.Context, now facts) (err error) {
	since := f.memory.horizon()
	if f.tail == 0 {
		if f.tail, err = f.c.coverage(ctx, now, since); err != nil {
			f.tail = 0
			return err
		}
	}
	if last := f.memory.last(); !last.IsZero() {
		since = last.Add(-disorder)
	}
	f.memory.restart()
	for {
		n, covered, err := f.pull(ctx, now, since, f.tail)
		if err != nil {
			return err
		}
		if covered {
			f.tail = min(max(2*n, tailFirst), tailMost)
			return nil
		}
		if f.tail *= tailGrowth; f.tail > tailMost {
			f.tail = tailAll
		}
	}
}

// pull asks once and delivers. An answer covers what is new when it begins
// with something known; otherwise nothing of it is delivered.
func (f *follower) pull(ctx context.Context, now facts, since time.Time, tail int) (n int, covered bool, err error) {
	body, err := f.c.logs(ctx, now.ID, since, tail)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = body.Close() }()
	covered = tail == tailAll || f.memory.count == 0
	frames := newFrameReader(body, now.tty)
	for {
		m, err := frames.next()
		if errors.Is(err, io.EOF) {
			return n, covered, nil
		}
		if err != nil {
			return n, false, err
		}
		if covered = covered || f.memory.seen(m); !covered {
			return 0, false, nil
		}
		f.deliver(m)
		n++
	}
}

// logs asks for a log with times: of the last tail messages, or of all, those
// since a time.
func (c *Container) logs(ctx context.Context, id string, since time.Time, tail int) (io.ReadCloser, error) {
	o := container.LogsOptions{ShowStdout: true, ShowStderr: true, Timestamps: true}
	if tail != tailAll {
		o.Tail = strconv.Itoa(tail)
	}
	if !since.IsZero() {
		o.Since = fmt.Sprintf("%d.%09d", since.Unix(), since.Nanosecond())
	}
	return c.e.cli.ContainerLogs(ctx, id, o)
}

// coverage finds how many of the last messages reach back to since.
func (c *Container) coverage(ctx context.Context, now facts, since time.Time) (tail int, err error) {
	if since.IsZero() {
		return tailAll, nil
	}
	for tail = tailFirst; tail <= tailMost; tail *= tailGrowth {
		enough, err := c.reaches(ctx, now, since, tail)
		if err != nil {
			return 0, err
		}
		if enough {
			return tail + tail/2, nil // more may be written until they are asked for
		}
	}
	return tailAll, nil
}

// reaches reports whether the last tail messages go back to since, or are all
// there are.
func (c *Container) reaches(ctx context.Context, now facts, since time.Time, tail int) (bool, error) {
	body, err := c.logs(ctx, now.ID, time.Time{}, tail)
	if err != nil {
		return false, err
	}
	defer func() { _ = body.Close() }()
	frames := newFrameReader(body, now.tty)
	for n := 0; n < tail; n++ {
		m, err := frames.next()
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if n == 0 && !m.at.After(since) {
			return true, nil
		}
	}
	return false, nil
}

// unsupported tells the engine's answer for a log driver that only sends away.
func unsupported(err error) bool {
	return err != nil && (cerrdefs.IsNotImplemented(err) || strings.Contains(err.Error(), "does not support reading"))
}
