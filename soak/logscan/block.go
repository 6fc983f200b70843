package logscan

import (
	"bytes"
	"cmp"
	"slices"
)

// chunkSize is how much is searched for one literal before the next one's
// turn: small enough to stay in the processor's cache meanwhile.
const (
	chunkSize = 128 << 10
	maxKept   = 8 * MaxLine // of a line that goes on in the next block
)

// block is what a scanner keeps between blocks.
type block struct {
	format  format
	known   bool   // the format has been recognised
	partial []byte // the beginning of a line whose end has not been read
	lost    int64  // bytes of that line beyond what is kept
	hits    []hit
	fed     int // where the line after the last one that was looked at begins
}

// hit is a line of a chunk that may match a rule.
type hit struct{ start, end, rule int }

// Block scans a piece of a log file, of any size, cut anywhere: lines that it
// cuts are put together again. The file holds plain lines, lines that begin
// with an RFC 3339 timestamp, or the json-file format of Docker; the first
// line tells.
func (s *Scanner) Block(buf []byte) {
	b := &s.block
	if len(b.partial) > 0 || b.lost > 0 {
		end := bytes.IndexByte(buf, '\n')
		s.keep(buf[:max(end, 0)])
		if end < 0 {
			s.keep(buf)
			return
		}
		buf = buf[end+1:]
		s.endBlock()
	}
	for len(buf) > 0 {
		end := bytes.LastIndexByte(buf[:min(len(buf), chunkSize)], '\n')
		if end < 0 {
			end = bytes.IndexByte(buf, '\n')
		}
		if end < 0 {
			s.keep(buf)
			return
		}
		s.chunk(buf[:end+1])
		buf = buf[end+1:]
	}
}

// keep adds to the line that goes on in the next block.
func (s *Scanner) keep(part []byte) {
	b := &s.block
	n := min(len(part), maxKept-len(b.partial))
	b.partial = append(b.partial, part[:n]...)
	b.lost += int64(len(part) - n)
}

// endBlock scans the line that was kept, if there is one.
func (s *Scanner) endBlock() {
	b := &s.block
	if len(b.partial) == 0 && b.lost == 0 {
		return
	}
	lost := b.lost
	line := append(b.partial, '\n')
	b.partial, b.lost = line[:0], 0
	s.pos += lost
	s.span.Bytes += lost
	s.chunk(line)
}

// chunk scans whole lines, the last line ending included.
func (s *Scanner) chunk(buf []byte) {
	b := &s.block
	if !b.known {
		b.format, b.known = recognise(lineAt(buf, 0)), true
	}
	last, _ := b.format(lineAt(buf, bytes.LastIndexByte(buf[:len(buf)-1], '\n')+1))
	if s.span.From.IsZero() {
		first, _ := b.format(lineAt(buf, 0))
		s.read(first, 0, 0)
	}
	s.read(last, int64(bytes.Count(buf, newline)), int64(len(buf)))

	b.fed = 0
	s.search(buf)
	for i := 0; i < len(b.hits); {
		i = s.line(buf, i)
	}
	s.follow(buf, len(buf))
	s.closeDue(last)
	s.pos += int64(len(buf))
}

var newline = []byte{'\n'}

// search collects the lines that hold a literal, in order.
func (s *Scanner) search(buf []byte) {
	hits := s.block.hits[:0]
	for i := range s.rules.needles {
		n := &s.rules.needles[i]
		for from := 0; from < len(buf); {
			at := n.index(buf[from:])
			if at < 0 {
				break
			}
			start := bytes.LastIndexByte(buf[:from+at], '\n') + 1
			end := from + at + bytes.IndexByte(buf[from+at:], '\n')
			for _, r := range n.rules {
				hits = append(hits, hit{start, end, r})
			}
			from = end + 1
		}
	}
	if len(s.rules.slow) > 0 {
		for start := 0; start < len(buf); {
			end := start + bytes.IndexByte(buf[start:], '\n')
			for _, r := range s.rules.slow {
				hits = append(hits, hit{start, end, r})
			}
			start = end + 1
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(a.start-b.start, a.rule-b.rule)
	})
	s.block.hits = hits
}

// line scans the line of hit i and returns the index of the next line's first
// hit.
func (s *Scanner) line(buf []byte, i int) int {
	b := &s.block
	h := b.hits[i]
	s.follow(buf, h.start)
	at, text := b.format(buf[h.start:h.end])
	text = trim(text)
	s.begin(at, text)
	b.fed = h.end + 1
	for ; i < len(b.hits) && b.hits[i].start == h.start; i++ {
		s.try(b.hits[i].rule, at, text, s.pos+int64(h.start), s.pos+int64(h.end)+1)
	}
	return i
}

// follow shows the lines up to an offset to the hits that wait for them.
func (s *Scanner) follow(buf []byte, to int) {
	b := &s.block
	for s.waiting > 0 && b.fed < to {
		line := lineAt(buf, b.fed)
		_, text := b.format(line)
		s.feed(trim(text))
		b.fed += len(line) + 1
	}
}

// lineAt returns the line that begins at an offset, without its ending.
func lineAt(buf []byte, start int) []byte {
	return buf[start : start+bytes.IndexByte(buf[start:], '\n')]
}
