package probe

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// chunk is where the engine cuts long lines.
const chunk = 16 << 10

// frameReader reads what the engine's log call with timestamps answers.
// Without a terminal it is a sequence of frames, each with eight bytes in
// front (stream, three zeros, length in big-endian order) and one message
// inside; with one it is plain text.
type frameReader struct {
	r   *bufio.Reader
	tty bool
	buf []byte
}

func newFrameReader(r io.Reader, tty bool) *frameReader {
	return &frameReader{r: bufio.NewReaderSize(r, 64<<10), tty: tty}
}

// next returns the next message, or io.EOF at a clean end.
func (f *frameReader) next() (message, error) {
	if f.tty {
		return f.nextLine()
	}
	var head [8]byte
	if _, err := io.ReadFull(f.r, head[:]); err != nil {
		return message{}, err // io.EOF between frames
	}
	stream, size := head[0], int(binary.BigEndian.Uint32(head[4:]))
	if stream > 3 || head[1]|head[2]|head[3] != 0 {
		return message{}, fmt.Errorf("the engine's log stream is malformed: a frame begins with % x", head)
	}
	keep := min(size, lineMax+64)
	if err := f.fill(keep, size-keep); err != nil {
		return message{}, err
	}
	if stream == 3 {
		return message{}, fmt.Errorf("the engine broke off the log: %s", printable(string(f.buf)))
	}
	text, ended := bytes.CutSuffix(f.buf, []byte{'\n'})
	m, err := stamped(text)
	m.stderr, m.partial = stream == 2, !ended && size == keep
	return m, err
}

// fill reads a frame's bytes and drops the rest. A length is only believed as
// far as bytes come.
func (f *frameReader) fill(keep, drop int) error {
	f.buf = f.buf[:0]
	for len(f.buf) < keep {
		n := min(keep-len(f.buf), 64<<10)
		f.buf = append(f.buf, make([]byte, n)...)
		if _, err := io.ReadFull(f.r, f.buf[len(f.buf)-n:]); err != nil {
			return cutOff(err)
		}
	}
	_, err := io.CopyN(io.Discard, f.r, int64(drop))
	return cutOff(err)
}

// cutOff tells an end in the middle from a clean one.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// nextLine reads a line of plain text. Pieces of a long line follow each other
// there without a break, each with the same time in front.
func (f *frameReader) nextLine() (message, error) {
	f.buf = f.buf[:0]
	for {
		part, err := f.r.ReadSlice('\n')
		f.buf = append(f.buf, part[:min(len(part), max(0, 2*lineMax-len(f.buf)))]...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && len(f.buf) == 0 {
			return message{}, err
		}
		if err != nil {
			return message{}, cutOff(err)
		}
		break
	}
	stamp, _, ok := bytes.Cut(f.buf, []byte{' '})
	m, err := stamped(bytes.TrimSuffix(f.buf, []byte{'\n'}))
	if err != nil || !ok {
		return m, err
	}
	m.text = unstamp(m.text, append(bytes.Clone(stamp), ' '))
	return m, nil
}

// unstamp takes the times out that stand between the pieces of one line.
func unstamp(text, stamp []byte) []byte {
	out := text[:0]
	for len(text) > chunk && bytes.HasPrefix(text[chunk:], stamp) {
		out = append(out, text[:chunk]...)
		text = text[chunk+len(stamp):]
	}
	out = append(out, text...)
	return out[:min(len(out), lineMax)]
}

// stamped splits "TIME text".
func stamped(b []byte) (message, error) {
	stamp, text, _ := bytes.Cut(b, []byte{' '})
	at, err := time.Parse(time.RFC3339Nano, string(stamp))
	if err != nil {
		return message{}, fmt.Errorf("the engine's log has a line without a time: %q", printable(string(b)))
	}
	return message{at: at, text: text[:min(len(text), lineMax)]}, nil
}
