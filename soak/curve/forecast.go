package curve

import (
	"math"

	"leakcheck/soak"
)

// walls lists what the memory can hit, with the working set now.
func (s *Stream) walls() (walls []Wall, now float64) {
	now, _ = s.column.read(&s.latest)
	if x, ok := s.latest.Get(soak.WorkingSet); ok {
		now = float64(x)
	}
	walls = append(walls, s.o.Walls...)
	if x, ok := s.latest.Get(soak.Limit); ok { // the nearer of two limits counts
		walls = append(walls, Wall{"limit", float64(x)})
	}
	if x, ok := s.latest.Get(soak.HostAvailable); ok && !s.given("host") {
		walls = append(walls, Wall{"host", now + float64(x)})
	}
	return walls, now
}

// Describe replaces the walls, and what the program fills, that the options
// named: a program that was started again may have other ones.
func (s *Stream) Describe(walls []Wall, fills float64) { s.o.Walls, s.o.Fills = walls, fills }

func (s *Stream) given(name string) bool {
	for _, w := range s.o.Walls {
		if w.Name == name {
			return true
		}
	}
	return false
}

// tolerance is the slowest growth that matters, in bytes per hour.
func (s *Stream) tolerance(level float64) float64 {
	if s.o.Tolerance > 0 {
		return s.o.Tolerance * s.scale()
	}
	room := math.Inf(1)
	walls, _ := s.walls()
	for _, w := range walls {
		if w.Name == "limit" || w.Name == "ceiling" {
			room = math.Min(room, w.Bytes-level)
		}
	}
	if math.IsInf(room, 1) {
		room = level
	}
	return math.Max(room, 0) / standard.promiseHours * s.scale()
}

// Forecast says when the memory meets the nearest wall at its present rate. It
// costs as much as the last look of [Stream.Decided] left to do.
func (s *Stream) Forecast() soak.Forecast {
	a := s.look()
	if a == nil {
		return soak.Forecast{}
	}
	return s.forecast(a)
}

func (s *Stream) forecast(a *analysis) soak.Forecast {
	walls, now := s.walls()
	f := soak.Forecast{}
	room := math.Inf(1)
	for _, w := range walls {
		r := w.Bytes - now
		if w.Name == "heap" && r <= 0 && a.level >= w.Bytes {
			// A heap is a part of the memory: a program that lives beyond its cap
			// holds the rest elsewhere, and how near the heap is cannot be seen.
			// One that has grown beyond it is about to meet it.
			continue
		}
		if r < room {
			room, f.Wall, f.WallBytes = r, w.Name, w.Bytes
		}
	}
	if f.Wall == "" || len(a.rate) == 0 {
		return f
	}
	ahead, wall := a.ahead(s), room+s.current().lastY
	tail := (1 - standard.confidence) / 2
	// The top of a tooth may meet the wall first, or a runtime that knows it may
	// collect in time until the floor does.
	above, below := a.swing(s)
	f.Hours.Low = ahead.reach(wall-above, tail)
	if room <= 0 {
		f.Hours.Low = new(float64) // it is there, whatever its path without the noise
	}
	if low, _ := a.interval(); low > 0 && a.leak != soak.LeakNo {
		f.Hours.Estimate, f.Hours.High = ahead.reach(wall+(below-above)/2, 0.5), ahead.reach(wall+below, 1-tail)
	}
	return f
}

// interval is the confidence interval of the present rate in bytes per hour.
func (a *analysis) interval() (low, high float64) {
	tail := (1 - standard.confidence) / 2
	return a.rate.quantile(tail) * 3600, a.rate.quantile(1-tail) * 3600
}
