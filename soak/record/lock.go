package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// holder is who writes a record.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// A lock is a file beside the record with flock on it. The kernel takes the
// lock back when its process dies, however it dies, so a lock that is left
// over never has to be broken. It is not on the record itself: closing any
// descriptor of that file would drop the locks SQLite holds on it.
type lock struct{ f *os.File }

func lockPath(path string) string { return path + ".lock" }

// acquire takes the lock on a record or says who has it.
func acquire(path string) (*lock, error) {
	name := lockPath(path)
	for {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
		if err != nil {
			return nil, err
		}
		if err := tryLock(f); err != nil {
			defer f.Close()
			if errors.Is(err, unix.EWOULDBLOCK) {
				return nil, inUse(f, path)
			}
			return nil, fmt.Errorf("lock %s: %w", name, err)
		}
		if !still(f, name) { // its last owner removed it meanwhile
			f.Close()
			continue
		}
		return &lock{f}, sign(f)
	}
}

// tryLock waits a moment only: [running] holds the lock for an instant.
func tryLock(f *os.File) (err error) {
	for range 10 {
		if err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

// still reports whether name is still the file that is open.
func still(f *os.File, name string) bool {
	a, err1 := f.Stat()
	b, err2 := os.Stat(name)
	return err1 == nil && err2 == nil && os.SameFile(a, b)
}

func sign(f *os.File) error {
	host, _ := os.Hostname() // only to be told; the lock itself does not need it
	b, err := json.Marshal(holder{os.Getpid(), host, time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(b, 0)
	return err
}

// release gives the lock back and removes its file while it is still held.
func (l *lock) release() error {
	return errors.Join(os.Remove(l.f.Name()), l.f.Close())
}

func inUse(f *os.File, path string) error {
	var h holder
	if json.NewDecoder(f).Decode(&h) != nil || h.PID == 0 {
		return fmt.Errorf("%s: %w; stop it first", path, ErrInUse)
	}
	return fmt.Errorf("%s: %w: process %d on %s since %s; stop it first, or look on with 'leakcheck watch %s'",
		path, ErrInUse, h.PID, h.Host, h.Since.Format(time.RFC3339), path)
}

// running reports whether a living process writes a record.
func running(path string) bool {
	f, err := os.Open(lockPath(path))
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
}
