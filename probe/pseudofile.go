package probe

import (
	"bytes"
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

// pseudoFile is a file of /proc or a cgroup that is kept open and read from
// its start each time; that costs one system call instead of three.
type pseudoFile struct{ fd int }

func openPseudo(path string) (*pseudoFile, error) {
	for {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, &pathError{path, err}
		}
		return &pseudoFile{fd}, nil
	}
}

// pathError says which file.
type pathError struct {
	path string
	err  error
}

func (e *pathError) Error() string { return e.path + ": " + e.err.Error() }
func (e *pathError) Unwrap() error { return e.err }

// read fills buf from the file's start; a file larger than buf is cut.
func (f *pseudoFile) read(buf []byte) ([]byte, error) {
	n := 0
	for n < len(buf) {
		k, err := unix.Pread(f.fd, buf[n:], int64(n))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if k == 0 {
			break
		}
		n += k
		// The kernel gives short files whole; asking again would make it print them again.
		if n < len(buf)/2 {
			break
		}
	}
	return buf[:n], nil
}

// readPseudo reads a file once into buf; one larger than buf is cut.
func readPseudo(path string, buf []byte) ([]byte, error) {
	f, err := openPseudo(path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	return f.read(buf)
}

func (f *pseudoFile) close() {
	if f != nil {
		_ = unix.Close(f.fd)
	}
}

// number reads a file that holds one number. "max" is no number.
func number(b []byte) (uint64, bool) {
	n, err := strconv.ParseUint(string(bytes.TrimSpace(b)), 10, 64)
	return n, err == nil
}

// lookup finds a number by its key.
type lookup func(key string) (uint64, bool)

// table holds the numbers of a flat keyed file ("key number" lines) for the
// keys that are wanted, so that reading it again allocates nothing.
type table struct {
	at  map[string]int
	val []uint64
	has []bool
}

func newTable(keys ...string) *table {
	t := &table{at: make(map[string]int, len(keys)), val: make([]uint64, len(keys)), has: make([]bool, len(keys))}
	for i, k := range keys {
		t.at[k] = i
	}
	return t
}

// parse forgets what was read before. Lines it does not understand are skipped.
func (t *table) parse(b []byte) {
	clear(t.has)
	for len(b) > 0 {
		line := b
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		sep := bytes.IndexAny(line, " :\t")
		if sep <= 0 {
			continue
		}
		i, wanted := t.at[string(line[:sep])]
		if !wanted {
			continue
		}
		digits := bytes.TrimLeft(line[sep+1:], " :\t")
		if end := bytes.IndexByte(digits, ' '); end >= 0 {
			digits = digits[:end] // meminfo and status add "kB"
		}
		if n, ok := decimal(digits); ok {
			t.val[i], t.has[i] = n, true
		}
	}
}

func (t *table) get(key string) (uint64, bool) {
	i, ok := t.at[key]
	if !ok || !t.has[i] {
		return 0, false
	}
	return t.val[i], true
}

// decimal is strconv.ParseUint without the detour over a string.
func decimal(b []byte) (uint64, bool) {
	if len(b) == 0 || len(b) > 20 {
		return 0, false
	}
	var n uint64
	for _, d := range b {
		if d < '0' || d > '9' {
			return 0, false
		}
		if n > (1<<64-1)/10 {
			return 0, false
		}
		next := n*10 + uint64(d-'0')
		if next < n*10 {
			return 0, false
		}
		n = next
	}
	return n, true
}
