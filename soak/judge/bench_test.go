package judge

import (
	"testing"
	"time"
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
