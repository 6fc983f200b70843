package judge

import (
	"time"

	"leakcheck/soak"
)

// Memory after a firing counts as come back within the larger of these of the
// level before it.
const (
	recoveredShare = 0.10
	recoveredBytes = 20e6
)

// spikeWithin is how long after a firing its spike is looked for.
const spikeWithin = 60 * time.Second

// maxRecent bounds the levels that are remembered until the load of the same
// moment is told.
const maxRecent = 64

// point is the level at an instant.
type point struct {
	at    time.Time
	bytes int64
}

// recent holds the last levels, oldest first.
type recent struct{ points []point }

func (r *recent) add(p point) {
	if len(r.points) >= 2*maxRecent {
		r.points = append(r.points[:0], r.points[maxRecent:]...)
	}
	r.points = append(r.points, p)
}

// firing is one firing of a scenario and the memory around it.
type firing struct {
	at, lastAt time.Time
	before     int64 // the level just before it
	peak       int64 // the highest within spikeWithin
	came       bool  // the level came back after the peak
	samples    int
}

// spikes sums the firings of a window.
type spikes struct {
	firings, unrecovered int
	worst                int64
	worstAt              time.Time
}

// fire notes that a scenario was fired. Requests within a minute of a firing
// belong to it.
func (t *traffic) fire(x soak.LoadInterval) {
	began, within := x.At.Add(-x.Duration), t.spikeWithin()
	if last := t.firings[x.Scenario]; last != nil {
		if began.Sub(last.at) < within {
			return
		}
		for _, w := range t.windows() {
			w.spiked(x.Scenario, *last)
		}
	}
	delete(t.firings, x.Scenario)
	f := &firing{at: began}
	for _, p := range t.recent.points {
		if !p.at.After(began) {
			f.before, f.peak = p.bytes, p.bytes
			t.firings[x.Scenario] = f // somebody saw the level before it
		} else {
			f.sample(p, within)
		}
	}
}

// spikeWithin is the real time that a spike is looked for; a rehearsal's
// minute would be over before a sample.
func (t *traffic) spikeWithin() time.Duration {
	interval := time.Duration(t.judge.info.Interval * float64(time.Second))
	if t.judge.info.Rehearsal > 0 {
		return max(time.Duration(float64(spikeWithin)/t.judge.info.Rehearsal), 4*interval)
	}
	return spikeWithin
}

// level notes the target's memory level.
func (t *traffic) level(at time.Time, bytes int64) {
	p := point{at, bytes}
	t.recent.add(p)
	for _, f := range t.firings {
		f.sample(p, t.spikeWithin())
	}
}

func (f *firing) sample(p point, within time.Duration) {
	f.samples++
	f.lastAt = p.at
	if p.at.Sub(f.at) <= within && p.bytes > f.peak {
		f.peak, f.came = p.bytes, false
	}
	if f.back(p.bytes) {
		f.came = true
	}
}

// back reports whether a level counts as that before the firing.
func (f *firing) back(bytes int64) bool {
	return float64(bytes) <= float64(f.before)+max(recoveredShare*float64(f.before), recoveredBytes)
}

// settled reports whether the firing has been watched long enough to tell: a
// spike is over in a minute, a return may take five.
func (f *firing) settled(within time.Duration) bool {
	watched := f.lastAt.Sub(f.at)
	return f.samples > 0 && (f.came && watched >= within || watched >= 5*within)
}

// spiked adds a firing to those of the window that it falls into.
func (w *window) spiked(scenario string, f firing) {
	w.spikes[scenario] = w.spikes[scenario].with(w, f)
}

// with is the sum with one more firing of the window.
func (s spikes) with(w *window, f firing) spikes {
	if f.samples == 0 || !w.inside(f.at) {
		return s
	}
	s.firings++
	if !f.came {
		s.unrecovered++
	}
	if spike := f.peak - f.before; s.firings == 1 || spike > s.worst {
		s.worst, s.worstAt = spike, f.at
	}
	return s
}
