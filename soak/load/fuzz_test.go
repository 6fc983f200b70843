package load

import (
	"bufio"
	"bytes"
	"net"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// spoken is a connection whose other side says something fixed.
type spoken struct {
	net.Conn
	says *bytes.Reader
}

func (s spoken) Read(b []byte) (int, error)  { return s.says.Read(b) }
func (s spoken) Write(b []byte) (int, error) { return len(b), nil }
func (s spoken) SetDeadline(time.Time) error { return nil }

// Whatever a server says, an exchange ends, and what it counts is in what was said.
func FuzzExchange(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nneedle to the end",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "", "\x00", strings.Repeat("HTTP/1.1 100 C\r\n\r\n", 20),
	} {
		f.Add([]byte(s), "needle")
	}
	f.Fuzz(func(t *testing.T, said []byte, text string) {
		c := &conn{Conn: spoken{says: bytes.NewReader(said)}}
		c.r = bufio.NewReader(c.Conn)
		r, err := render(soak.Step{Path: "/", Expect: soak.Expect{Text: text}}, mustParse(t, "http://node"), &secrets{})
		if err != nil {
			t.Fatal(err)
		}
		a, _ := c.exchange(r, time.Time{})
		if a.bytes > int64(len(said)) || (a.kind != "") != (a.err != nil) {
			t.Errorf("%+v from %d bytes", a, len(said))
		}
	})
}

// The rolling search finds exactly what a search of the whole body finds.
func FuzzBodyText(f *testing.F) {
	f.Add([]byte("some needle in it"), "needle", 3)
	f.Add(bytes.Repeat([]byte("xn"), 20_000), "nx", 16384)
	f.Fuzz(func(t *testing.T, body []byte, text string, piece int) {
		if len(text) > 8192 {
			t.Skip("longer than a step may expect")
		}
		c := &conn{}
		n, found, err := c.body(&pieces{body, max(piece, 1)}, []byte(text))
		if err != nil || n != int64(len(body)) || found != bytes.Contains(body, []byte(text)) {
			t.Errorf("n %d, found %v, %v in %d bytes", n, found, err, len(body))
		}
	})
}

func FuzzLatencies(f *testing.F) {
	var c tally
	c.done(answer{}, time.Second)
	in, _, err := c.take()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(in.Latency)
	f.Add([]byte("HISTFAAA"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = Latencies(b) // any answer will do, but it must come
	})
}
