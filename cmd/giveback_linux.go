package cmd

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// forgetCode takes the pages of the program's own file out of its memory: most
// were needed to start only. Those that are needed again come back from the
// page cache, by themselves. Pages that differ from the file are left alone.
func forgetCode() {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer f.Close()
	for _, m := range unchanged(bufio.NewScanner(f), exe) {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_DONTNEED) // it is advice
	}
}

// mapping is a range of addresses.
type mapping struct{ from, to uintptr }

// unchanged are the mappings of a file, in the form of smaps in proc(5), that
// cannot be written to and of which no page was copied.
func unchanged(smaps *bufio.Scanner, file string) (all []mapping) {
	var last mapping
	ours := false
	for smaps.Scan() {
		line := smaps.Text()
		var m mapping
		var perms string
		if n, _ := fmt.Sscanf(line, "%x-%x %4s ", &m.from, &m.to, &perms); n == 3 {
			last, ours = m, strings.HasSuffix(line, " "+file) && strings.HasPrefix(perms, "r-")
		} else if ours && strings.Join(strings.Fields(line), " ") == "Anonymous: 0 kB" {
			all = append(all, last)
		}
	}
	return all
}
