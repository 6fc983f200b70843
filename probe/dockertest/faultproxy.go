package dockertest

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Fault is what a [FaultProxy] does to the calls that pass it.
type Fault string

// The faults. NoFault passes everything on.
const (
	NoFault   Fault = ""
	Hang      Fault = "hangs: accepts, never answers"
	Late      Fault = "answers 1.5 s late"
	VeryLate  Fault = "answers 30 s late"
	Cut       Fault = "drops the connection in mid-body"
	Malformed Fault = "sends malformed JSON"
	Truncated Fault = "sends truncated JSON"
	Down      Fault = "stopped, and back"
)

// lateBy is how late the engine is.
var lateBy = map[Fault]time.Duration{Late: 1500 * time.Millisecond, VeryLate: 30 * time.Second}

// FaultProxy stands in front of an engine's socket, remembers every call and
// injects faults into the answers. It listens on a socket, as an engine of
// this machine, and on a port of 127.0.0.1, as one elsewhere.
type FaultProxy struct {
	// Socket and TCP are its addresses, as DOCKER_HOST takes them.
	Socket, TCP string

	engine  *httputil.ReverseProxy
	mu      sync.Mutex
	fault   Fault
	changed chan struct{} // closed when the fault changes
	calls   map[string]int
}

// Proxy puts a fault proxy in front of a test's engine.
func (r *Rig) Proxy() *FaultProxy {
	r.t.Helper()
	socket := strings.TrimPrefix(r.Options.Host, "unix://")
	if socket == r.Options.Host {
		r.t.Skip("NOT TESTED: the fault proxy needs an engine at a unix socket")
	}
	p := &FaultProxy{calls: map[string]int{}, changed: make(chan struct{})}
	p.engine = httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "engine"})
	p.engine.FlushInterval = -1
	p.engine.ErrorLog = nil
	p.engine.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	p.engine.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	p.engine.ModifyResponse = p.spoil
	p.Socket = "unix://" + serve(r.t, "unix", filepath.Join(r.t.TempDir(), "p.sock"), p)
	p.TCP = "tcp://" + serve(r.t, "tcp", "127.0.0.1:0", p)
	return p
}

func serve(t testing.TB, network, address string, h http.Handler) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

// Set injects a fault from now on; what is under way breaks off, as it does
// when an engine stops.
func (p *FaultProxy) Set(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
	close(p.changed)
	p.changed = make(chan struct{})
}

// Calls are the calls so far, such as "GET /containers/json", without the
// version of the API, and how often each came.
func (p *FaultProxy) Calls() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string]int{}
	for call, n := range p.calls {
		all[call] = n
	}
	return all
}

var apiVersion = regexp.MustCompile(`^/v1\.\d+`)

// ServeHTTP passes a call on, or does what the fault says.
func (p *FaultProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.calls[r.Method+" "+apiVersion.ReplaceAllString(r.URL.Path, "")]++
	fault, changed := p.fault, p.changed
	p.mu.Unlock()
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	go func() {
		select {
		case <-changed:
			stop()
		case <-ctx.Done():
		}
	}()
	switch fault {
	case Down:
		panic(http.ErrAbortHandler)
	case Hang:
		<-ctx.Done()
		panic(http.ErrAbortHandler)
	case Late, VeryLate:
		select {
		case <-time.After(lateBy[fault]):
		case <-ctx.Done():
			panic(http.ErrAbortHandler)
		}
	}
	p.engine.ServeHTTP(w, r.WithContext(ctx))
}

var ofThisMachine = regexp.MustCompile(`"Pid":\d+|"LogPath":"[^"]+"`)

// elsewhere takes out of a container's description what leads to its files on
// this machine.
func elsewhere(resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	body = ofThisMachine.ReplaceAllFunc(body, func(m []byte) []byte {
		if bytes.HasPrefix(m, []byte(`"Pid"`)) {
			return []byte(`"Pid":1073741824`) // above what Linux gives
		}
		return []byte(`"LogPath":"/nowhere/to/be.log"`)
	})
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return err
}

// spoil makes an answer's body what the fault says.
func (p *FaultProxy) spoil(resp *http.Response) error {
	p.mu.Lock()
	fault := p.fault
	p.mu.Unlock()
	if a, ok := resp.Request.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && a.Network() == "tcp" && strings.HasSuffix(resp.Request.URL.Path, "/json") {
		if err := elsewhere(resp); err != nil {
			return err
		}
	}
	if fault != Cut && fault != Malformed && fault != Truncated {
		return nil
	}
	head := make([]byte, 64) // of a stream, too, there is no more
	n, _ := io.ReadAtLeast(resp.Body, head, 8)
	_ = resp.Body.Close()
	head = head[:n/2]
	length := len(head)
	switch fault {
	case Cut:
		length += 1000 // promised, and never sent
	case Malformed:
		head = []byte(`{"Id": ]nonsense, "State": {{` + "\n")
		length = len(head)
	}
	resp.Body = io.NopCloser(bytes.NewReader(head))
	resp.ContentLength = int64(length)
	resp.TransferEncoding = nil
	resp.Header.Set("Content-Length", strconv.Itoa(length))
	return nil
}
