package curve

import (
	"math"
	"slices"
)

// grainShare of the level is the finest movement that is taken for more than
// an accident of paging and rounding.
const grainShare = 2e-5

// analysis is all that is known about a stream at one moment.
type analysis struct {
	// floor is the present regime's, whole the present life's.
	floor, whole floor
	series       *series
	full         *series
	// begin is where the present regime begins, in seconds of the stream, and
	// framed whether something else came before it in the same life.
	begin  float64
	framed bool
	pooled bool
	// level is the floor at the begin of the regime, end at its end.
	level, end float64
	tolerance  float64
	fits       []explanation
	decision
}

// analyse judges what has been seen so far.
func (s *Stream) analyse() *analysis {
	l := s.current()
	if l == nil {
		return nil
	}
	a := &analysis{whole: l.floor(-1)}
	a.floor = a.whole
	a.full = l.series(a.whole.points)
	if a.pooled = s.mustPool(a.full); a.pooled {
		a.series = s.pool()
	} else {
		a.frame(l)
	}
	if a.series.len() == 0 {
		return nil
	}
	a.levels()
	a.tolerance = s.tolerance(a.level)
	grain := grainShare * math.Abs(a.level)
	if a.series.len() >= 4 {
		hops := hops(a.series)
		a.series, hops = sharpen(a.series, hops)
		a.fits = fit(a.series, hops, grain, s.scale())
	}
	a.decide()
	return a
}

// frame cuts the present life down to its present regime and looks at that
// again, more closely.
func (a *analysis) frame(l *life) {
	a.series = a.full
	if a.full.len() == 0 {
		return
	}
	grain := grainShare * math.Abs(a.full.y[a.full.len()-1])
	i := frame(a.full, grain)
	if i == 0 {
		return
	}
	a.framed, a.begin = true, a.full.at[i]
	a.floor = l.floor(a.begin)
	a.series = l.series(a.floor.points)
	if a.series.len() < minFrame {
		a.series = a.full.from(i)
	}
}

// mustPool reports whether the present life alone is too young to be judged
// while there were others.
func (s *Stream) mustPool(present *series) bool {
	longest := 0.0
	for _, l := range s.lives[:len(s.lives)-1] {
		longest = math.Max(longest, l.last-l.grid.buckets[0].t)
	}
	l := s.current()
	return longest > 0 && (present.len() < 12 || l.last-l.grid.buckets[0].t < longest/2)
}

// maxPooled is how many lives are judged together at most, the latest ones.
const maxPooled = 8

// pool joins all lives, each without its start-up.
func (s *Stream) pool() *series {
	all := &series{}
	cut := 0.0
	parts := make([]*series, 0, len(s.lives))
	var longest *series
	for _, l := range s.lives {
		p := l.series(l.floor(-1).points)
		parts = append(parts, p)
		if longest == nil || p.len() > 0 && p.longest() > longest.longest() {
			longest = p
		}
	}
	if i := frame(longest, grainShare*math.Abs(longest.y[longest.len()-1])); i > 0 && longest.t[i] < 0.5*longest.t[longest.len()-1] {
		cut = longest.t[i]
	}
	parts = parts[max(0, len(parts)-maxPooled):]
	budget := max(3, maxPoints/len(parts))
	for _, p := range parts {
		i := 0
		for i < p.len() && p.t[i] < cut {
			i++
		}
		if p.len()-i >= 3 {
			all.join(coarse(p.from(i), budget))
		}
	}
	return all
}

// coarse averages a life's series down to at most n points.
func coarse(s *series, n int) *series {
	m := (s.len() + n - 1) / n
	out := &series{lives: []int{0}}
	for i := 0; i < s.len(); i += m {
		j := min(i+m, s.len())
		k := float64(j - i)
		var t, y, at float64
		for ; i < j; i++ {
			t, y, at = t+s.t[i]/k, y+s.y[i]/k, at+s.at[i]/k
		}
		i -= m
		out.t, out.y, out.at = append(out.t, t), append(out.y, y), append(out.at, at)
	}
	return out
}

// levels measures the floor at both ends of the regime.
func (a *analysis) levels() {
	y := a.series.y
	k := max(1, len(y)/10)
	a.level, a.end = median(y[:k]), median(y[len(y)-k:])
}

// hops returns the places of up to three jumps of a single life, measured as
// the difference of the medians of three points on either side, that stand out
// from all other movement. Many jumps of one size are not hops: they are how
// this memory grows.
func hops(s *series) []int {
	if len(s.lives) > 1 || s.len() < 12 {
		return nil
	}
	jump := make([]float64, s.len())
	for i := 2; i+2 < s.len(); i++ {
		before := middle3(s.y[i-1], s.y[i-2], s.y[max(0, i-3)])
		after := middle3(s.y[i], s.y[i+1], s.y[i+2])
		jump[i] = math.Abs(after-before) + 1e-3*math.Abs(s.y[i]-s.y[i-1])
	}
	var out []int
	var sizes []float64
	for range 4 {
		best := 2
		for i, x := range jump {
			if x > jump[best] {
				best = i
			}
		}
		out, sizes = append(out, best), append(sizes, jump[best])
		for i := max(0, best-3); i < min(len(jump), best+4); i++ {
			jump[i] = 0
		}
	}
	for k := 3; k > 0; k-- {
		if sizes[k-1] > standard.hopRatio*sizes[k] {
			return out[:k]
		}
	}
	return nil
}

// sharpen removes points that average over a step, which are on neither side
// of it, and returns the places of the steps in what is left.
func sharpen(s *series, hops []int) (*series, []int) {
	drop := make(map[int]bool)
	for _, h := range hops {
		before := middle3(s.y[h-1], s.y[h-2], s.y[max(0, h-3)])
		after := middle3(s.y[h], s.y[h+1], s.y[h+2])
		for _, i := range [...]int{h - 1, h, h + 1} {
			if u := (s.y[i] - before) / (after - before); u > .1 && u < .9 {
				drop[i] = true
			}
		}
	}
	if len(drop) == 0 {
		return s, hops
	}
	out := &series{lives: []int{0}}
	moved := slices.Clone(hops)
	for i := range s.t {
		if !drop[i] {
			out.t, out.y, out.at = append(out.t, s.t[i]), append(out.y, s.y[i]), append(out.at, s.at[i])
			continue
		}
		for k, h := range hops {
			if h > i {
				moved[k]--
			}
		}
	}
	return out, moved
}
