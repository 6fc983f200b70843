package load

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"leakcheck/soak"
)

// longest is the largest latency a histogram holds, in microseconds; longer
// ones count as it.
const longest = int64(time.Hour / time.Microsecond)

// digits is how many digits of a latency are right.
const digits = 3

// newHistogram holds latencies in 190 kB, however many they are.
func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, longest, digits) }

// tally counts one scenario in one phase since the last take.
type tally struct {
	scenario, phase string

	mu       sync.Mutex
	due      int64
	requests int64
	bytes    int64
	errors   map[soak.ErrorKind]int64
	latency  *hdrhistogram.Histogram // nil until there is one
	spare    *hdrhistogram.Histogram // takes over while latency is encoded
}

func (t *tally) wanted(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.due += n
}

func (t *tally) sent() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
}

// done counts an answer. A request that got none has no latency, unless it
// waited in vain: a node must not look faster for timing out.
func (t *tally) done(a answer, latency time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes += a.bytes
	if a.kind != "" {
		if t.errors == nil {
			t.errors = map[soak.ErrorKind]int64{}
		}
		t.errors[a.kind]++
	}
	switch a.kind {
	case soak.ErrorRefused, soak.ErrorReset, soak.ErrorOther:
		return
	}
	if t.latency == nil {
		t.latency = newHistogram()
	}
	// The value is within the histogram's range, so recording cannot fail.
	_ = t.latency.RecordValue(min(max(latency.Microseconds(), 1), longest))
}

// take returns what was counted since the last call and begins anew; ok is
// false if that is nothing. Only one goroutine may take.
func (t *tally) take() (in soak.LoadInterval, ok bool, err error) {
	t.mu.Lock()
	in = soak.LoadInterval{Scenario: t.scenario, Phase: t.phase, Due: t.due, Requests: t.requests, Bytes: t.bytes, Errors: t.errors}
	t.due, t.requests, t.bytes, t.errors = 0, 0, 0, nil
	counted := t.latency
	t.latency, t.spare = t.spare, nil
	t.mu.Unlock()
	if counted == nil || counted.TotalCount() == 0 {
		t.keep(counted)
		return in, in.Due != 0 || in.Requests != 0 || len(in.Errors) > 0, nil
	}
	in.Latency, err = counted.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	counted.Reset()
	t.keep(counted)
	return in, true, err
}

// keep holds an empty histogram ready for the next take.
func (t *tally) keep(h *hdrhistogram.Histogram) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spare = h
}

// forget gives the histograms back when a phase is over.
func (t *tally) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spare = nil
	if t.latency != nil && t.latency.TotalCount() == 0 {
		t.latency = nil
	}
}
