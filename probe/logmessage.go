package probe

import (
	"bytes"
	"time"

	"leakcheck/soak"
)

// lineMax is how much of one log line is kept; what follows is dropped.
const lineMax = 1 << 20

// message is one entry of an engine's log: a line, or a piece of a long one,
// which the engine cuts at 16 KiB.
type message struct {
	at      time.Time
	stderr  bool
	text    []byte // without its line ending; valid until the next one is read
	partial bool   // the line goes on in the next message of the same stream
}

// joiner makes lines from messages.
type joiner struct {
	line    func(soak.Line)
	pending [2]struct {
		at   time.Time
		text []byte
		open bool
	}
}

func (j *joiner) add(m message) {
	p := &j.pending[0]
	if m.stderr {
		p = &j.pending[1]
	}
	if p.open && !m.at.Equal(p.at) { // the engine gives all pieces of a line one time
		j.end(m.stderr)
	}
	if !p.open && !m.partial {
		j.line(soak.Line{At: m.at, Stderr: m.stderr, Text: bytes.TrimSuffix(m.text, []byte{'\r'})})
		return
	}
	if !p.open {
		p.open, p.at = true, m.at
	}
	p.text = append(p.text, m.text[:min(len(m.text), lineMax-len(p.text))]...)
	if !m.partial {
		j.end(m.stderr)
	}
}

// end delivers a line, also one that is not complete, as the last one of a
// process that died while it wrote.
func (j *joiner) end(stderr bool) {
	p := &j.pending[0]
	if stderr {
		p = &j.pending[1]
	}
	if !p.open {
		return
	}
	j.line(soak.Line{At: p.at, Stderr: stderr, Text: bytes.TrimSuffix(p.text, []byte{'\r'})})
	p.open = false
	if cap(p.text) > lineMax/4 {
		p.text = nil // a rare giant must not stay
	}
	p.text = p.text[:0]
}

func (j *joiner) flush() {
	j.end(false)
	j.end(true)
}
