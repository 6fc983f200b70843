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
	low, high := a.interval()
	top, bottom := a.present(s)
	hours := func(level, rate float64) *float64 {
		if rate <= 0 {
			return nil
		}
		h := math.Max(f.WallBytes-level, 0) / rate
		return &h
	}
	f.Hours.Low = hours(math.Max(now, now+top), high)
	if low > 0 && a.leak != soak.LeakNo {
		f.Hours.Estimate = hours(now+(top+bottom)/2, a.rate.quantile(0.5)*3600)
		f.Hours.High = hours(math.Min(now, now+bottom), low)
	}
	return f
}

// present is between which bounds, as differences to the last sample, the
// memory stands without its noise: a band of two standard deviations around the
// last tenth of the floor, and up to the top of its teeth.
func (a *analysis) present(s *Stream) (top, bottom float64) {
	n := a.series.len()
	if a.pooled || n < standard.minPoints {
		return 0, 0
	}
	rate, last := a.rate.quantile(0.5), a.series.now
	part := func(from int) (mean, deviation float64) {
		var sum, square float64
		for i := from; i < n; i++ {
			y := a.series.y[i] + rate*(last-a.series.t[i]) - s.current().lastY
			sum, square = sum+y, square+y*y
		}
		m := float64(n - from)
		return sum / m, math.Sqrt(math.Max(square/m-sum*sum/(m*m), 0))
	}
	level, _ := part(n - max(standard.minPoints, n/10))
	_, deviation := part(n / 2)
	top, bottom = level+2*deviation, level-2*deviation
	if a.floor.teeth > 0 {
		top = math.Max(top, level+a.floor.height)
	}
	return top, bottom
}

// interval is the confidence interval of the present rate in bytes per hour.
func (a *analysis) interval() (low, high float64) {
	tail := (1 - standard.confidence) / 2
	return a.rate.quantile(tail) * 3600, a.rate.quantile(1-tail) * 3600
}
