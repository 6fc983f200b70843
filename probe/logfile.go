package probe

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"sync"
	"time"
)

// The log file is looked at again after filePoll. Times in it may be out of
// order by less than disorder.
const (
	filePoll = 200 * time.Millisecond
	disorder = time.Second
	// fileLineMax is a whole line of the file: a piece of 16 KiB, escaped.
	fileLineMax = 1 << 20
)

// fromFile reads the files that the engine writes, when it runs on this machine
// and they may be read, and goes on reading until the container is removed or
// ctx ends. After a rotation it starts over from the memory's horizon, and the
// memory tells what is new and whether something was rotated away unread.
func (f *follower) fromFile(ctx context.Context, now facts) error {
	for first := true; ; first = false {
		f.memory.restart()
		parts, err := openLog(f.c.e.host.path(now.logPath), f.memory.horizon())
		if err != nil {
			if first {
				return fmt.Errorf("%w: %w", errNotLocal, err)
			}
			f.whole = true
			return nil // removed with its container
		}
		again, err := f.readParts(ctx, parts)
		for _, p := range parts {
			p.close()
		}
		if err != nil {
			return err
		}
		if !again {
			f.ended = true
			return nil
		}
	}
}

// readParts reads the files, oldest first, and stays with the newest one. again
// asks for another round: the file was rotated or truncated.
func (f *follower) readParts(ctx context.Context, parts []*logPart) (again bool, err error) {
	for i, p := range parts {
		newest := i == len(parts)-1
		for ctx.Err() == nil {
			m, ok, err := p.next()
			if err != nil {
				return false, err
			}
			if ok {
				f.deliver(m)
				continue
			}
			if !newest {
				break
			}
			moved, removed := p.moved()
			if moved || removed {
				f.rest(p)
				return moved, nil
			}
			f.idle(ctx)
		}
	}
	return false, ctx.Err()
}

// idle waits until the file is looked at again, and hears meanwhile what the
// engine tells: it may be told of hundreds of other containers, for days.
func (f *follower) idle(ctx context.Context) {
	sleep(ctx, filePoll)
	f.hear(f.ears.take())
}

// rest reads what was written between the last look and the file's rotation.
func (f *follower) rest(p *logPart) {
	for {
		m, ok, err := p.next()
		if err != nil || !ok {
			return
		}
		f.deliver(m)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// logPart is one of the files of a log: the one being written, or a rotated
// one, which may be compressed.
type logPart struct {
	path string
	file *os.File
	info os.FileInfo
	r    *bufio.Reader
	read int64 // bytes of file that were given to r's line
	line []byte
	text []byte
	head [96]byte // how the file begins, which only truncating it changes
}

// openLog opens the parts of a log that reach back to start, oldest first. It
// goes from the newest back, so that a rotation in between can show a file
// twice but hide none.
func openLog(path string, start time.Time) ([]*logPart, error) {
	newest, err := openPart(path)
	if err != nil {
		return nil, err
	}
	parts := []*logPart{newest}
	for i := 1; !parts[0].covers(start); i++ {
		older, err := openPart(fmt.Sprintf("%s.%d", path, i))
		if errors.Is(err, os.ErrNotExist) {
			older, err = openPart(fmt.Sprintf("%s.%d.gz", path, i))
		}
		if err != nil {
			break // no older one, or none that may be read: the memory tells whether it matters
		}
		if os.SameFile(older.info, parts[0].info) {
			older.close()
			continue
		}
		parts = append([]*logPart{older}, parts...)
	}
	parts[0].seek(start)
	return parts, nil
}

func openPart(path string) (*logPart, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	p := &logPart{path: path, file: file, info: info}
	_, _ = file.ReadAt(p.head[:], 0)
	if err := p.rewind(0); err != nil {
		_ = file.Close()
		return nil, err
	}
	return p, nil
}

func (p *logPart) close() {
	_ = p.file.Close()
	if p.r != nil {
		p.r.Reset(nil)
		readers.Put(p.r)
		p.r = nil
	}
}

// readers are used again: a run opens the logs of all its containers at once.
// Larger ones read no faster, and each container holds one.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 32<<10) }}

func (p *logPart) compressed() bool { return len(p.path) > 3 && p.path[len(p.path)-3:] == ".gz" }

// rewind reads on from an offset; compressed files only know their start.
func (p *logPart) rewind(offset int64) error {
	if _, err := p.file.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	p.read, p.line = offset, p.line[:0]
	var from io.Reader = p.file
	if p.compressed() {
		zip, err := gzip.NewReader(p.file)
		if err != nil {
			return err
		}
		from = zip
	}
	if p.r == nil {
		p.r = readers.Get().(*bufio.Reader)
	}
	p.r.Reset(from)
	return nil
}

// next returns the next message; not ok at the end, for now.
func (p *logPart) next() (message, bool, error) {
	for {
		part, err := p.r.ReadSlice('\n')
		p.read += int64(len(part))
		p.line = append(p.line, part[:min(len(part), fileLineMax-len(p.line))]...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) {
			return message{}, false, nil // what there is of a line is kept for later
		}
		if err != nil {
			return message{}, false, err
		}
		m, ok := parseJSONLog(p.line, p.text)
		p.line = p.line[:0]
		if ok {
			p.text = m.text
			return m, true, nil
		}
		// A line that is none: a crash cut it, or it was filled with zeros. Go on.
	}
}

// moved tells whether the file was rotated away or truncated, and whether it
// was removed altogether.
func (p *logPart) moved() (moved, removed bool) {
	now, err := os.Stat(p.path)
	if errors.Is(err, os.ErrNotExist) {
		// A rotation renames the file, then makes a new one: look twice.
		time.Sleep(20 * time.Millisecond)
		now, err = os.Stat(p.path)
	}
	if err != nil {
		return false, true
	}
	if !os.SameFile(now, p.info) || now.Size() < p.read {
		return true, false
	}
	// Truncated, and grown beyond where we were?
	var head [len(p.head)]byte
	n, _ := p.file.ReadAt(head[:], 0)
	begun := bytes.TrimRight(p.head[:], "\x00")
	return !bytes.HasPrefix(head[:n], begun), false
}

// covers reports whether the part's first message is older than start.
func (p *logPart) covers(start time.Time) bool {
	m, ok, err := p.next()
	_ = p.rewind(0)
	return err == nil && ok && m.at.Before(start.Add(-disorder))
}

// seek moves close before start by halving, as the times rise.
func (p *logPart) seek(start time.Time) {
	if start.IsZero() || p.compressed() {
		return
	}
	start = start.Add(-disorder)
	const step = 64 << 10
	blocks := int(p.info.Size() / step)
	late := sort.Search(blocks, func(i int) bool {
		at, ok := p.timeAfter(int64(i) * step)
		return !ok || !at.Before(start)
	})
	offset := int64(max(0, late-1)) * step
	_ = p.rewind(p.lineAfter(offset))
}

// lineAfter finds where the first whole line after an offset begins.
func (p *logPart) lineAfter(offset int64) int64 {
	if offset == 0 {
		return 0
	}
	buf := make([]byte, 4<<10)
	for at := offset - 1; ; {
		n, err := p.file.ReadAt(buf, at)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			return at + int64(i) + 1
		}
		at += int64(n)
		if err != nil {
			return at
		}
	}
}

// timeAfter is the time of the first message after an offset.
func (p *logPart) timeAfter(offset int64) (time.Time, bool) {
	if p.rewind(p.lineAfter(offset)) != nil {
		return time.Time{}, false
	}
	m, ok, err := p.next()
	return m.at, ok && err == nil
}
