package load

import (
	"bytes"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

// TestAHistogramIsEncodedAsTheLibraryDoes compares the two byte for byte.
func TestAHistogramIsEncodedAsTheLibraryDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHistogram()
		for _, v := range rapid.SliceOfN(rapid.Int64Range(1, longest), 1, 40).Draw(t, "latencies") {
			if err := h.RecordValues(v, rapid.Int64Range(1, 1<<40).Draw(t, "count")); err != nil {
				t.Fatal(err)
			}
		}
		got, err := encode(h)
		if err != nil {
			t.Fatal(err)
		}
		want, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s\nwant %s, %v", got, want, err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	h := newHistogram()
	for i := range int64(100) {
		_ = h.RecordValue(1000 + i*i*7)
	}
	b.Run("here", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = encode(h)
		}
	})
	b.Run("library", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		}
	})
}
