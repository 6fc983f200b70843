package logscan

import (
	"bytes"
	"maps"
	"time"

	"leakcheck/soak"
)

const (
	// MaxLine is how many bytes of a line rules see; the rest is read and
	// counted, but not matched.
	MaxLine = 64 << 10

	joinWithin = time.Second
	// followWithin is how long a hit waits for its following lines while the
	// log stands still.
	followWithin = 10 * time.Second
)

// Scanner reads one target's log, in order, and emits its signals. Its memory
// is bounded whatever the log holds. It is not safe for concurrent use.
type Scanner struct {
	rules   *Rules
	target  string
	emit    func(soak.Signal)
	states  []state
	open    int       // signals that may still grow
	waiting int       // of these, how many look at following lines
	oldest  time.Time // no open signal is older
	pos     int64     // where the next line begins in the log as read
	lines   int64
	span    soak.LogSpan
	block   block
}

// state is what a scanner remembers of one rule.
type state struct {
	signal soak.Signal
	raw    []byte // the hit's line, as much as a signal keeps
	open   bool
	end    int64 // where the line after the last hit begins
	run    int
	left   int // lines that may still join the hit
	// While several hits are joined: their values' spread, and the last of each.
	spread map[string]soak.Spread
	last   map[string]float64
	found  []bool
	tried  int64 // the line that was matched last, counted from 1
}

// NewScanner returns a scanner for one target's log. Signals are handed to
// emit in the order of their times, give or take a second.
func (r *Rules) NewScanner(target string, emit func(soak.Signal)) *Scanner {
	s := &Scanner{rules: r, target: target, emit: emit, states: make([]state, len(r.rules))}
	for i := range s.states {
		s.states[i].end = -1
		s.states[i].found = make([]bool, len(r.rules[i].follow))
	}
	return s
}

// Line scans one line.
func (s *Scanner) Line(l soak.Line) {
	end := s.pos + int64(len(l.Text)) + 1
	s.read(l.At, 1, end-s.pos)
	text := trim(l.Text)
	s.begin(l.At, text)
	s.match(l.At, text, s.pos, end)
	s.pos = end
}

// match tries the rules that a line may hit.
func (s *Scanner) match(at time.Time, text []byte, start, end int64) {
	f := &s.rules.finder
	f.scan(text, func(n, _ int) {
		for _, r := range f.needles[n].rules {
			s.try(r, at, text, start, end)
		}
	})
	for _, r := range s.rules.slow {
		s.try(r, at, text, start, end)
	}
}

// Flush emits every signal that still waits for more lines. Call it at the end
// of the log.
func (s *Scanner) Flush() {
	s.endBlock()
	for r := range s.states {
		s.close(r)
	}
}

// Expire emits every signal whose line needs none of those that follow, and
// reports whether nothing waits any more: whoever goes on from the last line
// then misses no hit and counts none twice.
func (s *Scanner) Expire(now time.Time) (settled bool) {
	settled = true
	for r := range s.states {
		st := &s.states[r]
		switch {
		case !st.open:
		case st.left == 0 || now.Sub(st.signal.At) >= followWithin:
			s.close(r)
		default:
			settled = false
		}
	}
	return settled
}

// Skip counts bytes of the log that were passed over; a run of consecutive
// lines does not go on across them.
func (s *Scanner) Skip(bytes int64) {
	s.span.Skipped += bytes
	s.pos += bytes + 1
}

// Span returns what was read since the last call: From and To are the times of
// its first and last line, zero if there was none.
func (s *Scanner) Span() soak.LogSpan {
	span := s.span
	span.Target = s.target
	s.span = soak.LogSpan{}
	return span
}

// read accounts for lines that end at a time.
func (s *Scanner) read(at time.Time, lines, bytes int64) {
	if s.span.From.IsZero() {
		s.span.From = at
	}
	if at.After(s.span.To) { // the two streams may be a little out of order
		s.span.To = at
	}
	s.span.Lines += lines
	s.span.Bytes += bytes
}

// begin starts a line: it may follow an earlier hit, and its time may close
// signals.
func (s *Scanner) begin(at time.Time, text []byte) {
	s.lines++
	if s.waiting > 0 {
		s.feed(text)
	}
	s.closeDue(at)
}

// feed shows a line to the hits that look for following lines.
func (s *Scanner) feed(text []byte) {
	for r := range s.states {
		st := &s.states[r]
		if st.left == 0 {
			continue
		}
		missing := 0
		for i, p := range s.rules.rules[r].follow {
			if !st.found[i] {
				st.signal.Values, st.found[i] = p.find(text, st.signal.Values)
			}
			if !st.found[i] {
				missing++
			}
		}
		if st.left--; st.left == 0 || missing == 0 {
			st.left = 0
			s.waiting--
		}
	}
}

// closeDue emits the signals that a line at this time can no longer join.
func (s *Scanner) closeDue(at time.Time) {
	if since := at.Sub(s.oldest); at.IsZero() || s.open == 0 || since >= 0 && since < joinWithin {
		return
	}
	s.oldest = at
	for r := range s.states {
		st := &s.states[r]
		if st.open && st.left == 0 && at.Sub(st.signal.At).Abs() >= joinWithin {
			s.close(r)
		}
		if st.open && st.signal.At.Before(s.oldest) {
			s.oldest = st.signal.At
		}
	}
}

// try matches one rule against one line, once.
func (s *Scanner) try(r int, at time.Time, text []byte, start, end int64) {
	st, ru := &s.states[r], s.rules.rules[r]
	if st.tried == s.lines {
		return
	}
	st.tried = s.lines
	values, ok := ru.match.find(text, nil)
	if !ok || ru.unless != nil && ru.unless.Match(text) {
		return
	}
	if st.end != start {
		st.run = 0
	}
	st.run++
	st.end = end
	if !st.joins(at, values) {
		s.close(r)
		st.signal = soak.Signal{At: at, Target: s.target, Name: ru.Name}
		st.open = true
		if s.open++; s.open == 1 || at.Before(s.oldest) {
			s.oldest = at
		}
	}
	if st.signal.Count > 0 {
		st.spreadOut(ru)
	}
	st.hit(text, values)
	s.await(st)
}

// joins reports whether a hit adds to the open signal. Without timestamps only
// hits that carry no values are joined, so that no value is lost.
func (st *state) joins(at time.Time, values map[string]float64) bool {
	if at.IsZero() && len(values) > 0 {
		return false
	}
	return st.open && at.Sub(st.signal.At).Abs() < joinWithin
}

func (st *state) hit(text []byte, values map[string]float64) {
	st.signal.Count++
	st.signal.Run = max(st.signal.Run, st.run)
	st.signal.Values = values
	st.raw = append(st.raw[:0], text[:min(len(text), maxRaw)]...)
}

// spreadOut takes the last hit's values into the spread, when another one
// joins it or the last of several is closed.
func (st *state) spreadOut(r *rule) {
	r.derive(st.signal.Values)
	if st.spread == nil && len(st.signal.Values) > 0 {
		st.spread, st.last = map[string]soak.Spread{}, map[string]float64{}
	}
	for name, x := range st.signal.Values {
		st.spread[name], st.last[name] = st.spread[name].Add(x), x
	}
}

// settle gives the signal the values of all its hits.
func (st *state) settle(r *rule) {
	if st.signal.Count == 1 {
		r.derive(st.signal.Values)
		return
	}
	st.spreadOut(r)
	maps.DeleteFunc(st.spread, func(_ string, s soak.Spread) bool { return s.N == 1 })
	if len(st.spread) > 0 {
		st.signal.Spread = st.spread
	}
	st.signal.Values, st.spread, st.last = st.last, nil, nil
}

// await makes a fresh hit look at the lines after it.
func (s *Scanner) await(st *state) {
	if len(st.found) == 0 {
		return
	}
	if st.left == 0 {
		s.waiting++
	}
	st.left = soak.FollowLines
	clear(st.found)
}

// close emits a rule's open signal.
func (s *Scanner) close(r int) {
	st := &s.states[r]
	if !st.open {
		return
	}
	if st.left > 0 {
		st.left = 0
		s.waiting--
	}
	st.settle(s.rules.rules[r])
	st.signal.Text = Safe(st.raw)
	st.open = false
	s.open--
	s.emit(st.signal)
}

// trim takes the carriage return off a line and cuts it to what is matched.
func trim(text []byte) []byte {
	return bytes.TrimRight(text[:min(len(text), MaxLine)], "\r\n")
}
