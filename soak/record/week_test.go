package record_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

// aSecond is what a soak under load records in one second: each second a
// sample, each other one what was fired, now and then lines and processes.
func aSecond(i int) soak.Batch {
	s := sampleAt("node", i)
	b := soak.Batch{}
	if i%15 == 0 {
		s.Processes = []soak.Process{{PID: 1, Started: start, Command: "node server.js", RSS: int64(3e9 + i*4096)}, {PID: 42, Started: start, Command: "worker", RSS: 5e7}}
		b.Observer = &soak.Observer{RSS: 33e6, CPUSeconds: float64(i) / 200, Samples: int64(i)}
	}
	b.Samples = []soak.Sample{s}
	if i%2 == 0 {
		b.Load = []soak.LoadInterval{{At: s.At, Duration: 2 * time.Second, Scenario: "workout", Phase: "steady", Due: 4, Requests: 4, Bytes: 16000, Latency: []byte(strings.Repeat("x", 120))}}
	}
	if i%10 == 0 {
		b.Logs = []soak.LogSpan{{Target: "node", From: s.At.Add(-10 * time.Second), To: s.At, Lines: 57, Bytes: 6100}}
	}
	if i%30 == 0 {
		b.Signals = []soak.Signal{{Target: "node", At: s.At, Name: "cache_hit_rate", Count: 1, Values: map[string]float64{"percent": 97.25, "hits": float64(i)}, Text: "cache hit rate 97.25 %"}}
	}
	return b
}

// TestWeightOfAWeek records seven days at one sample a second as a soak does,
// each second made durable by itself, reads them back, and prints what that
// weighs; without LEAKCHECK_BENCH=1 half an hour of it. Memory does not grow
// with the record, and nothing is lost.
func TestWeightOfAWeek(t *testing.T) {
	n := 1800
	if os.Getenv("LEAKCHECK_BENCH") != "" {
		n = 7 * 24 * 3600
	}
	path := filepath.Join(t.TempDir(), "run.db")
	r := create(t, path)
	began, slowest := time.Now(), time.Duration(0)
	var early int64
	for i := range n {
		at := time.Now()
		must(t, r.Record(aSecond(i)))
		slowest = max(slowest, time.Since(at))
		if i == n/10 {
			early = resident(t)
		}
	}
	wrote, late := time.Since(began), resident(t)
	must(t, r.Close())
	info, err := os.Stat(path)
	must(t, err)
	r, err = record.Open(path)
	must(t, err)
	defer func() { _ = r.Close() }()
	began = time.Now()
	samples, fired := 0, int64(0)
	must(t, r.Replay(recorder(func(b soak.Batch) error {
		samples += len(b.Samples)
		for _, l := range b.Load {
			fired += l.Requests
		}
		return nil
	})))
	read := time.Since(began)
	t.Logf("%s at a sample a second: %d samples and %d requests in %s, %.0f bytes a second of the run; recorded at %.0f batches a second, the slowest in %s; read in %s; resident %s after a tenth, %s at the end, %s when read",
		time.Duration(n)*time.Second, samples, fired, soak.FormatBytes(float64(info.Size())), float64(info.Size())/float64(n), float64(n)/wrote.Seconds(), slowest.Round(time.Millisecond),
		read.Round(time.Millisecond), soak.FormatBytes(float64(early)), soak.FormatBytes(float64(late)), soak.FormatBytes(float64(resident(t))))
	if samples != n || fired != int64((n+1)/2*4) {
		t.Errorf("%d samples and %d requests came back, %d and %d were recorded", samples, fired, n, (n+1)/2*4)
	}
	if n > 1800 && late > early+early/5+4e6 {
		t.Errorf("recording went from %d to %d bytes of memory", early, late)
	}
}

// resident is the test's own memory in bytes, 0 where it cannot be seen.
func resident(t *testing.T) (kb int64) {
	t.Helper()
	b, _ := os.ReadFile("/proc/self/status")
	if _, rest, ok := strings.Cut(string(b), "VmRSS:"); ok {
		_, _ = fmt.Sscan(rest, &kb)
	}
	return kb << 10
}
