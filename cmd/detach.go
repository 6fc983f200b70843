package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"leakcheck/soak/record"
)

// readyFD tells a detached soak, in its environment, the descriptor of the pipe
// on which it says that it has begun. It is what keeps it from detaching again.
const readyFD = "LEAKCHECK_READY_FD"

// detach starts this very command again in a session of its own, where neither
// a terminal's end nor Ctrl-C reaches it, and returns once it has begun. Its
// mistakes are told here, with its exit code.
func (a *app) detach(ctx context.Context, o soakOptions) error {
	dir := record.Dir(a.getenv)
	if o.out != "" {
		dir = o.out
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return usage("--detach: %w", err)
	}
	out, err := os.CreateTemp(dir, "soak-*.log")
	if err != nil {
		return usage("--detach: its output has no place: %w", err)
	}
	defer out.Close()
	self, err := os.Executable()
	if err != nil {
		return notMeasured(fmt.Errorf("cannot find the program itself: %w", err))
	}
	ready, told, err := os.Pipe()
	if err != nil {
		return notMeasured(err)
	}
	defer ready.Close()
	c := exec.Command(self, os.Args[1:]...)
	c.Stdout, c.Stderr, c.ExtraFiles = out, out, []*os.File{told}
	c.Env = append(os.Environ(), readyFD+"=3") // the first of ExtraFiles
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = c.Start()
	_ = told.Close() // ours: the end of the child's must end the reading
	if err != nil {
		return notMeasured(fmt.Errorf("--detach: %w", err))
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Process.Signal(syscall.SIGTERM) })
	said, _ := io.ReadAll(ready)
	stop()
	path, ref, ok := strings.Cut(strings.TrimSpace(string(said)), "\n")
	if !ok {
		return a.neverBegan(c, out)
	}
	return a.beganDetached(c, out, path, ref)
}

// neverBegan passes on what a soak said that ended before it began.
func (a *app) neverBegan(c *exec.Cmd, out *os.File) error {
	err := c.Wait()
	_, copied := copyFrom(a.stderr, out)
	_ = os.Remove(out.Name()) // all it said has been passed on
	var exited *exec.ExitError
	switch {
	case errors.As(err, &exited) && exited.ExitCode() >= 0:
		return &exit{code: exited.ExitCode()}
	case err == nil:
		err = errors.New("it ended before it began")
	}
	return notMeasured(errors.Join(fmt.Errorf("the soak in the background: %w", err), copied))
}

// beganDetached says how to find the soak again.
func (a *app) beganDetached(c *exec.Cmd, out *os.File, path, ref string) error {
	name := strings.TrimSuffix(path, filepath.Ext(path)) + ".log"
	if err := os.Rename(out.Name(), name); err != nil {
		name = out.Name() // it stays where it is
	}
	if !a.quiet {
		_, _ = copyFrom(a.stderr, out) // the announcement; it is in the file, too
	}
	fmt.Fprintf(a.stdout, "Run %s goes on in the background as process %d.\n", ref, c.Process.Pid)
	fmt.Fprintf(a.stdout, "  output     %s\n", name)
	fmt.Fprintf(a.stdout, "  follow it  leakcheck watch %s\n", ref)
	fmt.Fprintf(a.stdout, "  end it     kill %d (it is judged on what there is)\n", c.Process.Pid)
	return c.Process.Release()
}

func copyFrom(w io.Writer, f *os.File) (int64, error) {
	b, err := os.ReadFile(f.Name())
	if err != nil {
		return 0, err
	}
	return io.Copy(w, bytes.NewReader(b))
}

// detachedWait is how long a soak in the background waits before it fires: as
// long as one on a terminal, so that whoever reads the announcement can end it.
const detachedWait = 10 * time.Second

// readyPipe is the pipe on which a soak in the background says that it has
// begun; nil for any other. No program that it starts gets it.
func (a *app) readyPipe() (*os.File, error) {
	s := a.getenv(readyFD)
	if s == "" {
		return nil, nil
	}
	fd, err := strconv.Atoi(s)
	if err != nil || fd < 3 {
		return nil, usage("%s=%q: it is for leakcheck's own use, unset it", readyFD, s)
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), "ready"), os.Unsetenv(readyFD)
}

// begun tells whoever waits for it where the run is.
func (r *run) begun() error {
	if r.o.ready == nil {
		return nil
	}
	path, err := filepath.Abs(r.record.Path())
	if err == nil {
		_, err = fmt.Fprintf(r.o.ready, "%s\n%s\n", path, r.resumeAs())
	}
	if err := errors.Join(err, r.o.ready.Close()); err != nil {
		return notMeasured(fmt.Errorf("tell that the run has begun: %w", err))
	}
	return nil
}
