package report

import (
	"maps"
	"slices"
	"time"

	"leakcheck/soak"
)

// Series is what one target's charts are drawn from, in bounded memory. The
// series under the empty name belongs to the run: its latencies.
type Series struct {
	Target string
	// Memory holds a trace for each component that was present, by metric name,
	// and "unreclaimable" where it could be computed.
	Memory map[string]*Trace
	// Signals holds the values of log signals, by "rule" or "rule.value".
	Signals map[string]*Trace
	// Latency holds each scenario's 95th percentile per interval, in milliseconds.
	Latency map[string]*Trace
	// Floor is the floor of the present life on which the verdict stands; whoever
	// judged the run gives it. Without one none is drawn.
	Floor []Point
	// Lives lists the last lives that were sampled.
	Lives []Life
	// Processes are those that the last look inside saw.
	Processes []soak.Process
	// Last is the newest sample's time; zero before the first.
	Last time.Time

	teeth  teeth // of the working set, or usage where there is none
	points int
}

// Life is a target's life as far as samples saw it.
type Life struct {
	Number   int
	From, To time.Time
	// Peak is the highest working set in bytes, or usage where there is none.
	Peak int64
}

// Unreclaimable names the trace of anon + shmem + kernel.
const Unreclaimable = "unreclaimable"

// drawn are the metrics that charts show.
var drawn = []soak.Metric{
	soak.WorkingSet, soak.Anon, soak.File, soak.Shmem, soak.Kernel, soak.Swap, soak.Heap, soak.Limit, soak.HostAvailable,
}

// Bounds on what a hostile log or a crash loop can make a series hold.
const (
	mostTraces    = 64
	mostLives     = 32
	mostProcesses = 64
)

func newSeries(target string, points int) *Series {
	return &Series{
		Target: target, Memory: map[string]*Trace{}, Signals: map[string]*Trace{}, Latency: map[string]*Trace{}, points: points,
	}
}

func (s *Series) sample(x *soak.Sample) {
	at := x.At.UnixMilli()
	for _, m := range drawn {
		if v, ok := x.Get(m); ok {
			s.memory(m.String(), x.Life, Point{at, float64(v)})
		}
	}
	if v, ok := x.Unreclaimable(); ok {
		s.memory(Unreclaimable, x.Life, Point{at, float64(v)})
	}
	if v, ok := x.Get(soak.Usage); ok && !x.Has(soak.WorkingSet) {
		s.memory(soak.Usage.String(), x.Life, Point{at, float64(v)})
	}
	if x.Processes != nil {
		s.Processes = slices.Clone(x.Processes[:min(len(x.Processes), mostProcesses)])
	}
	if peak, ok := level(x); ok {
		s.teeth.add(x.Life, Point{at, float64(peak)})
		s.life(x, peak)
	}
	s.Last = x.At
}

// level is the memory that people know from `docker stats`.
func level(x *soak.Sample) (int64, bool) {
	if v, ok := x.Get(soak.WorkingSet); ok {
		return v, true
	}
	return x.Get(soak.Usage)
}

func (s *Series) memory(name string, life int, p Point) { trace(s.Memory, name, s.points).Add(life, p) }

func (s *Series) life(x *soak.Sample, peak int64) {
	if n := len(s.Lives); n > 0 && s.Lives[n-1].Number == x.Life {
		l := &s.Lives[n-1]
		l.To, l.Peak = x.At, max(l.Peak, peak)
		return
	}
	from := x.At
	if !x.Started.IsZero() && x.Started.Before(from) {
		from = x.Started
	}
	s.Lives = append(s.Lives, Life{Number: x.Life, From: from, To: x.At, Peak: peak})
	if len(s.Lives) > mostLives {
		s.Lives = slices.Delete(s.Lives, 0, 1)
	}
}

func (s *Series) signal(x soak.Signal) {
	for name, v := range x.Values {
		key := x.Name
		if len(x.Values) > 1 || name != x.Name && name != "value" {
			key += "." + name
		}
		if s.Signals[key] != nil || len(s.Signals) < mostTraces {
			trace(s.Signals, key, s.points).Add(0, Point{x.At.UnixMilli(), v})
		}
	}
}

func (s *Series) clone() *Series {
	c := *s
	c.Memory, c.Signals, c.Latency = cloneAll(s.Memory), cloneAll(s.Signals), cloneAll(s.Latency)
	c.Lives, c.Processes = slices.Clone(s.Lives), slices.Clone(s.Processes)
	c.Floor, c.teeth.last = slices.Clone(s.Floor), slices.Clone(s.teeth.last)
	return &c
}

// trace finds or makes a trace.
func trace(in map[string]*Trace, name string, points int) *Trace {
	t := in[name]
	if t == nil {
		t = newTrace(points)
		in[name] = t
	}
	return t
}

func cloneAll(in map[string]*Trace) map[string]*Trace {
	out := maps.Clone(in)
	for k, t := range out {
		out[k] = t.clone()
	}
	return out
}

// shown returns the trace that people know from `docker stats`.
func (s *Series) shown() (*Trace, string) {
	if s == nil {
		return nil, ""
	}
	for _, name := range []string{soak.WorkingSet.String(), soak.Usage.String(), Unreclaimable} {
		if t := s.Memory[name]; t != nil {
			return t, name
		}
	}
	return nil, ""
}
