package judge

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// longestLatency is what a histogram holds at most, in microseconds.
const longestLatency = int64(time.Hour / time.Microsecond)

// latencies holds latencies in microseconds to three digits. It keeps only the
// buckets that have any, for there is one for each window and scenario.
type latencies = hdrhistogram.PackedHistogram

func newLatencies() *latencies { return hdrhistogram.NewPacked(1, longestLatency, 3) }

// unpack reads a histogram as it is in soak.LoadInterval; nil for an empty one.
func unpack(encoded []byte) (*latencies, error) {
	if len(encoded) == 0 {
		return nil, nil
	}
	h, err := hdrhistogram.DecodePacked(encoded)
	if err != nil || h.TotalCount() == 0 {
		return nil, err
	}
	return h, nil
}
