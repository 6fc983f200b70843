package demonode

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// mapRegion maps private memory in small pages: a huge page would make 2 MB
// resident for one byte.
func mapRegion(n int) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return nil, err
	}
	if err := unix.Madvise(b, unix.MADV_NOHUGEPAGE); err != nil && !errors.Is(err, unix.EINVAL) {
		return nil, err // EINVAL: a kernel without huge pages
	}
	return b, nil
}

func unmapRegion(b []byte) error { return unix.Munmap(b) }

func giveBack(b []byte) error { return unix.Madvise(b, unix.MADV_DONTNEED) }

// sharedFile is a file in shared memory: what a tmpfs holds, without a mount.
func sharedFile(string) (*os.File, error) {
	fd, err := unix.MemfdCreate("leakcheck-demonode", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "leakcheck-demonode"), nil
}
