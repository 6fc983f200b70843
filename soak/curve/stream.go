package curve

import (
	"math"
	"time"

	"leakcheck/soak"
)

// Stream judges one target's samples as they come. Its memory is bounded
// whatever their number. It is not safe for concurrent use.
type Stream struct {
	o      Options
	column column
	origin time.Time
	lives  []*life
	// ended is how many lives there were before those kept.
	ended   int
	samples int
	// missing counts samples without the judged memory, disordered those out of order.
	missing, disordered int
	clipped             int
	latest              soak.Values // of the last sample
	target              string
	watch               watch
}

// New returns an empty stream.
func New(o Options) *Stream { return &Stream{o: o} }

// Add takes the next sample. Samples must come in order of time; those that do
// not are left out and counted. The cost is O(1) amortised.
func (s *Stream) Add(x soak.Sample) {
	if s.column == columnUnknown {
		s.column = choose(&x.Values)
		s.origin = x.At
	}
	s.samples++
	y, ok := s.column.read(&x.Values)
	if !ok {
		s.missing++
		return
	}
	t := float64(x.At.Sub(s.origin)) / 1e9
	l := s.current()
	switch {
	case l != nil && t <= l.last: // also of another life: time goes one way
		s.disordered++
		return
	case l == nil || l.begins(&x):
		l = s.begin(&x, t)
	}
	l.add(t, y, &x.Values)
	l.recent.add(t, y, runawaySeconds/s.scale())
	if limit, ok := x.Get(soak.Limit); ok && y >= standard.clipShare*float64(limit) {
		s.clipped++
	}
	s.latest, s.target = x.Values, x.Target
}

// Stands notes where the memory stands now, and its limit, without judging how
// it came there: forecasts begin from it, at the rate that was judged before.
func (s *Stream) Stands(x soak.Sample) {
	if _, ok := s.column.read(&x.Values); ok && len(s.lives) > 0 {
		s.latest = x.Values
	}
}

func (s *Stream) current() *life {
	if len(s.lives) == 0 {
		return nil
	}
	return s.lives[len(s.lives)-1]
}

// begin opens a new life at time t.
func (s *Stream) begin(x *soak.Sample, t float64) *life {
	if l := s.current(); l != nil {
		l.close()
	}
	if len(s.lives) == maxLives {
		s.lives = append(s.lives[:0], s.lives[1:]...)
		s.ended++
	}
	l := &life{id: x.Life, started: x.Started, offset: -t, recent: recent{at: math.Inf(1)}}
	if !x.Started.IsZero() && x.Started.Before(x.At) {
		l.offset = s.origin.Sub(x.Started).Seconds()
	}
	l.restarts, _ = x.Get(soak.Restarts)
	s.lives = append(s.lives, l)
	return l
}

// duration is the time from the first to the last sample in seconds.
func (s *Stream) duration() float64 {
	if l := s.current(); l != nil {
		return l.last
	}
	return 0
}

// scale is how many times shorter than in reality durations are.
func (s *Stream) scale() float64 {
	if s.o.Scale > 1 {
		return s.o.Scale
	}
	return 1
}

// Floor returns the floor of the present life for charts: a bounded number of
// points, oldest first.
func (s *Stream) Floor() []Point {
	l := s.current()
	if l == nil {
		return nil
	}
	f := l.floor(-1, math.Inf(1))
	out := make([]Point, len(f.points))
	for i, p := range f.points {
		out[i] = Point{At: s.origin.Add(time.Duration(p.at * float64(time.Second))), Bytes: p.y}
	}
	return out
}
