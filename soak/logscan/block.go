package logscan

import (
	"bytes"
	"time"
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
	fed     int    // where the line after the last one that was looked at begins
	line    line   // the line that was looked at last
}

// line is a line of a chunk, taken apart.
type line struct {
	start, end int
	at         time.Time
	text       []byte
}

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
	whole := append(b.partial, '\n')
	b.partial, b.lost = whole[:0], 0
	s.pos += lost
	s.span.Bytes += lost
	s.chunk(whole)
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

	b.fed, b.line = 0, line{end: -1}
	if len(s.rules.slow) > 0 {
		for start := 0; start < len(buf); start = b.line.end + 1 {
			s.enter(buf, start)
			s.match(b.line.at, b.line.text, s.pos+int64(start), s.pos+int64(b.line.end)+1)
		}
	} else {
		s.search(buf)
	}
	s.follow(buf, len(buf))
	s.closeDue(last)
	s.pos += int64(len(buf))
}

var newline = []byte{'\n'}

// search looks only at the lines that hold a literal.
func (s *Scanner) search(buf []byte) {
	l, f := &s.block.line, &s.rules.finder
	f.scan(buf, func(n, at int) {
		if at > l.end {
			s.enter(buf, at)
		}
		for _, r := range f.needles[n].rules {
			s.try(r, l.at, l.text, s.pos+int64(l.start), s.pos+int64(l.end)+1)
		}
	})
}

// enter begins the line around an offset.
func (s *Scanner) enter(buf []byte, at int) {
	l := &s.block.line
	l.start = bytes.LastIndexByte(buf[:at], '\n') + 1
	l.end = at + bytes.IndexByte(buf[at:], '\n')
	s.follow(buf, l.start)
	var text []byte
	l.at, text = s.block.format(buf[l.start:l.end])
	l.text = trim(text)
	s.begin(l.at, l.text)
	s.block.fed = l.end + 1
}

// follow shows the lines up to an offset to the hits that wait for them.
func (s *Scanner) follow(buf []byte, to int) {
	b := &s.block
	for s.waiting > 0 && b.fed < to {
		l := lineAt(buf, b.fed)
		_, text := b.format(l)
		s.feed(trim(text))
		b.fed += len(l) + 1
	}
}

// lineAt returns the line that begins at an offset, without its ending.
func lineAt(buf []byte, start int) []byte {
	return buf[start : start+bytes.IndexByte(buf[start:], '\n')]
}
