package probe

import "os"

// pfExiting is the kernel's flag of a thread that ends.
const pfExiting = 0x4

// exiting reports whether the kernel is taking a process down. It gives the
// memory back before it lets anybody know that the process has ended: of many
// GB that takes seconds, and a sample taken meanwhile looks like a collection.
func (h *host) exiting(pid int) bool {
	b, err := os.ReadFile(h.proc(pid, "stat"))
	if err != nil {
		return false // its end shows elsewhere
	}
	s, ok := parseProcStat(b)
	return ok && s.exiting()
}

// exiting reports whether the process ends, and not just its first thread: a
// program may let that one go and live on in the others.
func (s procStat) exiting() bool {
	return s.flags&pfExiting != 0 && (s.state != 'Z' || s.threads <= 2)
}

// ending reports whether the process that holds most of the memory ends or has
// ended, and nobody has been told yet.
func (i *inside) ending(h *host) bool {
	return i.watch != nil && (h.exiting(i.server.PID) || i.watch.exited())
}
