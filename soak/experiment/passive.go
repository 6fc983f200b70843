package experiment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"leakcheck/soak"
)

// Kinds of happenings.
const (
	kindScenario = "scenario"
	kindFailed   = "failed"
	kindSignal   = "signal"
	kindError    = "error"
	kindLine     = "line"
	kindEvent    = "event"
	kindCounter  = "counter"
)

const (
	// mostBins and fewestBins bound the stretches that a time is cut into.
	mostBins, fewestBins = 240, 60
	// mostKinds bounds how many kinds of happenings are counted, mostCompared
	// how many, the most frequent ones, growth is compared with.
	mostKinds, mostCompared = 1000, 100
)

// Passive collects the memory of one target and what happened to it meanwhile,
// in bounded memory: a soak.Recorder for live and stored runs. It is not safe
// for concurrent use.
type Passive struct {
	target  string
	start   time.Time
	width   time.Duration
	sampled levels
	logged  levels
	kinds   map[happening]*counted
	dropped int
	last    map[soak.Metric]int64
	life    int
}

// happening is a kind of thing that happens.
type happening struct{ kind, name string }

// counted is how often it happened in each bin.
type counted struct {
	bins  []float64
	total float64
}

// levels are the lowest memory figures of each bin; 0 where there is none.
type levels struct {
	low    []float64
	life   []int // of the bin's figures; -1 if they are of several
	n      int
	lasted int // the last bin
}

// NewPassive returns a collector for one target, whose time begins at start:
// what happened before is left out.
func NewPassive(target string, start time.Time) *Passive {
	return &Passive{target: target, start: start, width: time.Second, kinds: map[happening]*counted{}, last: map[soak.Metric]int64{}}
}

// Record takes what a run saw. It never fails.
func (p *Passive) Record(b soak.Batch) error {
	for _, s := range b.Samples {
		if s.Target == p.target {
			p.sample(s)
		}
	}
	for _, s := range b.Signals {
		if s.Target == p.target {
			p.signal(s)
		}
	}
	for _, in := range b.Load {
		if in.Scenario == soak.HealthScenario {
			continue
		}
		p.count(kindScenario, in.Scenario, in.At, float64(in.Requests))
		for _, n := range in.Errors {
			p.count(kindFailed, in.Scenario, in.At, float64(n))
		}
	}
	for _, e := range b.Events {
		if (e.Target == p.target || e.Target == "") && tells[e.Kind] {
			p.count(kindEvent, string(e.Kind), e.At, 1)
		}
	}
	return nil
}

// tells are the events that memory may have to do with.
var tells = map[soak.EventKind]bool{
	soak.EventDeath: true, soak.EventOOM: true, soak.EventHealth: true, soak.EventPause: true, soak.EventProbe: true, soak.EventLimit: true,
}

// Line counts a line of the log, folded so that lines of one kind are the same.
func (p *Passive) Line(at time.Time, folded string) { p.count(kindLine, folded, at, 1) }

// counters are what a container counts besides its memory.
var counters = [...]soak.Metric{soak.NetRx, soak.NetTx, soak.Requests}

func (p *Passive) sample(s soak.Sample) {
	if level, ok := levelOf(s.Values); ok {
		if i, ok := p.bin(s.At); ok {
			p.sampled.add(i, level, s.Life)
		}
	}
	for _, m := range counters {
		x, ok := s.Get(m)
		if !ok {
			continue
		}
		if before, known := p.last[m]; known && s.Life == p.life && x > before {
			p.count(kindCounter, m.String(), s.At, float64(x-before))
		}
		p.last[m] = x
	}
	p.life = s.Life
}

func (p *Passive) signal(s soak.Signal) {
	if rss := s.Values["rss"]; rss > 0 {
		if i, ok := p.bin(s.At); ok {
			p.logged.add(i, rss, 1)
		}
		return // that line tells of the memory, it does nothing to it
	}
	switch {
	case s.Name == soak.ErrorSignal:
		p.count(kindError, s.Text, s.At, float64(s.Count))
	case !s.Reserved():
		p.count(kindSignal, s.Name, s.At, float64(s.Count))
	}
}

func (p *Passive) count(kind, name string, at time.Time, n float64) {
	i, ok := p.bin(at)
	if !ok || n <= 0 {
		return
	}
	c := p.kinds[happening{kind, name}]
	if c == nil {
		if len(p.kinds) >= mostKinds {
			p.dropped++
			return
		}
		c = &counted{}
		p.kinds[happening{kind, name}] = c
	}
	c.bins = reach(c.bins, i)
	c.bins[i] += n
	c.total += n
}

// longest is what nothing lasts: a time beyond it is a mistake, or the start is.
const longest = 100 * 365 * 24 * time.Hour

// bin finds the bin of an instant, and widens all bins if it lies too far on.
func (p *Passive) bin(at time.Time) (int, bool) {
	if at.Before(p.start) || at.Sub(p.start) > longest {
		return 0, false
	}
	for at.Sub(p.start) >= 2*mostBins*p.width {
		p.widen()
	}
	return int(at.Sub(p.start) / p.width), true
}

// widen joins each two bins.
func (p *Passive) widen() {
	p.width *= 2
	p.sampled.halve()
	p.logged.halve()
	for _, c := range p.kinds {
		for i := range c.bins {
			c.bins[i/2] = c.bins[i] + odd(i)*c.bins[i/2]
		}
		c.bins = c.bins[:(len(c.bins)+1)/2]
	}
}

// odd is 1 for the second bin of a pair.
func odd(i int) float64 { return float64(i % 2) }

func (l *levels) add(i int, level float64, life int) {
	l.low, l.life = reach(l.low, i), reach(l.life, i)
	l.put(i, level, life)
	l.n, l.lasted = l.n+1, max(l.lasted, i)
}

func (l *levels) put(i int, level float64, life int) {
	switch {
	case l.low[i] == 0:
		l.low[i], l.life[i] = level, life
	case l.life[i] != life:
		l.life[i] = -1
	default:
		l.low[i] = min(l.low[i], level)
	}
}

func (l *levels) halve() {
	old, lives := slices.Clone(l.low), slices.Clone(l.life)
	clear(l.low)
	for i, level := range old {
		if level != 0 {
			l.put(i/2, level, lives[i])
		}
	}
	half := (len(old) + 1) / 2
	l.low, l.life, l.lasted = l.low[:half], l.life[:half], l.lasted/2
}

// reach makes a slice long enough for an index.
func reach[T any](s []T, i int) []T {
	for len(s) <= i {
		s = append(s, *new(T))
	}
	return s
}

// Result compares growth with what happened.
func (p *Passive) Result() soak.Passive {
	r := soak.Passive{Target: p.target, Source: "samples", Leak: soak.LeakInconclusive, Seen: []soak.Coincidence{}, Untold: []soak.Untold{}, Warnings: []string{}}
	memory := &p.sampled
	if p.logged.span() > Longer*p.sampled.span() { // nobody sampled while the log went on
		r.Source, memory = "the RSS in its log", &p.logged
	}
	for memory.span() > mostBins || memory.span() >= 2*fewestBins && (memory.n < 3*memory.span() || memory.restless()) {
		p.widen()
	}
	first, last := memory.first(), memory.lasted-1 // the last bin is not over
	r.Bins, r.Bin = max(last-first, 0), p.width.Seconds()
	r.From, r.To = p.start.Add(time.Duration(first)*p.width), p.start.Add(time.Duration(last+1)*p.width)
	growth := memory.increments(first, last)
	for _, d := range growth {
		r.Growth += d.by
	}
	if p.dropped > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d happenings of kinds beyond the first %d were left out", p.dropped, mostKinds))
	}
	if r.Bins < fewestBins {
		r.Why = fmt.Sprintf("memory was seen over %d stretches of %s; it takes %d to tell chance from coincidence: watch it for longer", r.Bins, soak.Duration(p.width), fewestBins)
		return r
	}
	p.compare(&r, growth, first)
	return r
}

// Longer is how many times longer than the samples the log must tell of memory
// to be preferred.
const Longer = 4

// FewestFigures is how many figures of memory a comparison needs.
const FewestFigures = 3 * fewestBins

func (l *levels) first() int {
	return max(slices.IndexFunc(l.low, func(x float64) bool { return x != 0 }), 0)
}

func (l *levels) span() int {
	if l.n == 0 {
		return 0
	}
	return l.lasted - l.first() + 1
}

// increment is how far the floor rose from one bin to the next; known is false
// where it was not seen, or where a life ended.
type increment struct {
	by    float64
	known bool
}

func (l *levels) increments(first, last int) []increment {
	all := make([]increment, 0, max(last-first, 0))
	for i := first + 1; i <= last; i++ {
		x := increment{}
		if l.low[i] != 0 && l.low[i-1] != 0 && l.life[i] == l.life[i-1] && l.life[i] > 0 {
			x = increment{l.low[i] - l.low[i-1], true}
		}
		all = append(all, x)
	}
	return all
}

// restless reports whether the bins are shorter than the memory's own ups and
// downs, such as those of a collector, so that longer ones show more of what
// stays. It looks at memory alone: it cannot favour any happening.
func (l *levels) restless() bool {
	net, all := 0.0, 0.0
	for _, x := range l.increments(l.first(), l.lasted) {
		net += x.by
		all += max(x.by, -x.by)
	}
	return all > 4*max(net, -net)
}

// compare fills in what growth coincides with.
func (p *Passive) compare(r *soak.Passive, growth []increment, first int) {
	var series []happens
	for h, c := range p.kinds {
		x := make([]float64, len(growth))
		for i := range x { // bin first+1+i is where memory came out after growth[i]
			if at := first + 1 + i; at < len(c.bins) {
				x[i] = c.bins[at]
			}
		}
		if why := incomparable(x); why != "" {
			r.Untold = append(r.Untold, soak.Untold{Kind: h.kind, Name: h.name, Why: why})
			continue
		}
		series = append(series, happens{happening: h, total: c.total, x: x})
	}
	slices.SortFunc(series, func(a, b happens) int {
		return cmp.Or(cmp.Compare(b.total, a.total), cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	})
	if len(series) > mostCompared {
		r.Warnings = append(r.Warnings, fmt.Sprintf("only the %d most frequent of %d kinds of happenings were compared", mostCompared, len(series)))
		series = series[:mostCompared]
	}
	slices.SortFunc(r.Untold, func(a, b soak.Untold) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	r.Seen = coincide(growth, series, p.width)
	r.Why = conclusion(r)
}

const (
	// rare is how many bins something must happen in.
	rare = 5
	// even is by what share of the usual nine of ten bins may differ from each
	// other and still be called even.
	even = 0.1
)

func incomparable(x []float64) string {
	in := 0
	for _, n := range x {
		if n > 0 {
			in++
		}
	}
	sorted := slices.Sorted(slices.Values(x))
	n := len(x)
	usual, spread := sorted[n/2], sorted[n-1-n/20]-sorted[n/20]
	switch {
	case in < rare:
		return fmt.Sprintf("it happened in only %d stretches", in)
	case usual > 0 && spread <= even*usual, usual >= 5 && spread <= 1:
		return "it happened at an even rate all along: growth cannot go up and down with it"
	}
	return ""
}

func conclusion(r *soak.Passive) string {
	var names []string
	for _, c := range r.Seen {
		if c.Coincides {
			names = append(names, c.Kind+" "+c.Name)
		}
	}
	switch {
	case len(r.Seen) == 0:
		return "nothing that growth could be compared with was seen"
	case len(names) == 0:
		return fmt.Sprintf("growth coincides with none of %d kinds of happenings more than chance would have it", len(r.Seen))
	}
	return "growth coincides with " + strings.Join(names[:min(len(names), 3)], ", ") + "; whether it comes from there, only an experiment can tell"
}
