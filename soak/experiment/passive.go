package experiment

import (
	"fmt"
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
	if rss := s.Values[soak.RSSValue]; rss > 0 {
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
