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
	tailAll    = 0
)

// logs asks for a log with times; the last tail messages, or all since then.
func (c *Container) logs(ctx context.Context, id string, since time.Time, tail int, follow bool) (io.ReadCloser, error) {
	o := container.LogsOptions{ShowStdout: true, ShowStderr: true, Timestamps: true, Follow: follow}
	if tail != tailAll {
		o.Tail = strconv.Itoa(tail)
	} else if !since.IsZero() {
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
	body, err := c.logs(ctx, now.ID, time.Time{}, tail, false)
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
