package curvefile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
)

const (
	// maxLine bounds a line: a week's file has none over a few hundred bytes.
	maxLine = 64 << 10
	// A gzipped file may not expand more than this many times once it has
	// expanded beyond freeExpansion: curves shrink to a twentieth, zeros to a
	// thousandth.
	maxExpansion  = 100
	freeExpansion = 16 << 20
)

// lines reads lines of bounded length, plain or gzipped.
type lines struct {
	in *bufio.Reader
	// number is that of the last line, first that of the first with content.
	number, first int
}

func newLines(r io.Reader) (*lines, error) {
	in := bufio.NewReaderSize(r, maxLine)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		packed := &counter{r: in}
		z, err := gzip.NewReader(packed)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReaderSize(&expansion{z, packed, 0}, maxLine)
	}
	mark, _ := in.Peek(3)
	switch {
	case bytes.HasPrefix(mark, []byte{0xff, 0xfe}), bytes.HasPrefix(mark, []byte{0xfe, 0xff}):
		return nil, badf("save it as UTF-8", "the file is UTF-16")
	case bytes.Equal(mark, []byte{0xef, 0xbb, 0xbf}):
		_, _ = in.Discard(3) // a byte order mark
	}
	return &lines{in: in}, nil
}

// next returns a line without its ending and without the cursor movements that
// `docker stats` prints. It is valid until the next call.
func (l *lines) next() ([]byte, error) {
	line, err := l.in.ReadSlice('\n')
	l.number++
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, badf("it is not a curve; is this the right file?", "a line is longer than %d kB", maxLine>>10)
	}
	if err != nil && (err != io.EOF || len(line) == 0) {
		return nil, err
	}
	if line = bytes.TrimSpace(withoutEscapes(line)); len(line) == 0 {
		return line, nil
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, badf("save it as UTF-8 text", "a NUL byte stands in the line: it is not text")
	}
	if l.first == 0 && line[0] != '#' {
		l.first = l.number
	}
	return line, nil
}

// withoutEscapes removes ANSI control sequences (ECMA-48 CSI), in place.
func withoutEscapes(line []byte) []byte {
	at := bytes.IndexByte(line, 0x1b)
	if at < 0 {
		return line
	}
	out := line[:at]
	for i := at; i < len(line); i++ {
		if line[i] != 0x1b || i+1 >= len(line) || line[i+1] != '[' {
			out = append(out, line[i])
			continue
		}
		for i += 2; i < len(line) && (line[i] < 0x40 || line[i] > 0x7e); i++ {
		}
	}
	return out
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// expansion stops reading what unpacks to absurd amounts.
type expansion struct {
	r      io.Reader
	packed *counter
	n      int64
}

func (e *expansion) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	e.n += int64(n)
	if e.n > freeExpansion && e.n > maxExpansion*e.packed.n {
		return 0, badf("it is not a curve; is this the right file?", "the file unpacks to more than %d times its size", maxExpansion)
	}
	return n, err
}
