package record_test

import (
	"os"
	"path/filepath"
	"testing"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

// week is a record of 7 days of one target at one sample a second.
func week(b *testing.B) (*record.Record, int) {
	const n = 7 * 24 * 3600
	r := create(b, filepath.Join(b.TempDir(), "run.db"))
	const step = 3600
	for i := 0; i < n; i += step {
		var batch soak.Batch
		for j := i; j < i+step; j++ {
			batch.Samples = append(batch.Samples, sampleAt("node", j))
		}
		must(b, r.Record(batch))
	}
	must(b, r.Close())
	r, err := record.Open(r.Path())
	must(b, err)
	b.Cleanup(func() { r.Close() })
	info, err := os.Stat(r.Path())
	must(b, err)
	b.ReportMetric(float64(info.Size())/n, "bytes/sample")
	return r, n
}

// BenchmarkReplayWeek replays 604,800 samples.
func BenchmarkReplayWeek(b *testing.B) {
	r, n := week(b)
	for b.Loop() {
		got := 0
		must(b, r.Replay(recorder(func(x soak.Batch) error { got += len(x.Samples); return nil })))
		if got != n {
			b.Fatalf("%d samples", got)
		}
	}
	info, _ := os.Stat(r.Path())
	b.ReportMetric(float64(info.Size())/float64(n), "bytes/sample")
}

// BenchmarkSamplesWeek reads 604,800 samples one by one.
func BenchmarkSamplesWeek(b *testing.B) {
	r, n := week(b)
	for b.Loop() {
		got := 0
		for _, err := range r.Samples("node") {
			must(b, err)
			got++
		}
		if got != n {
			b.Fatalf("%d samples", got)
		}
	}
}

// BenchmarkRecord makes one sample durable.
func BenchmarkRecord(b *testing.B) {
	r := create(b, filepath.Join(b.TempDir(), "run.db"))
	defer r.Close()
	i := 0
	for b.Loop() {
		must(b, r.Record(soak.Batch{Samples: []soak.Sample{sampleAt("node", i)}}))
		i++
	}
}

type recorder func(soak.Batch) error

func (f recorder) Record(b soak.Batch) error { return f(b) }
