package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"leakcheck/report"
)

// pageEvery is how often the live page loads itself again.
const pageEvery = 10 * time.Second

// viewEvery bounds how often requests make the run be judged.
const viewEvery = time.Second

// page serves the state of a run over HTTP: the report at / and metrics for
// Prometheus at /metrics. It only reads, and it touches no file.
type page struct {
	listener net.Listener
	server   http.Server
	local    bool // listening on loopback only

	mu   sync.Mutex
	view func() *report.View
	last *report.View
	at   time.Time
}

// listen takes the address, so that one that is taken is found before a run.
func listen(address string) (*page, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usage("--listen %q: write it like 127.0.0.1:7070", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, usage("--listen: %w; choose another port", err)
	}
	p := &page{listener: l, local: host != "" && l.Addr().(*net.TCPAddr).IP.IsLoopback()}
	p.server = http.Server{
		Handler: p, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	return p, nil
}

// announce says where the page is, and who can read it.
func (p *page) announce(w io.Writer) {
	fmt.Fprintf(w, "Live report at http://%s/, metrics at /metrics\n", p.listener.Addr())
	if !p.local {
		fmt.Fprintln(w, "Warning: not on loopback: everybody who reaches this address can read the report, log lines included.")
	}
}

// serve answers from view until close.
func (p *page) serve(view func() *report.View) {
	p.view = view
	go p.server.Serve(p.listener)
}

// close ends the page; answers under way have a second to get out.
func (p *page) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return errors.Join(p.server.Shutdown(ctx), p.server.Close(), ignoreClosed(p.listener.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// ServeHTTP knows two paths.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	switch {
	case p.local && !localHost(r.Host):
		http.Error(w, "leakcheck: this page is for this machine alone", http.StatusForbidden)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "leakcheck: this page can only be read", http.StatusMethodNotAllowed)
	case r.URL.Path == "/":
		h.Set("Content-Type", "text/html; charset=utf-8")
		_ = report.HTML(w, p.now()) // a reader that went away is no error of the run's
	case r.URL.Path == "/metrics":
		h.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_ = report.Metrics(w, p.now())
	default:
		http.Error(w, "leakcheck: there are only / and /metrics", http.StatusNotFound)
	}
}

// now is the run as of at most a second ago.
func (p *page) now() *report.View {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil || time.Since(p.at) >= viewEvery {
		p.last = p.view()
		p.last.Refresh = pageEvery
		p.at = time.Now()
	}
	return p.last
}

// localHost reports whether a request's Host is this machine by address or as
// localhost. A name that somebody else's DNS points to 127.0.0.1 would let a
// page of theirs read this one (DNS rebinding).
func localHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.EqualFold(host, "localhost") || net.ParseIP(strings.Trim(host, "[]")) != nil
}
