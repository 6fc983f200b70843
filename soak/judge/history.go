package judge

import (
	"fmt"
	"slices"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/curve"
)

const (
	// maxMemories bounds the figures that are kept; when there are more, every
	// second one is forgotten.
	maxMemories = 4096
	// fewMemories are too few for a curve.
	fewMemories = 12
	// longerBy is how many times longer than the samples the log must reach
	// back to say more than they do.
	longerBy = 4
	// logSource is the Source of a curve that came from the log.
	logSource = "log"
)

// memories are the resident memory that a node's own log lines report. They
// are coarser than samples, but they reach back to times when nobody sampled.
type memories struct {
	points []point
	every  int // one of so many figures is kept
	seen   int
	judged map[time.Time]soak.Result // by the end that was asked for
}

// add notes a figure. The log may be read newest first, so figures come in any
// order.
func (m *memories) add(at time.Time, bytes float64) {
	m.seen++
	if bytes <= 0 || m.seen%max(m.every, 1) != 0 {
		return
	}
	clear(m.judged)
	m.points = append(m.points, point{at, int64(bytes)})
	if len(m.points) < maxMemories {
		return
	}
	m.sort()
	kept := m.points[:0]
	for i := 0; i < len(m.points); i += 2 {
		kept = append(kept, m.points[i])
	}
	m.points, m.every = kept, 2*max(m.every, 1)
}

func (m *memories) sort() {
	slices.SortStableFunc(m.points, func(a, b point) int { return a.at.Compare(b.at) })
}

// remembered classifies what the log says of the memory in the present life,
// up to an end (zero for all of it). It is not ok unless the log reaches back
// much further than the samples.
func (t *target) remembered(end time.Time) (r soak.Result, ok bool) {
	m := &t.memories
	if len(m.points) < fewMemories {
		return r, false
	}
	if r, known := m.judged[end]; known {
		return r, r.Samples > 0
	}
	if m.judged == nil {
		m.judged = map[time.Time]soak.Result{}
	}
	samples := t.remembrance(end)
	if len(samples) >= fewMemories && samples[len(samples)-1].At.Sub(samples[0].At) >= longerBy*t.lastAt.Sub(t.looked) {
		r = curve.Classify(slices.Values(samples), t.options)
		r.Source = logSource
		r.Warnings = append(r.Warnings, fmt.Sprintf(
			"judged on the resident memory (RSS) that %s lines of its log report over %s: nobody sampled it over that time",
			grouped(len(samples)), soak.RoundDuration(samples[len(samples)-1].At.Sub(samples[0].At))))
	}
	m.judged[end] = r
	return r, r.Samples > 0
}

// remembrance are the figures of the present life, up to an end, as samples.
func (t *target) remembrance(end time.Time) (samples []soak.Sample) {
	m := &t.memories
	m.sort()
	for _, p := range m.points {
		if p.at.Before(t.start) || !end.IsZero() && p.at.After(end) {
			continue
		}
		s := soak.Sample{Target: t.info.Name, Life: 1, At: p.at}
		s.Set(soak.Usage, p.bytes)
		if t.info.Limit > 0 {
			s.Set(soak.Limit, t.info.Limit)
		}
		samples = append(samples, s)
	}
	return samples
}

// recall lets the log answer what the samples, which span much less, cannot: a
// node that stood still for half a minute may have grown for a day. A leak that
// the samples prove stays one.
func (t *target) recall(r soak.Result) soak.Result {
	if r.Leak == soak.LeakYes {
		return r
	}
	if h, ok := t.remembered(time.Time{}); ok && h.Leak != soak.LeakInconclusive {
		return h
	}
	return r
}
