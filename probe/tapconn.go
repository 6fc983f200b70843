package probe

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	// maxHead bounds a message's head; what is longer is passed on uncounted.
	maxHead = 1 << 20
	// pairWithin is how long an answer waits for the request it belongs to;
	// both are read along at the same time.
	pairWithin = time.Second
)

// exchange is a request that waits for its answer.
type exchange struct {
	req *http.Request
	key *key
	// switched tells the request's side whether an upgrade came about.
	switched chan bool
}

// serve joins a node's connection with one of its own to the upstream. An
// upstream that cannot be reached looks like a broken connection.
func (t *Tap) serve(ctx context.Context, client net.Conn) {
	defer t.track(client)()
	defer client.Close()
	upstream, err := t.dial(ctx)
	if err != nil {
		t.counts.unreachable()
		breakOff(client)
		return
	}
	defer t.track(upstream)()
	defer upstream.Close()
	if ctx.Err() != nil {
		return
	}
	pending := make(chan exchange, 256)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		t.requests(client, upstream, pending)
		halfClose(upstream)
	}()
	if err := t.answers(upstream, client, pending); err != nil {
		breakOff(client)
	}
	_ = client.Close() // ends the other side as well
	_ = upstream.Close()
	<-asked
}

// requests passes on what the node says and counts the requests in it.
func (t *Tap) requests(client, upstream net.Conn, pending chan<- exchange) {
	defer close(pending)
	in := &passing{from: client, to: upstream}
	r := bufio.NewReaderSize(in, 4<<10)
	for {
		in.head()
		req, err := http.ReadRequest(r)
		if err != nil {
			_ = in.rest() // the other side finds out by itself
			return
		}
		in.body()
		x := exchange{req: req, key: t.counts.begin(req, client, time.Now()), switched: make(chan bool, 1)}
		pending <- x
		_, err = io.Copy(io.Discard, req.Body)
		if err != nil || wantsUpgrade(req) && <-x.switched {
			_ = in.rest()
			return
		}
	}
}

// answers passes on what the upstream says and counts the answers in it. A
// head is passed on when it has been counted, so that who has the answer finds
// it in the counts.
func (t *Tap) answers(upstream, client net.Conn, pending <-chan exchange) error {
	in := &passing{from: upstream, to: client}
	r := bufio.NewReaderSize(in, 32<<10)
	for {
		in.head()
		in.hold = true
		if !speaksHTTP(r) {
			return in.rest()
		}
		x, ok := pair(pending)
		if !ok {
			return in.rest() // an answer that nobody asked for
		}
		resp, err := final(r, x.req, in)
		upgraded := err == nil && resp.StatusCode == http.StatusSwitchingProtocols
		x.switched <- upgraded
		if err != nil {
			return in.rest()
		}
		t.counts.end(x.key, resp.StatusCode, client, time.Now())
		in.body()
		if upgraded {
			return in.rest()
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return in.rest()
		}
	}
}

// speaksHTTP waits for the first bytes and reports whether they may begin an
// answer.
func speaksHTTP(r *bufio.Reader) bool {
	const start = "HTTP/"
	if _, err := r.Peek(1); err != nil {
		return false
	}
	first, err := r.Peek(min(r.Buffered(), len(start)))
	return err == nil && strings.HasPrefix(start, string(first))
}

// pair takes the oldest request without an answer.
func pair(pending <-chan exchange) (exchange, bool) {
	late := time.NewTimer(pairWithin)
	defer late.Stop()
	select {
	case x, ok := <-pending:
		return x, ok
	case <-late.C:
		return exchange{}, false
	}
}

// final reads an answer's head, passing on interim ones.
func final(r *bufio.Reader, req *http.Request, in *passing) (*http.Response, error) {
	for {
		resp, err := http.ReadResponse(r, req)
		if err != nil || resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			return resp, err
		}
		in.release()
		in.hold = true
	}
}

func wantsUpgrade(req *http.Request) bool {
	return req.Header.Get("Upgrade") != "" && strings.Contains(strings.ToLower(req.Header.Get("Connection")), "upgrade")
}

// passing hands on every byte the moment it is read, or holds it until the
// head that it belongs to is understood.
type passing struct {
	from, to net.Conn
	left     int64 // of a head
	hold     bool
	held     []byte
	err      error // what ended the stream, if it ended
}

var errLongHead = errors.New("the head is too long to read along")

func (p *passing) head() { p.left = maxHead }

func (p *passing) body() {
	p.left = math.MaxInt64
	p.release()
}

// release passes on what was held.
func (p *passing) release() {
	p.hold = false
	if len(p.held) == 0 {
		return
	}
	if _, err := p.to.Write(p.held); err != nil && (p.err == nil || p.err == io.EOF) {
		p.err = err
	}
	p.held = p.held[:0]
}

func (p *passing) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, errLongHead
	}
	n, err := p.from.Read(b)
	p.left -= int64(n)
	switch {
	case p.hold:
		p.held = append(p.held, b[:n]...)
	case n > 0:
		if _, werr := p.to.Write(b[:n]); werr != nil {
			err = werr
		}
	}
	if err != nil {
		p.err = err
	}
	return n, err
}

// rest passes on what is left when no more can be understood, if the stream
// itself has not ended. It returns what broke the stream, nil for its end.
func (p *passing) rest() error {
	p.release()
	if p.err == nil {
		_, p.err = io.Copy(p.to, p.from)
	}
	return p.failure()
}

func (p *passing) failure() error {
	if p.err == nil || errors.Is(p.err, io.EOF) {
		return nil
	}
	return p.err
}

// halfClose tells the other side that no more will come.
func halfClose(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // it may have gone already
	}
}

// breakOff resets a connection, as it would be if nothing stood between.
func breakOff(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a plain close will do as well
	}
}
