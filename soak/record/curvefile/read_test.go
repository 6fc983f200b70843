package curvefile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// read collects a file's samples, printed, and its error.
func read(r io.Reader, o Options) (all []string, err error) {
	for s, e := range Read("a.csv", r, o) {
		if e != nil {
			return all, e
		}
		all = append(all, show(s))
	}
	return all, nil
}

func show(s soak.Sample) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "%s %s %d", s.Target, s.At.Format("2006-01-02T15:04:05.999999999Z07:00"), s.Life)
	for _, m := range soak.Metrics() {
		if x, ok := s.Get(m); ok {
			fmt.Fprintf(b, " %s=%d", m, x)
		}
	}
	return b.String()
}

func packed(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.String()
}

const ms = time.Millisecond

var good = []struct {
	name, text string
	interval   time.Duration
	want       []string
}{
	{"seconds and bytes", "t,bytes\n0,100\n1.5,200\n", 0, []string{" 1970-01-01T00:00:00Z 1 usage=100", " 1970-01-01T00:00:01.5Z 1 usage=200"}},
	{"case, order, spaces, CRLF, comment, blank line, no last newline", "\ufeff# made by hand\r\n Memory , T_Seconds\r\n1.5GiB,7\r\n\r\n 2 GB , 8", 0,
		[]string{" 1970-01-01T00:00:07Z 1 usage=1610612736", " 1970-01-01T00:00:08Z 1 usage=2000000000"}},
	{"unix with milliseconds is exact", "unix,usage\n1795295952.205,1\n", 0, []string{" 2026-11-21T21:19:12.205Z 1 usage=1"}},
	{"unix_ms", "unix_ms,usage\n1795295952205,1\n1795295952205.5,2\n", 0, []string{" 2026-11-21T21:19:12.205Z 1 usage=1", " 2026-11-21T21:19:12.2055Z 1 usage=2"}},
	{"timestamp of any kind", "timestamp,usage\n1795295952,1\n1795295953000,2\n2026-11-21T22:19:14+01:00,3\n2026-11-21 21:19:15.5,4\n1.795295956e9,5\n", 0,
		[]string{" 2026-11-21T21:19:12Z 1 usage=1", " 2026-11-21T21:19:13Z 1 usage=2", " 2026-11-21T21:19:14Z 1 usage=3", " 2026-11-21T21:19:15.5Z 1 usage=4", " 2026-11-21T21:19:16Z 1 usage=5"}},
	{"cgroup v1's names, absent cells", "t,total_rss,total_cache,total_inactive_file,total_shmem,limit,requests\n1,1,2,,3,9223372036854771712,5\n2,1,,,,max,6\n", 0,
		[]string{" 1970-01-01T00:00:01Z 1 anon=1 file=2 shmem=3 requests=5", " 1970-01-01T00:00:02Z 1 anon=1 requests=6"}},
	{"names with a unit", "time,memory_mb,rss_KiB,limit_gb,requests_mb\n1,1.5,2,max,7\n2,2GiB,,8,7\n", 0,
		[]string{" 1970-01-01T00:00:01Z 1 usage=1500000 anon=2048", " 1970-01-01T00:00:02Z 1 usage=2147483648 limit=8000000000"}},
	{"a unit in brackets, as spreadsheets write it", "Time (s),RSS (MB),memory [MiB],Limit(GB),CPU (%),Requests (MB)\n1,1.5,2,8,50,7\n", 0,
		[]string{" 1970-01-01T00:00:01Z 1 usage=2097152 anon=1500000 limit=8000000000"}},
	{"milliseconds in brackets, a time that is no column's", "Time [ms],Used at (day),Memory (bytes)\n1500,3,7\n", 0, []string{" 1970-01-01T00:00:01.5Z 1 usage=7"}},
	{"a time in brackets gives way to a more exact one", "Time (s),unix_ms,RSS (KB)\n1,5,1\n", 0, []string{" 1970-01-01T00:00:00.005Z 1 anon=1000"}},
	{"cAdvisor's names", "timestamp,container_memory_usage_bytes,container_memory_working_set_bytes,container_memory_rss\n1,3,2,1\n", 0,
		[]string{" 1970-01-01T00:00:01Z 1 usage=3 working_set=2 anon=1"}},
	{"the most exact time counts", "time,unix_ms,usage\nno matter,5,1\n", 0, []string{" 1970-01-01T00:00:00.005Z 1 usage=1"}},
	{"targets keep their own order", "t,target,usage\n5,a,1\n1,b,2\n6,a,3\n2,b,4\n", 0,
		[]string{"a 1970-01-01T00:00:05Z 1 usage=1", "b 1970-01-01T00:00:01Z 1 usage=2", "a 1970-01-01T00:00:06Z 1 usage=3", "b 1970-01-01T00:00:02Z 1 usage=4"}},
	{"lives from restarts", "t,usage,restarts\n1,1,0\n2,1,0\n3,1,2\n4,1,0\n", 0,
		[]string{" 1970-01-01T00:00:01Z 1 usage=1 restarts=0", " 1970-01-01T00:00:02Z 1 usage=1 restarts=0", " 1970-01-01T00:00:03Z 2 usage=1 restarts=2", " 1970-01-01T00:00:04Z 3 usage=1 restarts=0"}},
	{"life as given", "t,usage,restarts,life\n1,1,0,4\n2,1,1,4\n", 0, []string{" 1970-01-01T00:00:01Z 4 usage=1 restarts=0", " 1970-01-01T00:00:02Z 4 usage=1 restarts=1"}},
	{"gap rows and equal times", "t,usage\n1,1\n2,\n3,3\n3,4\n", 0, []string{" 1970-01-01T00:00:01Z 1 usage=1", " 1970-01-01T00:00:03Z 1 usage=3"}},
	{"quotes", "t,target,usage\n1,\"a,\"\"b\",1\n", 0, []string{"a,\"b 1970-01-01T00:00:01Z 1 usage=1"}},
	{"unknown columns", "host,t,usage,note\nx,1,1,y\n", 0, []string{" 1970-01-01T00:00:01Z 1 usage=1"}},
	{"no time but an interval", "usage\n1\n2\n", 500 * ms, []string{" 1970-01-01T00:00:00Z 1 usage=1", " 1970-01-01T00:00:00.5Z 1 usage=2"}},
	{"gzip", packed("t,usage\n1,1\n"), 0, []string{" 1970-01-01T00:00:01Z 1 usage=1"}},
	{"numbers of spreadsheets", "t,usage,requests\n1.0,1.5e9,3.0\n", 0, []string{" 1970-01-01T00:00:01Z 1 usage=1500000000 requests=3"}},
	{"JSON lines", `{"t":1,"usage":"1kB","target":"a","x":null}` + "\n" + ` { "T" : 2 , "usage" : 5, "target":"\u0061", "more":{"deep":[1]} } ` + "\n", 0,
		[]string{"a 1970-01-01T00:00:01Z 1 usage=1000", "a 1970-01-01T00:00:02Z 1 usage=5"}},
	{"docker stats on a terminal, with a gap", "\x1b[2J\x1b[H" + stat("n", "1MiB / 1GiB") + "\n\x1b[H" + stat("--", "-- / --") + "\x1b[K\n\x1b[J\n" + stat("n", "1.5MiB / 1GiB"), time.Second,
		[]string{"n 1970-01-01T00:00:00Z 1 working_set=1048576 limit=1073741824 pids=3", "n 1970-01-01T00:00:02Z 1 working_set=1572864 limit=1073741824 pids=3"}},
}

func stat(name, mem string) string {
	return `{"BlockIO":"0B / 0B","CPUPerc":"0.00%","Container":"c1","ID":"c1","MemPerc":"0.1%","MemUsage":"` + mem + `","Name":"` + name + `","NetIO":"1kB / 0B","PIDs":"3"}`
}

func TestRead(t *testing.T) {
	for _, c := range good {
		t.Run(c.name, func(t *testing.T) {
			got, err := read(strings.NewReader(c.text), Options{c.interval})
			if err != nil {
				t.Fatal(err)
			}
			if g, w := strings.Join(got, "\n"), strings.Join(c.want, "\n"); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		})
	}
}

var bad = []struct {
	name, text, want string
	interval         time.Duration
}{
	{"not a size", "t,anon\n1,1\n2,12x\n", `a.csv:3: column anon: "12x" is not a size: write bytes, or a number with a unit such as 1.2GiB; leave the cell empty where nothing was measured`, 0},
	{"negative", "t,anon\n1,-1\n", `a.csv:2: column anon: "-1" is no possible number of bytes: leave`, 0},
	{"NaN", "t,anon\n1,NaN\n", `"NaN" is no possible number of bytes`, 0},
	{"huge", "t,anon\n1,9223372036854775807\n", `is no possible number of bytes`, 0},
	{"hexadecimal", "t,anon\n1,0x10\n", `"0x10" is not a size`, 0},
	{"count", "t,anon,requests\n1,1,many\n", `a.csv:2: column requests: "many" is not a count: write a whole number`, 0},
	{"time", "t,anon\nsoon,1\n", `a.csv:2: column t: "soon" is not a time: write seconds`, 0},
	{"far time", "unix,anon\n99999999999999999,1\n", "is not a time", 0},
	{"cells", "t,anon\n1\n", "a.csv:2: 1 cells, but the header has 2: give each row as many cells", 0},
	{"backwards", "t,anon\n3,1\n1,1\n", "a.csv:3: the time goes back by 2s: sort the rows by time", 0},
	{"no header", "1,2\n", "a.csv:1: the first line is no header but", 0},
	{"no memory", "t,x\n", `a.csv:1: no memory column in the header "t,x": name a time`, 0},
	{"no time", "x,anon\n1,1\n", `a.csv:1: no time column in the header "x,anon": name one of`, 0},
	{"nothing known", "x,y\n", "a.csv:1: no known column", 0},
	{"semicolons", "t;anon\n1;2\n", "a.csv:1: the columns are not separated by commas", 0},
	{"twice", "t,bytes,usage\n", `the columns "bytes" and "usage" mean the same: keep one of them`, 0},
	{"quotes", "t,target,anon\n1,\"a,3\n", "a.csv:2: the quotes do not match", 0},
	{"NUL", "t,anon\n1,\x002\n", "a.csv:2: a NUL byte", 0},
	{"UTF-16", "\xff\xfet\x00,\x00", "the file is UTF-16: save it as UTF-8", 0},
	{"escapes do not reach the terminal", "t,anon\n1,\x07\x1b]0;x\n", `"\a\x1b]0;x" is not a size`, 0},
	{"JSON", "{\"t\":1,\"anon\":1}\n{\"t\":2,\"anon\"\n", "a.csv:2: the line is not a JSON object: write one object a line", 0},
	{"JSON value", `{"t":1,"anon":{"a":1}}`, `a.csv:1: column anon: "{\"a\":1}" is not a size`, 0},
	{"JSON number", `{"t":1,"anon":01}`, `a.csv:1: the line is not a JSON object`, 0},
	{"docker stats without interval", stat("n", "1MiB / 1GiB"), "a.csv:1: the row has no time: give --interval", 0},
	{"docker stats", stat("n", "1MiB"), `a.csv:1: column MemUsage: "1MiB" is not a used and a limit size`, time.Second},
	{"empty", "", "a.csv: could not measure: it holds no memory figure at all", 0},
	{"header alone", "t,anon\n", "a.csv: could not measure: it holds no memory figure at all", 0},
	{"gaps alone", "t,anon\n1,\n", "a.csv: could not measure: it holds no memory figure at all", 0},
	{"cut gzip", packed("t,anon\n1,1\n")[:25], "a.csv: unexpected EOF", 0},
}

func TestErrors(t *testing.T) {
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(strings.NewReader(c.text), Options{c.interval})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got  %v\nwant %s", err, c.want)
			}
			var row *RowError
			if errors.As(err, &row) == errors.Is(err, ErrEmpty) && !strings.Contains(c.name, "gzip") {
				t.Errorf("neither a row's error nor an empty file: %#v", err)
			}
		})
	}
}

func TestStopsWhenAsked(t *testing.T) {
	n := 0
	for range Read("a", strings.NewReader("t,anon\n1,1\n2,2\nbad\n"), Options{}) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d samples", n)
	}
}

// endless is a reader that never ends.
type endless struct {
	text string
	n    int64
}

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = e.text[(e.n+int64(i))%int64(len(e.text))]
	}
	e.n += int64(len(b))
	return len(b), nil
}

func TestHugeInputIsRefusedInLittleMemory(t *testing.T) {
	bomb := func(text string) io.Reader {
		r, w := io.Pipe()
		go func() {
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			io.WriteString(z, "t,anon\n")
			_, err := io.Copy(z, &endless{text: text})
			w.CloseWithError(err)
		}()
		t.Cleanup(func() { r.Close() })
		return r
	}
	cases := map[string]struct {
		in   io.Reader
		want string
	}{
		"a row of 100 MB":      {io.MultiReader(strings.NewReader("t,anon\n"), io.LimitReader(&endless{text: "1"}, 100<<20)), "a.csv:2: a line is longer than 64 kB"},
		"a header of 100 MB":   {io.LimitReader(&endless{text: "t,"}, 100<<20), "a.csv:1: a line is longer than 64 kB"},
		"a zip bomb of zeros":  {bomb("\x00"), "a.csv:2: a line is longer than 64 kB"},
		"one of empty lines":   {bomb("\n"), "unpacks to more than"},
		"one of equal rows":    {bomb("1,1\n"), "unpacks to more than"},
		"ever new targets":     {manyTargets(), "there are more than 10000 targets"},
		"ever new JSON fields": {strings.NewReader(manyKeys()), "it holds no memory figure at all"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			_, err := read(c.in, Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got  %v\nwant %s", err, c.want)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
				t.Errorf("%d bytes kept", grown)
			}
		})
	}
}

func manyTargets() io.Reader {
	var b strings.Builder
	b.WriteString("t,target,anon\n")
	for i := range 10_002 {
		fmt.Fprintf(&b, "1,n%d,1\n", i)
	}
	return strings.NewReader(b.String())
}

func manyKeys() string {
	var b strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&b, "{\"t\":1,\"k%d\":1}\n", i)
	}
	return b.String()
}

func TestPermanentReadErrorIsSaid(t *testing.T) {
	_, err := read(io.MultiReader(strings.NewReader("t,anon\n1,1\n"), errReader{}), Options{})
	if !errors.Is(err, os.ErrPermission) || !strings.HasPrefix(err.Error(), "a.csv: ") {
		t.Errorf("got %v", err)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, os.ErrPermission }

func FuzzRead(f *testing.F) {
	for _, c := range good {
		f.Add([]byte(c.text), int64(c.interval))
	}
	for _, c := range bad {
		f.Add([]byte(c.text), int64(c.interval))
	}
	f.Fuzz(func(t *testing.T, b []byte, interval int64) {
		last := map[string]time.Time{}
		for s, err := range Read("f", bytes.NewReader(b), Options{time.Duration(interval)}) {
			if err != nil {
				if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
					t.Errorf("control characters in %q", err)
				}
				return
			}
			if before, ok := last[s.Target]; ok && !s.At.After(before) {
				t.Fatalf("%s: %v after %v", s.Target, s.At, before)
			}
			last[s.Target] = s.At
			for _, m := range soak.Metrics() {
				if x, _ := s.Get(m); x < 0 {
					t.Fatalf("%s = %d", m, x)
				}
			}
		}
	})
}

// FuzzFlat holds the fast JSON reader to the slow one.
func FuzzFlat(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":"x","c":null}`))
	f.Add([]byte(` { "a" : 0.50 , "b":"" } `))
	f.Fuzz(func(t *testing.T, b []byte) {
		fast := map[string]string{}
		keep := func(to map[string]string) func(k, v []byte) error {
			return func(k, v []byte) error { to[string(k)] = string(v); return nil }
		}
		if flat(bytes.TrimSpace(b), keep(fast)) == errUnusual {
			return
		}
		slow := map[string]string{}
		if err := object(bytes.TrimSpace(b), keep(slow)); err != nil {
			t.Fatalf("%q: read, but %v", b, err)
		}
		if fmt.Sprint(fast) != fmt.Sprint(slow) && !bytes.ContainsRune(bytes.ToValidUTF8(b, []byte("\ufffd")), '\ufffd') {
			t.Fatalf("%q: fast %q, slow %q", b, fast, slow)
		}
	})
}

// week is a week's file of one target at one row a second.
func week(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "week.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var text bytes.Buffer
	text.WriteString("unix_ms,target,life,usage,working_set,anon,file,inactive_file,shmem,kernel,limit,cpu_ns,requests,restarts,oom_kills\n")
	for i := range 604_800 {
		fmt.Fprintf(&text, "%d,fitnessally-oip-gpu-1,1,%d,%d,%d,123456789,12345678,8192,4382720,5368709120,%d,%d,0,0\n",
			1795295952205+int64(i)*1000, 2000000000+i*100, 1900000000+i*100, 1800000000+i*100, int64(i)*12345678, i)
	}
	if _, err := f.Write(text.Bytes()); err != nil {
		b.Fatal(err)
	}
	return path
}

func BenchmarkReadWeek(b *testing.B) {
	path := week(b)
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, err := range Read(path, f, Options{}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		f.Close()
		if n != 604_800 {
			b.Fatal(n)
		}
	}
}
