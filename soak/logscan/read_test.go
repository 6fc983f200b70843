package logscan

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"leakcheck/soak"
)

func TestReadFrom(t *testing.T) {
	rules := someRules(t)
	text := "Error\nn=5\n" + strings.Repeat("nothing of interest\n", 20_000) + "n=6\nan Error without an end"
	for name, r := range map[string]io.Reader{
		"whole":      strings.NewReader(text),
		"in halves":  iotest.HalfReader(strings.NewReader(text)),
		"data + EOF": iotest.DataErrReader(strings.NewReader(text)),
	} {
		hits := 0
		s := rules.NewScanner("", func(sig soak.Signal) { hits += sig.Count })
		n, err := s.ReadFrom(r)
		s.Flush()
		if err != nil || n != int64(len(text)) || hits != 4 {
			t.Errorf("%s: %d bytes, %d hits, %v", name, n, hits, err)
		}
	}
	broken := errors.New("broken")
	s := rules.NewScanner("", func(soak.Signal) {})
	if n, err := s.ReadFrom(io.MultiReader(strings.NewReader("Error\n"), iotest.ErrReader(broken))); n != 6 || !errors.Is(err, broken) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// endless repeats a piece of log.
type endless struct{ piece []byte }

func (e endless) Read(buf []byte) (int, error) { return copy(buf, e.piece), nil }

func TestMemoryIsFlat(t *testing.T) {
	s := someRules(t).NewScanner("", func(soak.Signal) {})
	log := endless{bytes.Repeat([]byte("GET /api/records?recordType=workout 200 in 12 ms\n"), 1000)}
	read := func(size int64) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := s.ReadFrom(io.LimitReader(log, size)); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	read(1 << 20)
	if n := read(64 << 20); n > 1<<20 {
		t.Errorf("64 MiB of log cost %d bytes of memory", n)
	}
}
