package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"leakcheck/soak"
)

// TapOptions are the settings of a Tap.
type TapOptions struct {
	// Listen is the address the node is pointed at, such as "127.0.0.1:8766".
	Listen string
	// Upstream is the service behind, such as "http://127.0.0.1:8765".
	Upstream string
	// Key is the query parameter that names what is asked for, such as "soul";
	// the whole request line unless set.
	Key string
	// Soon is how quickly a request for what has just been missing counts as a
	// retry: a minute unless set.
	Soon time.Duration
}

// Tap stands between a node and a service it calls, and counts. The bytes pass
// as they are, both ways, while it reads along: streams, keep-alive, upgrades
// and broken connections look as they would without it.
type Tap struct {
	listener net.Listener
	addr     string
	tls      *tls.Config // nil for plain TCP
	counts   counts

	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// A tap is run beside the load of a run, and its counts are taken with it.
var _ soak.Load = (*Tap)(nil)

// dialTimeout is how long the upstream may take to accept a connection.
const dialTimeout = 10 * time.Second

// NewTap listens at once; Run serves. It fails if the address cannot be
// listened on or the upstream is no address.
func NewTap(o TapOptions) (*Tap, error) {
	t := &Tap{conns: map[net.Conn]struct{}{}, counts: newCounts(o)}
	upstream := o.Upstream
	if !strings.Contains(upstream, "://") {
		upstream = "http://" + upstream
	}
	u, err := url.Parse(upstream)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, fmt.Errorf("tap: the upstream %q is not one: write it like http://127.0.0.1:8765, without a path", o.Upstream)
	}
	port := u.Port()
	switch u.Scheme {
	case "http":
		port = orElse(port, "80")
	case "https":
		port = orElse(port, "443")
		t.tls = &tls.Config{ServerName: u.Hostname()}
	default:
		return nil, fmt.Errorf("tap: the upstream %q must begin with http:// or https://", o.Upstream)
	}
	t.addr = net.JoinHostPort(u.Hostname(), port)
	if t.listener, err = net.Listen("tcp", o.Listen); err != nil {
		return nil, fmt.Errorf("tap: %w (choose another address)", err)
	}
	return t, nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// URL is where the node must look for its service.
func (t *Tap) URL() string { return "http://" + t.listener.Addr().String() }

// Run serves until ctx ends; then the node's connections break.
func (t *Tap) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, t.close)()
	var serving sync.WaitGroup
	defer serving.Wait()
	defer t.close()
	for {
		client, err := t.listener.Accept()
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // out of files: others will close theirs
			continue
		}
		serving.Go(func() { t.serve(ctx, client) })
	}
}

// Stop does nothing: what stops the load must not cut the node off from its
// service.
func (t *Tap) Stop(string) {}

func (t *Tap) close() {
	_ = t.listener.Close() // no more connections are wanted
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.conns {
		_ = c.Close() // the node is cut off, as the run is over
	}
}

// dial connects to the upstream.
func (t *Tap) dial(ctx context.Context) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout}
	if t.tls != nil {
		return (&tls.Dialer{NetDialer: &d, Config: t.tls}).DialContext(ctx, "tcp", t.addr)
	}
	return d.DialContext(ctx, "tcp", t.addr)
}

// track keeps a connection among those that close breaks, until it is forgotten.
func (t *Tap) track(c net.Conn) (forget func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conns[c] = struct{}{}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.conns, c)
	}
}
