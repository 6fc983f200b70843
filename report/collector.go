package report

import (
	"sync"

	"github.com/HdrHistogram/hdrhistogram-go"

	"leakcheck/soak"
)

// Collector keeps what charts need of a run while it goes on, or while a
// stored run is replayed through it. It is a soak.Recorder in bounded memory:
// about 64 bytes for each bucket of each curve, whatever the run's length.
type Collector struct {
	mu     sync.Mutex
	points int
	series map[string]*Series
}

// DefaultPoints is a good number of buckets for a chart that fills a screen.
const DefaultPoints = 480

// NewCollector returns a collector that keeps at most maxPoints buckets (of up
// to four points each) for each curve; 0 means DefaultPoints.
func NewCollector(maxPoints int) *Collector {
	if maxPoints <= 0 {
		maxPoints = DefaultPoints
	}
	return &Collector{points: maxPoints, series: map[string]*Series{}}
}

// Record takes in a batch. It never fails.
func (c *Collector) Record(b soak.Batch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range b.Samples {
		c.of(b.Samples[i].Target).sample(&b.Samples[i])
	}
	for _, s := range b.Signals {
		if s.Reserved() {
			continue // no rule's, and no curve
		}
		c.of(s.Target).signal(s)
	}
	for _, l := range b.Load {
		c.load(l)
	}
	return nil
}

// Series returns a copy of what was collected so far, by target.
func (c *Collector) Series() map[string]*Series {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make(map[string]*Series, len(c.series))
	for name, s := range c.series {
		out[name] = s.clone()
	}
	return out
}

func (c *Collector) of(target string) *Series {
	s := c.series[target]
	if s == nil {
		s = newSeries(target, c.points)
		c.series[target] = s
	}
	return s
}

// load keeps an interval's 95th percentile. A histogram that cannot be read is
// left out: the totals in the report do not depend on it.
func (c *Collector) load(l soak.LoadInterval) {
	if len(l.Latency) == 0 {
		return
	}
	h, err := hdrhistogram.DecodePacked(l.Latency)
	if err != nil || h.TotalCount() == 0 {
		return
	}
	run := c.of("")
	if run.Latency[l.Scenario] == nil && len(run.Latency) >= mostTraces {
		return
	}
	p95 := float64(h.ValueAtPercentile(95)) / 1000
	trace(run.Latency, l.Scenario, c.points).Add(0, Point{l.At.UnixMilli(), p95})
}
