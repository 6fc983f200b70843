package probe

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// writeLog writes a json-file log as the engine does.
func writeLog(b testing.TB, lines int) (path string, size int64) {
	b.Helper()
	path = filepath.Join(b.TempDir(), "x-json.log")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	pad := strings.Repeat("request handled ", 6)
	for i := range lines {
		_, _ = fmt.Fprintf(w, `{"log":"line %d %s\n","stream":"stdout","time":"%s"}`+"\n", i, pad, at.Add(time.Duration(i)*time.Millisecond).Format(time.RFC3339Nano))
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	info, _ := f.Stat()
	_ = f.Close()
	return path, info.Size()
}

// BenchmarkLogFile reads a log from its start, as Follow does.
func BenchmarkLogFile(b *testing.B) {
	path, size := writeLog(b, 200_000)
	b.SetBytes(size)
	for b.Loop() {
		parts, err := openLog(path, time.Time{})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		f := &follower{memory: newLogMemory(time.Time{}), joiner: joiner{line: func(soak.Line) { n++ }}}
		f.rest(parts[0])
		parts[0].close()
		if n != 200_000 {
			b.Fatalf("%d lines", n)
		}
	}
}

func TestLogIsEnteredWhereItMatters(t *testing.T) {
	path, size := writeLog(t, 50_000)
	start := time.Date(2026, 11, 21, 0, 0, 40, 0, time.UTC) // line 40,000
	parts, err := openLog(path, start)
	if err != nil {
		t.Fatal(err)
	}
	defer parts[0].close()
	if parts[0].read < size/2 {
		t.Errorf("entered at byte %d of %d", parts[0].read, size)
	}
	n := 0
	f := &follower{memory: newLogMemory(start), joiner: joiner{line: func(l soak.Line) {
		if n++; n == 1 && !l.At.Equal(start) {
			t.Errorf("the first line is of %v", l.At)
		}
	}}}
	f.rest(parts[0])
	if n != 10_000 {
		t.Errorf("%d lines, want 10,000", n)
	}
}
