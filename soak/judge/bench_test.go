package judge

import (
	"testing"
	"time"

	"leakcheck/soak"
)

// BenchmarkUnpack: one interval of load.
func BenchmarkUnpack(b *testing.B) {
	x := fired(time.Second, "workout", 10, 80*time.Millisecond)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := unpack(x.Latency); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecord: one sample of a run with the checklist of a day.
func BenchmarkRecord(b *testing.B) {
	s := tell(&testing.T{}, dayChecks())
	m := healthy()
	i := 0
	for b.Loop() {
		d := time.Duration(i) * time.Second
		_ = s.j.Record(soak.Batch{Samples: []soak.Sample{sample(d, m(d))}})
		i++
	}
}

// BenchmarkFailed: what asking for a failure after every sample costs, and
// BenchmarkReport what a report does, after a day at 5 s.
func BenchmarkFailed(b *testing.B) {
	s := tell(&testing.T{}, dayChecks())
	s.samples(healthy(), 0, 24*time.Hour, 5*time.Second)
	for b.Loop() {
		s.j.Failed(at(24 * time.Hour))
	}
}

func BenchmarkReport(b *testing.B) {
	s := tell(&testing.T{}, dayChecks())
	m := healthy()
	s.samples(m, 0, 24*time.Hour, 5*time.Second)
	d := 24 * time.Hour
	for b.Loop() {
		d += time.Second
		_ = s.j.Record(soak.Batch{Samples: []soak.Sample{sample(d, m(d))}})
		s.j.Report(at(d))
	}
}
