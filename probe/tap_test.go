package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// tapped starts a tap before an upstream.
func tapped(t *testing.T, o TapOptions) *Tap {
	t.Helper()
	o.Listen = "127.0.0.1:0"
	tap, err := NewTap(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	finished := make(chan error, 1)
	go func() { finished <- tap.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-finished:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(5 * time.Second):
			t.Error("the tap does not end")
		}
	})
	return tap
}

func fetch(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestTapCounts(t *testing.T) {
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Query().Get("soul"), "missing") {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, r.URL.Query().Get("soul"))
	}))
	defer up.Close()
	tap := tapped(t, TapOptions{Upstream: up.URL, Key: "soul"})
	for _, soul := range []string{"a", "missing-1", "missing-1", "missing-1", "a", "missing-2"} {
		if _, body := fetch(t, http.DefaultClient, tap.URL()+"/get?soul="+soul+"&t="+soul+"x"); body != soul {
			t.Errorf("got %q for %q", body, soul)
		}
	}
	got := tap.Counts()
	if got.Requests != 6 || got.Keys != 3 || got.MissingKeys != 2 || got.ForMissing != 4 || got.Repeats != 2 || got.Retries != 2 ||
		got.Status[200] != 2 || got.Status[404] != 4 || got.PerMissingKey() != 2 {
		t.Errorf("%+v", got)
	}
	b := tap.Take()
	if len(b.Signals) != 1 || b.Signals[0].Count != 6 || b.Signals[0].Values["requests_per_missing_key"] != 2 {
		t.Errorf("%+v", b)
	}
	if b = tap.Take(); len(b.Signals) != 0 {
		t.Errorf("nothing new, yet %+v", b)
	}
}

// Connections are kept: one of the client's is one of the upstream's.
func TestTapKeepsConnectionsAlive(t *testing.T) {
	var mu sync.Mutex
	remotes := map[string]int{}
	up := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		remotes[r.RemoteAddr]++
	}))
	defer up.Close()
	tap := tapped(t, TapOptions{Upstream: up.URL})
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for range 20 {
		fetch(t, client, tap.URL())
	}
	if len(remotes) != 1 {
		t.Errorf("%v: want one connection for all", remotes)
	}
}

// A body streams both ways: each side sees a piece before the next is sent.
func TestTapStreams(t *testing.T) {
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		if err := c.EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			fmt.Fprintln(w, strings.ToUpper(lines.Text()))
			if err := c.Flush(); err != nil {
				t.Error(err)
			}
		}
	}))
	defer up.Close()
	tap := tapped(t, TapOptions{Upstream: up.URL})
	read, write := io.Pipe()
	req, err := http.NewRequest(http.MethodPost, tap.URL(), read)
	if err != nil {
		t.Fatal(err)
	}
	go fmt.Fprintln(write, "first")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer := bufio.NewScanner(resp.Body)
	for _, word := range []string{"first", "second", "third"} {
		if word != "first" {
			fmt.Fprintln(write, word)
		}
		if !answer.Scan() || answer.Text() != strings.ToUpper(word) {
			t.Fatalf("%q, %v after %q", answer.Text(), answer.Err(), word)
		}
	}
	write.Close()
	if answer.Scan() {
		t.Errorf("more: %q", answer.Text())
	}
}

// An upgrade passes, and what follows it, though it is no HTTP.
func TestTapPassesUpgrades(t *testing.T) {
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" {
			fmt.Fprint(w, "plain")
			return
		}
		c, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		fmt.Fprint(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		rw.Flush()
		io.Copy(c, rw)
	}))
	defer up.Close()
	tap := tapped(t, TapOptions{Upstream: up.URL})
	c, err := net.Dial("tcp", strings.TrimPrefix(tap.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n")
	r := bufio.NewReader(c)
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", resp, err)
	}
	for _, frame := range []string{"\x81\x05hello", "GET / HTTP/1.1\r\n", strings.Repeat("\x00", 2<<20)} {
		go io.WriteString(c, frame)
		back := make([]byte, len(frame))
		if _, err := io.ReadFull(r, back); err != nil || string(back) != frame {
			t.Fatalf("%.20q came back as %.20q, %v", frame, back, err)
		}
	}
	if got := tap.Counts(); got.Requests != 1 || got.Status[101] != 1 {
		t.Errorf("%+v", got)
	}
}

// What is no HTTP passes as it is, without being counted.
func TestTapPassesAnythingElse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				fmt.Fprint(c, "220 ")
				time.Sleep(10 * time.Millisecond)
				fmt.Fprintln(c, "hello")
				io.Copy(c, c)
			}()
		}
	}()
	tap := tapped(t, TapOptions{Upstream: l.Addr().String()})
	for _, said := range []string{"EHLO\n", "\x00\x01\x02\n", strings.Repeat("x", 3<<20) + "\n"} {
		c, err := net.Dial("tcp", strings.TrimPrefix(tap.URL(), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			io.WriteString(c, said)
			c.(*net.TCPConn).CloseWrite()
		}()
		back, err := io.ReadAll(c)
		c.Close()
		if err != nil || string(back) != "220 hello\n"+said {
			t.Errorf("%.10q: %d bytes came back, %v", said, len(back), err)
		}
	}
	if got := tap.Counts(); got.Requests != 0 {
		t.Errorf("%+v", got)
	}
}

// A broken upstream looks broken.
func TestTapPassesErrors(t *testing.T) {
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "half")
		http.NewResponseController(w).Flush()
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		if r.URL.Path == "/reset" {
			c.(*net.TCPConn).SetLinger(0)
		}
		c.Close()
	}))
	tap := tapped(t, TapOptions{Upstream: up.URL})
	for path, want := range map[string]error{"/cut": io.ErrUnexpectedEOF, "/reset": syscall.ECONNRESET} {
		resp, err := http.Get(tap.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(resp.Body); string(b) != "half" || !errors.Is(err, want) {
			t.Errorf("%s: %q, %v, want %v", path, b, err, want)
		}
		resp.Body.Close()
	}
	up.Close()
	if resp, err := http.Get(tap.URL()); err == nil {
		resp.Body.Close()
		t.Errorf("an upstream that is gone answered %s", resp.Status)
	}
	if got := tap.Counts(); got.Unreachable != 1 {
		t.Errorf("%+v", got)
	}
}

func TestTapOptions(t *testing.T) {
	for upstream, want := range map[string]string{
		"http://a/path": "without a path", "ftp://a": "must begin with", "": "not one", "http://%": "not one",
	} {
		if _, err := NewTap(TapOptions{Listen: "127.0.0.1:0", Upstream: upstream}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", upstream, err, want)
		}
	}
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	if _, err := NewTap(TapOptions{Listen: busy.Addr().String(), Upstream: "a"}); err == nil || !strings.Contains(err.Error(), "choose another address") {
		t.Error(err)
	}
}

// The tap adds little: measured here, held to its figure by `make bench`, where
// nothing else runs.
func TestTapLatency(t *testing.T) {
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }))
	defer up.Close()
	tap := tapped(t, TapOptions{Upstream: up.URL})
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	n := 300
	if os.Getenv("LEAKCHECK_BENCH") != "" {
		n = 5000
	}
	var direct, through []time.Duration
	for range n { // in turns, so that a busy machine troubles both
		direct = append(direct, timed(t, client, up.URL))
		through = append(through, timed(t, client, tap.URL()))
	}
	slices.Sort(direct)
	slices.Sort(through)
	added := through[n/2] - direct[n/2]
	t.Logf("median %v, through the tap %v: %v more", direct[n/2], through[n/2], added)
	if os.Getenv("LEAKCHECK_BENCH") != "" && added > 100*time.Microsecond {
		t.Errorf("the tap adds %v at the median, want under 100 us", added)
	}
}

func timed(t *testing.T, c *http.Client, url string) time.Duration {
	begin := time.Now()
	fetch(t, c, url)
	return time.Since(begin)
}
