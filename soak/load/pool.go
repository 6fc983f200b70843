package load

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"
)

// conn is a connection with the buffers it needs.
type conn struct {
	net.Conn
	r     *bufio.Reader
	buf   [16 << 10]byte
	since time.Time // when it became idle
}

// pool keeps connections to one address. It is our own rather than
// http.Transport's because that one moves each answer between three
// goroutines, which more than doubles the CPU time of a request.
type pool struct {
	addr string
	tls  *tls.Config // nil for plain HTTP
	dial func(ctx context.Context, network, addr string) (net.Conn, error)

	mu     sync.Mutex
	idle   []*conn // the last one became idle last
	open   map[*conn]struct{}
	closed bool
}

var errStopped = errors.New("load has been stopped")

func newPool(base *url.URL, o Options) (*pool, error) {
	p := &pool{dial: o.Dial, open: map[*conn]struct{}{}}
	port := base.Port()
	switch base.Scheme {
	case "http":
		if port == "" {
			port = "80"
		}
	case "https":
		if port == "" {
			port = "443"
		}
		cfg, err := TLS(o.TLS, base.Hostname(), o.ReadFile)
		if err != nil {
			return nil, err
		}
		p.tls = cfg
	default:
		return nil, fmt.Errorf("url %s: it must begin with http:// or https://", base.Redacted())
	}
	p.addr = net.JoinHostPort(base.Hostname(), port)
	return p, nil
}

// get returns a connection that was used a moment ago, or a new one.
func (p *pool) get(ctx context.Context, deadline time.Time) (*conn, error) {
	if c := p.fresh(time.Now()); c != nil {
		return c, nil
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	raw, err := p.dial(ctx, "tcp", p.addr)
	if err != nil {
		return nil, err
	}
	if p.tls != nil {
		secure := tls.Client(raw, p.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = raw.Close() // the handshake's error is the one to tell
			return nil, err
		}
		raw = secure
	}
	c := &conn{Conn: raw, r: bufio.NewReader(raw)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = raw.Close() // it was never used
		return nil, errStopped
	}
	p.open[c] = struct{}{}
	return c, nil
}

func (p *pool) fresh(now time.Time) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	if last < 0 || now.Sub(p.idle[last].since) > reuseFor {
		return nil
	}
	c := p.idle[last]
	p.idle = p.idle[:last]
	return c
}

// put takes a connection back, to be used again or not.
func (p *pool) put(c *conn, again bool) {
	c.since = time.Now()
	p.mu.Lock()
	if again && !p.closed {
		p.idle = append(p.idle, c)
		p.mu.Unlock()
		return
	}
	delete(p.open, c)
	p.mu.Unlock()
	_ = c.Close() // all that was wanted has been read
}

// reap closes connections that have been idle too long to be used again.
func (p *pool) reap(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := 0
	for old < len(p.idle) && now.Sub(p.idle[old].since) > reuseFor {
		_ = p.idle[old].Close() // idle: nothing can be lost
		delete(p.open, p.idle[old])
		old++
	}
	p.idle = append(p.idle[:0], p.idle[old:]...)
}

// close breaks every connection, in the middle of a request too.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for c := range p.open {
		_ = c.Close() // that is the point
	}
	clear(p.open)
	p.idle = nil
}
