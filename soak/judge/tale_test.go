package judge

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"leakcheck/scenarios"
	"leakcheck/soak"
	"leakcheck/soak/logscan"
)

// tale is a run of an OIP node as the documents would have it: fixed, loaded,
// watched from its start. Rows of the table change one thing about it.
type tale struct {
	length   time.Duration
	memory   model
	lines    []line
	scenario map[string]func(time.Duration) soak.LoadInterval // what is fired each 2, or in long runs each 10 minutes
	bursts   bool
	events   []soak.Event
	noLog    bool
	noMemory bool
	sockets  func(time.Duration) int64
	older    time.Duration // how long the container had run before
	every    time.Duration // between two samples, if it matters
	tap      []soak.Signal
}

// line is a line of the log.
type line struct {
	at   time.Duration
	text string
}

const half = 30 * time.Second

// fixed is the node with the fix, for a while.
func fixed(length time.Duration) *tale {
	t := &tale{length: length, memory: afterBursts(quiet()), bursts: true, sockets: func(time.Duration) int64 { return 40 }, tap: []soak.Signal{through(time.Minute, 56, 56, 0)}}
	t.lines = append(t.lines, line{0, "✅ Server initialized on port 3005"}, line{time.Second, "📡 GUN helper initialized"})
	for d := t.pace(1); d <= length; d += t.pace(1) {
		t.lines = append(t.lines, line{d, "GET /api/records 200 in 48 ms"})
	}
	t.stats(func(d time.Duration) (percent float64, lookups int) {
		return min(85, 25+0.6*d.Minutes()), 100 * int(1+d.Minutes())
	})
	for d := time.Hour; d <= length; d += time.Hour {
		t.lines = append(t.lines, line{d + 2*time.Second, "🧹 [GUN 404 Cache] Cleaned 45 expired entries, 500 remain"})
	}
	t.monitor(100)
	answer := func(name string, latency time.Duration) func(time.Duration) soak.LoadInterval {
		one := fired(0, name, 1, latency)
		return func(d time.Duration) soak.LoadInterval { one.At = at(d); return one }
	}
	t.scenario = map[string]func(time.Duration) soak.LoadInterval{
		"workout": answer("workout", 80*time.Millisecond), "meal-plan": answer("meal-plan", 40*time.Millisecond),
		soak.HealthScenario: answer(soak.HealthScenario, 3*time.Millisecond),
	}
	return t
}

// pace is so many minutes, three times as many where a run takes a day, ten
// times where it takes days.
func (t *tale) pace(minutes int) time.Duration {
	switch {
	case t.length > 25*time.Hour:
		minutes *= 10
	case t.length >= 24*time.Hour:
		minutes *= 3
	}
	return time.Duration(minutes) * time.Minute
}

// afterBursts adds what a burst each hour holds for half a minute.
func afterBursts(m model) model {
	return func(d time.Duration) float64 {
		if d > time.Minute && d%time.Hour > 10*time.Minute && d%time.Hour <= 11*time.Minute {
			return m(d) + 120e6
		}
		return m(d)
	}
}

func (t *tale) stats(of func(time.Duration) (float64, int)) {
	t.without("cached souls")
	for d := t.pace(3); d <= t.length; d += t.pace(3) {
		percent, lookups := of(d)
		t.say(d, fmt.Sprintf("📊 [GUN 404 Cache] %d/%d hits (%.1f%% cache hit rate, 455 cached souls)", int(percent/100*float64(lookups)), lookups, percent))
	}
}

func (t *tale) monitor(external int) {
	t.without("Memory Monitor")
	for d := t.pace(2); d <= t.length; d += t.pace(5) {
		t.say(d, fmt.Sprintf("[Memory Monitor] Heap: 312MB / 400MB (78.00%%), RSS: 700MB, External: %dMB", external))
	}
}

func (t *tale) say(d time.Duration, text string) { t.lines = append(t.lines, line{d, text}) }

// without takes the lines with a text away.
func (t *tale) without(text string) {
	t.lines = slices.DeleteFunc(t.lines, func(l line) bool { return contains(l.text, text) })
}

// between takes the lines with a text away from one time to another.
func (t *tale) between(from, to time.Duration, text string) {
	t.lines = slices.DeleteFunc(t.lines, func(l line) bool { return l.at > from && l.at < to && contains(l.text, text) })
}

// sampling is as close as the tale needs it.
func (x *tale) sampling() time.Duration {
	switch {
	case x.every > 0:
		return x.every
	case x.length > 25*time.Hour:
		return 20 * time.Minute
	case x.length >= 24*time.Hour:
		return 5 * time.Minute
	}
	return half
}

var loadedProfiles = map[string]*soak.Profile{}

func load(t *testing.T, name string) *soak.Profile {
	t.Helper()
	if loadedProfiles[name] == nil {
		p, err := scenarios.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		loadedProfiles[name] = p
	}
	return loadedProfiles[name]
}

// tell judges the tale with an embedded profile.
func (x *tale) tell(t *testing.T, profile string) soak.Report {
	t.Helper()
	p := load(t, profile)
	step := x.sampling()
	s := tell(t, p, func(info *soak.RunInfo) { info.Planned, info.Interval = x.length.Seconds(), step.Seconds() }, startedBefore(x.older))
	if !x.noLog {
		s.record(readLines(t, p, x.lines, x.length))
	}
	s.record(soak.Batch{Events: x.events, Signals: x.tap})
	for d := time.Duration(0); d <= x.length; d += step {
		var b soak.Batch
		if !x.noMemory {
			one := sample(d, x.memory(d))
			one.Set(soak.Sockets, x.sockets(d))
			b.Samples = []soak.Sample{one}
		}
		for _, fire := range x.scenario {
			if d%(2*time.Minute) == 0 && x.length < 24*time.Hour || d%(10*time.Minute) == 0 {
				b.Load = append(b.Load, fire(d+time.Second))
			}
		}
		if x.bursts && d%time.Hour == 10*time.Minute {
			b.Load = append(b.Load, fired(d+time.Second, "burst", 10, 300*time.Millisecond))
		}
		s.record(b)
	}
	return s.end(x.length)
}

// readLines scans the lines as the probe would.
func readLines(t *testing.T, p *soak.Profile, lines []line, length time.Duration) soak.Batch {
	t.Helper()
	rules, err := logscan.Compile(p.Signals)
	if err != nil {
		t.Fatal(err)
	}
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.at, b.at) })
	var b soak.Batch
	scanner := rules.NewScanner(node, func(s soak.Signal) { b.Signals = append(b.Signals, s) })
	for i, l := range lines {
		if l.at > length {
			break
		}
		scanner.Line(soak.Line{At: at(l.at), Text: []byte(l.text)})
		if i%100 == 99 {
			b.Logs = append(b.Logs, scanner.Span())
		}
	}
	scanner.Flush()
	if span := scanner.Span(); span.Lines > 0 {
		b.Logs = append(b.Logs, span)
	}
	return b
}
