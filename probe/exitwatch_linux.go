package probe

import (
	"os"

	"golang.org/x/sys/unix"
)

// exitWatch holds a process by its pidfd, so that its end is noticed at once
// and its number cannot come to mean another process.
type exitWatch struct {
	fd   int
	file *os.File
}

// watchExit takes hold of a process.
func watchExit(pid int) (*exitWatch, error) {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("pidfd_open", err)
	}
	return &exitWatch{fd: fd, file: os.NewFile(uintptr(fd), "pidfd")}, nil
}

// exited reports whether the process has ended.
func (w *exitWatch) exited() bool {
	p := []unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(p, 0)
	return err == nil && n > 0
}

// wait blocks, without a thread, until the process ends; false when closed.
func (w *exitWatch) wait() bool {
	raw, err := w.file.SyscallConn()
	if err != nil {
		return false
	}
	return raw.Read(func(uintptr) bool { return w.exited() }) == nil
}

func (w *exitWatch) close() { _ = w.file.Close() }
