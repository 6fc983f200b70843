package load

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"leakcheck/soak"
)

// enough is how many answers a 95th percentile needs.
const enough = 20

// traffic is what the brake remembers of one scenario: how many requests failed
// of late, and how fast the node was when it was well.
type traffic struct {
	recent   []interval
	first    *hdrhistogram.PackedHistogram // collects the baseline; nil once there is one
	baseline float64                       // the healthy 95th percentile in microseconds
	// failRun and slowRun count intervals in a row in which too much failed,
	// and weigh those in which the node was slow.
	failRun, slowRun int
	// held is how many requests that fell due in the last slow interval were
	// answered after it.
	held int64
}

type interval struct {
	at               time.Time
	requests, errors int64
}

// load adds an interval and says why it ends the load, or nothing.
func (b *Brake) load(in soak.LoadInterval) string {
	t := b.traffic[in.Scenario]
	if t == nil {
		t = &traffic{first: newPacked()}
		b.traffic[in.Scenario] = t
	}
	failed := int64(0)
	for _, n := range in.Errors {
		failed += n
	}
	latency, err := merge(in.Latency)
	t.add(interval{at: in.At, requests: in.Requests, errors: failed}, b.o.Window)
	if reason := t.failing(in.Scenario, b.o); reason != "" {
		return reason
	}
	if err != nil || latency.TotalCount() == 0 {
		return "" // a damaged histogram says nothing about the node
	}
	if t.baseline == 0 {
		t.learn(latency, failed)
		return ""
	}
	return t.slow(in, latency, b.o)
}

// add keeps the window: at most Window long, and no more intervals than fit in
// it at one a second.
func (t *traffic) add(in interval, window time.Duration) {
	old := 0
	for old < len(t.recent) && (in.at.Sub(t.recent[old].at) > window || len(t.recent)-old >= 300) {
		old++
	}
	t.recent = append(t.recent[old:], in)
}

// failing looks at the last requests, as many as make a share meaningful: all
// of a busy interval, or those of some minutes of a gentle load. Two intervals
// in a row must fail, as one alone may be a hiccup.
func (t *traffic) failing(scenario string, o BrakeOptions) string {
	var requests, errors int64
	for i := len(t.recent) - 1; i >= 0 && requests < enough; i-- {
		requests += t.recent[i].requests
		errors += t.recent[i].errors
	}
	if errors < o.MinErrors || float64(errors) <= o.ErrorShare*float64(requests) {
		t.failRun = 0
		return ""
	}
	if t.failRun++; t.failRun < 2 {
		return ""
	}
	return fmt.Sprintf("%d of the last %d requests of %s failed", errors, max(requests, errors), scenario)
}

// slow compares the last answers with the first healthy ones: their 95th
// percentile if they are enough for one, else their upper quartile, which is
// stronger evidence still. Two intervals in a row must be slow: one alone may be a
// collection's pause. One that works off what that pause held up shows nothing
// new: it neither counts nor clears the node.
func (t *traffic) slow(in soak.LoadInterval, last *hdrhistogram.PackedHistogram, o BrakeOptions) string {
	quantile := 95.
	if last.TotalCount() < enough {
		quantile = 75
	}
	now := float64(last.ValueAtPercentile(quantile))
	if now <= o.Slowdown*t.baseline || now < float64(o.MinSlow.Microseconds()) {
		t.slowRun, t.held = 0, 0
		return ""
	}
	if caught := in.Requests - in.Due; caught <= t.held && float64(caught) > (1-quantile/100)*float64(in.Requests) {
		t.held -= caught
		return ""
	}
	t.held = max(in.Due-in.Requests, 0)
	t.slowRun += onTime
	if in.Duration > o.Every+o.MinSlow {
		t.slowRun += late - onTime
	}
	if t.slowRun < 2*onTime {
		return ""
	}
	return fmt.Sprintf("%s takes %.0f ms where it took %.0f ms at first (95th percentile)", in.Scenario, now/1000, t.baseline/1000)
}

// onTime and late are what a slow interval weighs: less where leakcheck itself
// came late to take it, for what held leakcheck up may have held up its requests
// and not the node. Two on time stop the load, or four of any kind.
const (
	late   = 1
	onTime = 2
)

// learn collects the baseline from answers of intervals without errors.
func (t *traffic) learn(in *hdrhistogram.PackedHistogram, failed int64) {
	if failed > 0 {
		return
	}
	t.first.Merge(in)
	if t.first.TotalCount() >= enough {
		t.baseline = float64(t.first.ValueAtPercentile(95))
		t.first = nil
	}
}
