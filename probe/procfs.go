package probe

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"

	"leakcheck/soak"
)

// ticks is USER_HZ, in which /proc counts time: 100 on every architecture that
// Go runs on.
const ticks = 100

// numbers reads whole numbers, one a line.
func numbers(b []byte) []int {
	var all []int
	for _, field := range bytes.Fields(b) {
		if n, err := strconv.Atoi(string(field)); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// procStat is the part of /proc/PID/stat that is used.
type procStat struct {
	command string
	state   byte // of its first thread, such as 'Z' for one that has ended
	parent  int
	flags   uint64 // of its first thread
	threads uint64
	cpu     uint64 // ticks, with those of children that were waited for
	start   uint64 // ticks since boot
	pages   uint64 // resident
}

// parseProcStat reads proc_pid_stat(5). The command stands in parentheses and
// may hold any byte, parentheses too.
func parseProcStat(b []byte) (procStat, bool) {
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open {
		return procStat{}, false
	}
	f := bytes.Fields(b[end+1:]) // f[0] is field 3
	if len(f) < 22 {
		return procStat{}, false
	}
	s := procStat{command: string(b[open+1 : end])}
	ok := true
	at := func(field int) uint64 {
		n, is := decimal(f[field-3])
		ok = ok && is
		return n
	}
	s.state, s.parent, s.flags, s.threads = f[0][0], int(at(4)), at(9), at(20)
	s.cpu = at(14) + at(15) + at(16) + at(17)
	s.start, s.pages = at(22), at(24)
	return s, ok
}

// process reads one process; not ok when it is gone.
func (h *host) process(pid int) (soak.Process, bool) {
	var buf [1024]byte
	b, err := readPseudo(h.proc(pid, "stat"), buf[:])
	if err != nil {
		return soak.Process{}, false
	}
	s, ok := parseProcStat(b)
	if !ok {
		return soak.Process{}, false
	}
	return soak.Process{
		PID: pid, Command: strings.ToValidUTF8(s.command, "?"), RSS: int64(s.pages) * int64(os.Getpagesize()),
		Started: h.bootTime().Add(time.Duration(s.start) * time.Second / ticks),
	}, true
}

// openFiles counts a process's open files, and how many of them are sockets.
// Not ok when they may not be seen.
func (h *host) openFiles(pid int) (files, sockets int64, ok bool) {
	dir, err := os.Open(h.proc(pid, "fd"))
	if err != nil {
		return 0, 0, os.IsNotExist(err) // a process that has ended has none
	}
	defer func() { _ = dir.Close() }()
	list, _ := dir.Readdirnames(-1)
	for _, name := range list {
		target, err := os.Readlink(h.proc(pid, "fd/"+name))
		if os.IsPermission(err) {
			return 0, 0, false
		}
		if strings.HasPrefix(target, "socket:") {
			sockets++
		}
	}
	return int64(len(list)), sockets, true
}

// netDev sums up received and sent bytes over all interfaces but loopback.
func netDev(b []byte) (rx, tx uint64, ok bool) {
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte{'\n'})
		b = rest
		name, counters, is := bytes.Cut(line, []byte{':'})
		if !is || string(bytes.TrimSpace(name)) == "lo" {
			continue
		}
		f := bytes.Fields(counters)
		if len(f) < 9 {
			continue
		}
		in, okIn := decimal(f[0])
		out, okOut := decimal(f[8])
		if okIn && okOut {
			rx, tx, ok = rx+in, tx+out, true
		}
	}
	return rx, tx, ok
}
