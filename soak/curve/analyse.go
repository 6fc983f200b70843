package curve

import (
	"math"
	"slices"

	"leakcheck/soak"
)

// analysis is all that is known about a stream at one moment.
type analysis struct {
	// floor is the present regime's, whole the present life's.
	floor, whole floor
	series       *series
	full         *series
	// life is what was judged, nil if that was several.
	life *life
	// begin is where the present regime begins, in seconds of the stream, and
	// framed whether something else came before it in the same life.
	begin  float64
	framed bool
	// runaway says that the growth is so fast that nothing else counts.
	runaway bool
	// fills is the level up to which growth that would be a leak is what the
	// program was told to do, 0 when there is no such growth.
	fills float64
	// until is when the curve met its limit, in seconds of the stream, +Inf if
	// it never stood there.
	until   float64
	clipped bool
	// stairs are the jumps of a life that was found not to leak, pausing whether it
	// only stands still between two of them.
	stairs  stairs
	pausing bool
	// level is the floor at the begin of the regime, end at its end.
	level, end float64
	tolerance  float64
	fits       []explanation
	decision
}

// analyse judges what has been seen so far: the present life, and if that
// leaves the question open, all lives together.
func (s *Stream) analyse() *analysis {
	if s.current() == nil {
		return nil
	}
	if s.tooYoung() {
		return s.analyseLives()
	}
	a := s.analyseLife()
	if a == nil || a.leak != soak.LeakInconclusive || len(s.lives) == 1 || len(a.rate) == 0 {
		return a
	}
	if b := s.analyseLives(); b != nil && b.leak == soak.LeakYes && a.rate.quantile(0.5) > b.must {
		return b
	}
	return a
}

// analyseLife judges the present life: its present regime, or all of it where
// that has only just begun or all of it shows that nothing leaks while the
// regime, a warm-up without its start perhaps, leaves it open.
func (s *Stream) analyseLife() *analysis {
	present := s.life()
	if !present.frame(s.current()) {
		return present.finish(s)
	}
	young, long := present.seen() < regimeSeconds, present.full.span() >= regimeLeast
	present = present.finish(s)
	switch {
	case young && long:
		whole := s.wholeLife()
		if present.contradicts(whole) {
			whole.leak, whole.runaway = soak.LeakInconclusive, false
		}
		return whole
	case !young && present != nil && present.leak == soak.LeakInconclusive:
		if whole := s.wholeLife(); whole.clears(present) {
			// It is still when the present rate began.
			whole.framed, whole.begin, whole.window = true, present.begin, present.window
			return whole
		}
	}
	return present
}

// wholeLife judges all of the present life.
func (s *Stream) wholeLife() *analysis {
	a := s.life()
	a.series = a.full
	return a.finish(s)
}

// life begins the analysis of the present life.
func (s *Stream) life() *analysis {
	l := s.current()
	until, clipped := s.clip(l)
	a := &analysis{life: l, whole: l.floor(-1, until), until: until, clipped: clipped}
	a.floor, a.full = a.whole, l.series(a.whole)
	return a
}

// seen is how long the present regime has been seen, in seconds.
func (a *analysis) seen() float64 { return a.full.at[a.full.len()-1] - a.begin }

// contradicts reports whether the little that was seen of the present regime
// speaks against what the whole life proves.
func (a *analysis) contradicts(whole *analysis) bool {
	switch {
	case a == nil || len(a.rate) == 0 || len(whole.rate) == 0:
		return false
	case whole.leak == soak.LeakYes:
		return a.rate.quantile(0.975) < regimeSlows*whole.rate.quantile(0.5)
	}
	return whole.leak == soak.LeakNo && a.leak == soak.LeakYes
}

// clears reports whether the whole life proves that nothing leaks and its
// present regime does not speak against it.
func (a *analysis) clears(present *analysis) bool {
	return a.leak == soak.LeakNo && len(present.rate) > 0 && present.rate.quantile(regimeDoubt) < a.tolerance/3600
}

// analyseLives judges all lives together.
func (s *Stream) analyseLives() *analysis {
	l := s.current()
	a := &analysis{until: math.Inf(1), whole: l.floor(-1, math.Inf(1))}
	a.floor, a.full = a.whole, l.series(a.whole)
	a.begin = l.grid.buckets[0].t
	a.series = s.pool()
	return a.finish(s)
}

// finish explains and decides once the series is chosen.
func (a *analysis) finish(s *Stream) *analysis {
	if a.series.len() == 0 {
		return nil
	}
	a.levels()
	a.tolerance = s.tolerance(a.level)
	a.series, a.fits = explain(a.series, s.scale())
	a.decide()
	if a.leak == soak.LeakYes && a.framed {
		a.recall(s.scale())
	}
	if l := s.current(); a.leak == soak.LeakInconclusive && l.recent.goesOn(l.last, l.lastY) {
		a.leak, a.runaway = soak.LeakYes, true
	}
	if a.leak == soak.LeakYes && s.o.Fills > 0 {
		judged := s.lives
		if a.life != nil {
			judged = judged[len(judged)-1:]
		}
		if a.fills = s.filling(judged); a.fills > 0 {
			a.leak, a.runaway = soak.LeakInconclusive, false
		}
	}
	if a.leak == soak.LeakNo {
		a.stairs = findStairs(a.full)
		a.pausing = !a.clipped && a.stairs.pausing(a.settle(), a.tolerance/3600)
		if a.pausing || a.clipped {
			a.leak = soak.LeakInconclusive
		}
	}
	return a
}

// explain fits all explanations and returns the series as it was fitted.
func explain(s *series, scale float64) (*series, []explanation) {
	if s.len() < 4 {
		return s, nil
	}
	s, hops := sharpen(s, hops(s))
	return s, fit(s, hops, grainShare*math.Abs(Median(s.y)), scale)
}

// recall takes a "yes" back if the whole life, start-up included, is better
// explained by a harmless shape: the end of a logarithm looks like a line.
func (a *analysis) recall(scale float64) {
	whole := *a
	_, whole.fits = explain(a.full, scale)
	whole.decision = decision{}
	whole.rank(standard.recall)
	if whole.vetoed {
		a.leak, a.vetoed, a.rival = soak.LeakInconclusive, true, whole.rival
	}
}

// frame cuts the present life down to its present regime, if something came
// before it, and looks at that again, more closely.
func (a *analysis) frame(l *life) bool {
	a.series = a.full
	if a.full.len() == 0 {
		return false
	}
	grain := grainShare * math.Abs(a.full.y[a.full.len()-1])
	i := frame(a.full, grain)
	if i == 0 {
		return false
	}
	a.framed, a.begin = true, a.full.at[i]
	a.floor = l.floor(a.begin, a.until)
	a.series = l.series(a.floor)
	if a.series.len() < minFrame {
		a.series = a.full.from(i)
	}
	return true
}

// tooYoung reports whether the present life alone is too short to be judged
// while there were others.
func (s *Stream) tooYoung() bool {
	longest := 0.0
	for _, l := range s.lives[:len(s.lives)-1] {
		longest = math.Max(longest, l.length())
	}
	l := s.current()
	return longest > 0 && (l.samples < 12 || l.length() < longest/2)
}

// pool joins all lives, each without its start-up.
func (s *Stream) pool() *series {
	all := &series{}
	cut := 0.0
	parts := make([]*series, 0, len(s.lives))
	var longest *series
	for _, l := range s.lives {
		p := l.series(l.floor(-1, math.Inf(1)))
		parts = append(parts, p)
		if longest == nil || p.len() > 0 && p.longest() > longest.longest() {
			longest = p
		}
	}
	if longest.len() == 0 {
		return all
	}
	if i := frame(longest, grainShare*math.Abs(longest.y[longest.len()-1])); i > 0 && longest.t[i] < 0.5*longest.t[longest.len()-1] {
		cut = longest.t[i]
	}
	parts = parts[max(0, len(parts)-maxPooled):]
	total, step := 0.0, typicalStep(longest)
	for i, p := range parts {
		k := 0
		for k < p.len() && p.t[k] < cut {
			k++
		}
		if parts[i] = nil; p.len()-k >= 3 {
			parts[i] = p.from(k)
			total += parts[i].longest()
		}
	}
	for _, p := range parts {
		if p != nil {
			// Whole steps: stretches of four and of five samples in turn would
			// average a bent curve differently.
			width := step * math.Max(math.Ceil(total/maxPoints/step-1e-6), 1)
			all.join(coarse(p, width))
		}
	}
	return all
}

// coarse averages a life's series over stretches of the given width, counted
// from its first point. Stretches that are not full are left out: the mean of a
// bent curve over a shorter stretch would lie elsewhere.
func coarse(s *series, width float64) *series {
	out := &series{lives: []int{0}, width: width}
	most := 0.0
	for i := 0; i < s.len(); {
		cell := math.Floor((s.t[i]-s.t[0])/width + 0.01)
		var t, y, at, n float64
		for ; i < s.len() && math.Floor((s.t[i]-s.t[0])/width+0.01) == cell; i++ {
			t, y, at, n = t+s.t[i], y+s.y[i], at+s.at[i], n+1
		}
		if most = math.Max(most, n); n >= 0.8*most {
			out.t, out.y, out.at = append(out.t, t/n), append(out.y, y/n), append(out.at, at/n)
		}
	}
	return out
}

// levels measures the floor at both ends of the regime.
func (a *analysis) levels() {
	y := a.series.y
	k := max(1, len(y)/10)
	a.level, a.end = Median(y[:k]), Median(y[len(y)-k:])
}

// hops returns the places of up to three jumps of a single life, measured as
// the difference of the medians of three points on either side and, to find the
// exact place, of the two points themselves, that stand out
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
		jump[i] = (math.Abs(after-before) + math.Abs(s.y[i]-s.y[i-1])) / 2
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
	out := &series{lives: []int{0}, width: s.width, now: s.now}
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
