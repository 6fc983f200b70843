package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// ErrRefused is what a call to the engine ends with that is more than reading.
var ErrRefused = errors.New("leakcheck only reads from the engine")

// errDeadline is the cause when the engine takes too long.
var errDeadline = errors.New("the engine did not answer in time")

// gate is the only way to the engine. It lets nothing but reading pass, counts
// the calls, and bounds how long each may take.
type gate struct {
	next    http.RoundTripper
	timeout time.Duration
	calls   atomic.Int64
	// failed is the last failure on the way; the client does not pass it on.
	failed atomic.Pointer[error]
}

// RoundTrip passes a reading call on. A stream must begin within the timeout
// and may then last; any other answer must be complete in time.
func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := reads(req); err != nil {
		return nil, err
	}
	g.calls.Add(1)
	ctx, cancel := context.WithCancelCause(req.Context())
	limit := g.timeout
	if transfers(req.URL) {
		limit *= 6
	}
	timer := time.AfterFunc(limit, func() { cancel(errDeadline) })
	resp, err := g.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		timer.Stop()
		err = deadlineOr(ctx, limit, err)
		cancel(nil)
		g.failed.Store(&err)
		return nil, err
	}
	if streams(req.URL) {
		timer.Stop()
	}
	resp.Body = &gatedBody{ReadCloser: resp.Body, ctx: ctx, limit: limit, done: func() { timer.Stop(); cancel(nil) }}
	return resp, nil
}

// reads refuses what could change anything. GET alone is not enough: attaching
// by websocket is a GET that can write to a container's standard input.
func reads(req *http.Request) error {
	switch {
	case req.Method != http.MethodGet && req.Method != http.MethodHead:
		return fmt.Errorf("%w: %s %s was not sent", ErrRefused, req.Method, req.URL.Path)
	case req.Header.Get("Upgrade") != "" || strings.HasSuffix(req.URL.Path, "/attach/ws"):
		return fmt.Errorf("%w: %s would open a connection to write to, and was not sent", ErrRefused, req.URL.Path)
	case req.Body != nil && req.Body != http.NoBody:
		return fmt.Errorf("%w: %s %s has a body and was not sent", ErrRefused, req.Method, req.URL.Path)
	}
	return nil
}

// streams tells the calls that last until somebody hangs up.
func streams(u *url.URL) bool {
	q := u.Query()
	switch {
	case strings.HasSuffix(u.Path, "/events"):
		return true
	case strings.HasSuffix(u.Path, "/logs"):
		return q.Get("follow") == "1"
	case strings.HasSuffix(u.Path, "/stats"):
		return q.Get("stream") == "1"
	}
	return false
}

// transfers tells the calls whose answers are long.
func transfers(u *url.URL) bool {
	return strings.HasSuffix(u.Path, "/archive") || strings.HasSuffix(u.Path, "/logs")
}

func deadlineOr(ctx context.Context, limit time.Duration, err error) error {
	if errors.Is(context.Cause(ctx), errDeadline) {
		return fmt.Errorf("%w (%s)", errDeadline, limit)
	}
	return err
}

// gatedBody ends the call's deadline when the answer has been read.
type gatedBody struct {
	io.ReadCloser
	ctx   context.Context
	limit time.Duration
	done  func()
}

func (b *gatedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = deadlineOr(b.ctx, b.limit, err)
	}
	return n, err
}

func (b *gatedBody) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}
