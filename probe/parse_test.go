package probe

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

func FuzzKeyedFile(f *testing.F) {
	f.Add([]byte("anon 12\nfile 18446744073709551616\nkernel\n"))
	f.Add([]byte("MemAvailable:   24582400 kB\nanon 3"))
	f.Fuzz(func(t *testing.T, b []byte) {
		tab := newTable("anon", "file", "MemAvailable")
		tab.parse(b)
		for _, line := range strings.Split(string(b), "\n") {
			var n uint64
			if c, _ := fmt.Sscanf(line, "anon %d", &n); c == 1 && line == fmt.Sprintf("anon %d", n) {
				if _, ok := tab.get("anon"); !ok {
					t.Errorf("%q was not read from %q", line, b)
				}
			}
		}
	})
}

func FuzzStats(f *testing.F) {
	f.Add([]byte(`{"read":"2026-11-21T23:00:00Z","memory_stats":{"usage":200,"limit":512,"stats":{"total_rss":100,"total_cache":50,"total_inactive_file":10,"total_active_anon":90,"total_inactive_anon":20,"total_unevictable":0}},"cpu_stats":{"cpu_usage":{"total_usage":5}},"pids_stats":{"current":3},"networks":{"eth0":{"rx_bytes":1,"tx_bytes":2}}}`))
	f.Add([]byte(`{"read":"0001-01-01T00:00:00Z","memory_stats":{},"cpu_stats":{"cpu_usage":{"total_usage":0}}}`))
	f.Add([]byte(`{"read":"2026-11-21T23:00:00Z","memory_stats":{"usage":18446744073709551615,"stats":{"anon":1,"inactive_file":18446744073709551615}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseStats(b)
		if err != nil || s.stopped() {
			return
		}
		var v soak.Values
		s.fill(&v, 1<<34)
		for _, m := range soak.Metrics() {
			if x, ok := v.Get(m); ok && x < 0 {
				t.Errorf("%s is %d", m, x)
			}
		}
	})
}

func TestStatsOfAStoppedContainer(t *testing.T) {
	s, err := parseStats([]byte(`{"read":"0001-01-01T00:00:00Z","preread":"0001-01-01T00:00:00Z","pids_stats":{},"memory_stats":{},"cpu_stats":{"cpu_usage":{"total_usage":0}}}`))
	if err != nil || !s.stopped() {
		t.Errorf("a stopped container's message was taken for a sample: %v", err)
	}
}

// frame makes one frame of the engine's log stream.
func frame(stream byte, text string) []byte {
	head := [8]byte{stream}
	binary.BigEndian.PutUint32(head[4:], uint32(len(text)))
	return append(head[:], text...)
}

func TestFrames(t *testing.T) {
	const stamp = "2026-11-21T23:00:00.000000001Z"
	var b bytes.Buffer
	b.Write(frame(1, stamp+" hello\n"))
	b.Write(frame(2, stamp+" \xff\x00bytes\n"))
	b.Write(frame(1, stamp+" first half, "))
	b.Write(frame(2, stamp+" in between\n"))
	b.Write(frame(1, stamp+" second half\n"))
	b.Write(frame(1, stamp+" cut off by the end of the process")) // the next one begins its lines anew
	b.Write(frame(1, "2026-11-21T23:00:01Z started again\n"))
	var got []string
	j := joiner{line: func(l soak.Line) { got = append(got, fmt.Sprintf("%v %q", l.Stderr, l.Text)) }}
	r := newFrameReader(&b, false)
	for {
		m, err := r.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		j.add(m)
	}
	want := []string{`false "hello"`, `true "\xff\x00bytes"`, `true "in between"`, `false "first half, second half"`, `false "cut off by the end of the process"`, `false "started again"`}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q", got)
	}
	for name, bad := range map[string]string{
		"malformed":       "\x01\x00\x07\x00\x00\x00\x00\x01x",
		"cut in a header": "\x01\x00\x00",
		"cut in a body":   string(frame(1, stamp+" hello\n")[:20]),
		"without a time":  string(frame(1, "hello\n")),
		"engine's error":  string(frame(3, stamp+" error grabbing logs\n")),
		"a huge length":   "\x01\x00\x00\x00\xff\xff\xff\xff" + stamp,
	} {
		if _, err := newFrameReader(strings.NewReader(bad), false).next(); err == nil || err == io.EOF {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGiantLinesAreCut(t *testing.T) {
	piece := strings.Repeat("x", chunk)
	j := joiner{line: func(l soak.Line) {
		if len(l.Text) != lineMax {
			t.Errorf("a line of %d bytes", len(l.Text))
		}
	}}
	for range 200 {
		j.add(message{text: []byte(piece), partial: true})
	}
	j.add(message{text: []byte("end")})
}

func FuzzFrames(f *testing.F) {
	f.Add(frame(1, "2026-11-21T23:00:00Z hello\n"), false)
	f.Add([]byte("2026-11-21T23:00:00Z hello\r\n"), true)
	f.Add([]byte("\x02\x00\x00\x00\xff\xff\xff\xff2026-11-21T23:00:00Z "), false)
	f.Fuzz(func(t *testing.T, b []byte, tty bool) {
		r := newFrameReader(bytes.NewReader(b), tty)
		j := joiner{line: func(l soak.Line) {
			if len(l.Text) > lineMax {
				t.Errorf("a line of %d bytes", len(l.Text))
			}
		}}
		for {
			m, err := r.next()
			if err != nil {
				break
			}
			j.add(m)
		}
		j.flush()
	})
}

func FuzzJSONLog(f *testing.F) {
	for _, s := range []string{
		`{"log":"hello\n","stream":"stdout","time":"2026-11-21T23:00:00.123456789Z"}`,
		`{"log":"a \"q\" \\ \u003c \ud83d\ude00 \ud83d x\n","stream":"stderr","attrs":{"a":"b"},"time":"2026-11-21T23:00:00Z"}`,
		`{"log":"part","stream":"stdout","time":"2026-11-21T23:00:00Z"}`,
		`{"stream":"stdout","log":"other order\n","time":"2026-11-21T23:00:00Z"}`,
		`{"log":"","stream":"stdout","time":"2026-11-21T23:00:00Z","time":"x"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, ok := quickJSONLog(b, nil)
		if !ok {
			return
		}
		var l jsonLine
		if json.Unmarshal(b, &l) != nil || !json.Valid(b) {
			return // what the engine never writes may be read in any way
		}
		want := ended([]byte(l.Log), l.Stream == "stderr", l.Time)
		if bytes.Count(b, []byte(`"log"`)) > 1 || bytes.Count(b, []byte(`"time"`)) > 1 || bytes.Count(b, []byte(`"stream"`)) > 1 || !bytes.Equal(bytes.ToLower(b), b) {
			return // a key twice
		}
		if l.Stream != "stdout" && l.Stream != "stderr" || bytes.ContainsRune(b, '�') || strings.ContainsRune(l.Log, '�') {
			return
		}
		if !bytes.Equal(m.text, want.text) || m.stderr != want.stderr || !m.at.Equal(want.at) || m.partial != want.partial {
			t.Errorf("%q: %q %v %v %v, want %q %v %v %v", b, m.text, m.stderr, m.at, m.partial, want.text, want.stderr, want.at, want.partial)
		}
	})
}

func TestJSONLog(t *testing.T) {
	for line, want := range map[string]string{
		`{"log":"plain\n","stream":"stdout","time":"2026-11-21T23:00:00.5Z"}`:                                       "plain",
		`{"log":"tab\t \"quoted\" \\ \u003c\u20ac \ud83d\ude00\n","stream":"stderr","time":"2026-11-21T23:00:00Z"}`: "tab\t \"quoted\" \\ <€ 😀",
		`{"time":"2026-11-21T23:00:00Z","stream":"stderr","log":"another order\n"}`:                                 "another order",
	} {
		m, ok := parseJSONLog([]byte(line), nil)
		if !ok || string(m.text) != want || m.partial || m.at.Unix() != time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC).Unix() {
			t.Errorf("%s: %q %v", line, m.text, ok)
		}
	}
	for _, line := range []string{"", "\x00\x00\x00", `{"log":"cut`, `{"log":"no time\n","stream":"stdout"}`} {
		if _, ok := parseJSONLog([]byte(line), nil); ok {
			t.Errorf("%q was read", line)
		}
	}
}

func FuzzProcStat(f *testing.F) {
	f.Add([]byte("4711 (a (weird) name) S 1 4711 4711 0 -1 4194560 100 0 0 0 15 7 1 2 20 0 12 0 8675309 123456789 2048 18446744073709551615"))
	f.Add([]byte(")("))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = parseProcStat(b) })
}

func TestProcStat(t *testing.T) {
	s, ok := parseProcStat([]byte("4711 (a (weird) name) S 42 4711 4711 0 -1 4194560 100 0 0 0 15 7 1 2 20 0 12 0 8675309 123456789 2048 18446744073709551615 1 1"))
	if !ok || s.state != 'S' || s.flags != 4194560 || s.threads != 12 || s.exiting() || s.command != "a (weird) name" || s.parent != 42 || s.cpu != 25 || s.start != 8675309 || s.pages != 2048 {
		t.Errorf("%+v %v", s, ok)
	}
}

func TestTop(t *testing.T) {
	at := time.Unix(1000, 0)
	got := parseTop([]string{"PID", "ELAPSED", "RSS", "COMMAND"}, [][]string{{"12", "40", "2048", "node"}, {"x", "1", "1", "?"}, {"13"}}, at)
	if len(got) != 1 || got[0].PID != 12 || got[0].RSS != 2<<20 || !got[0].Started.Equal(time.Unix(960, 0)) || got[0].Command != "node" {
		t.Errorf("%+v", got)
	}
	if parseTop([]string{"PID", "TIME"}, nil, at) != nil {
		t.Error("without the columns there is nothing to tell")
	}
}

func TestNetDev(t *testing.T) {
	rx, tx, ok := netDev([]byte("Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n    lo:     100       2    0    0    0     0          0         0      100       2    0    0    0     0       0          0\n  eth0:    1000       9    0    0    0     0          0         0      500       5    0    0    0     0       0          0\n eth1:10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n"))
	if rx != 1010 || tx != 520 || !ok {
		t.Errorf("%d %d %v", rx, tx, ok)
	}
}

func FuzzArchive(f *testing.F) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	_ = w.WriteHeader(&tar.Header{Name: "dist/../../etc/passwd", Typeflag: tar.TypeReg, Size: 3, Mode: 0o644})
	_, _ = w.Write([]byte("abc"))
	_ = w.WriteHeader(&tar.Header{Name: "dist/huge.js", Typeflag: tar.TypeReg, Size: 1 << 50, Mode: 0o644})
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		budget := int64(1000)
		files, _ := search(bytes.NewReader(b), "/app", "dist", "/app/dist/*.js", &budget)
		total := 0
		for _, file := range files {
			total += len(file.Data)
			if !strings.HasPrefix(file.Path, "/app/dist/") {
				t.Errorf("found %q", file.Path)
			}
		}
		if total > 1000 {
			t.Errorf("%d bytes were kept", total)
		}
	})
}
