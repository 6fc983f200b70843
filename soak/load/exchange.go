package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"leakcheck/soak"
)

// answer is what became of one request.
type answer struct {
	kind  soak.ErrorKind // empty for a good answer
	err   error          // why, for the kinds but status and body
	bytes int64
}

// send sends one request and reads its answer to the end.
func (p *pool) send(ctx context.Context, r *request) answer {
	deadline := time.Now().Add(r.timeout)
	c, err := p.get(ctx, deadline)
	if err != nil {
		return answer{kind: kindOf(err), err: err}
	}
	a, again := c.exchange(r, deadline)
	p.put(c, again)
	return a
}

// exchange does one request on a connection and says whether the connection
// can be used again.
func (c *conn) exchange(r *request, deadline time.Time) (answer, bool) {
	if err := c.SetDeadline(deadline); err != nil {
		return answer{kind: kindOf(err), err: err}, false
	}
	if _, err := c.Write(r.raw); err != nil {
		return answer{kind: kindOf(err), err: err}, false
	}
	resp, err := c.response(r.http)
	if err != nil {
		return answer{kind: kindOf(err), err: err}, false
	}
	n, found, err := c.body(resp.Body, r.text)
	switch {
	case err != nil:
		return answer{kind: kindOf(err), err: err, bytes: n}, false
	case !r.good(resp.StatusCode):
		return answer{kind: soak.ErrorStatus, err: fmt.Errorf("status %d", resp.StatusCode), bytes: n}, !resp.Close
	case !found:
		return answer{kind: soak.ErrorBody, err: fmt.Errorf("the answer lacks %q", r.text), bytes: n}, !resp.Close
	}
	return answer{bytes: n}, !resp.Close
}

// response reads an answer's head, passing over interim ones.
func (c *conn) response(req *http.Request) (*http.Response, error) {
	for range 10 {
		resp, err := http.ReadResponse(c.r, req)
		if err != nil || resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			return resp, err
		}
	}
	return nil, errors.New("more than ten interim answers")
}

// body reads a body to its end in bounded memory and says whether the text was
// in it.
func (c *conn) body(body io.Reader, text []byte) (n int64, found bool, err error) {
	found = len(text) == 0
	if len(text) > len(c.buf)/2 {
		return 0, false, fmt.Errorf("the expected text is longer than %d bytes", len(c.buf)/2)
	}
	kept := 0 // the end of the last piece, in which the text may begin
	for {
		m, err := body.Read(c.buf[kept:])
		n += int64(m)
		if !found && m > 0 {
			seen := c.buf[:kept+m]
			found = bytes.Contains(seen, text)
			kept = copy(c.buf[:], seen[max(0, len(seen)-len(text)+1):])
		}
		if err == io.EOF {
			return n, found, nil
		}
		if err != nil {
			return n, found, err
		}
	}
}

// kindOf sorts errors by what they say about the node.
func kindOf(err error) soak.ErrorKind {
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return soak.ErrorRefused
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return soak.ErrorTimeout
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe), errors.Is(err, net.ErrClosed):
		return soak.ErrorReset
	}
	return soak.ErrorOther
}
