package cmd_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestCtrlCEndsTheWaitForAPipe interrupts commands that read a pipe into which
// nobody writes.
func TestCtrlCEndsTheWaitForAPipe(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"classify", "compare"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			pipe := filepath.Join(t.TempDir(), "pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{command, pipe}
			if command == "compare" {
				args = append(args, pipe)
			}
			b := start(t, nil, args...)
			wait(t, "somebody who reads the pipe", func() bool {
				// Without a reader a pipe is not opened for writing alone.
				w, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0)
				if err == nil {
					t.Cleanup(func() { _ = w.Close() })
				}
				return err == nil
			})
			_ = b.Process.Signal(syscall.SIGINT)
			if code := b.ends(t, 15*time.Second); code != soak.ExitInterrupted {
				t.Errorf("exit %d\n%s%s", code, b.out.String(), b.errOut.String())
			}
		})
	}
}

// TestASecondCtrlCTakesTheCommandAlong starts a command that hears no signal.
func TestASecondCtrlCTakesTheCommandAlong(t *testing.T) {
	t.Parallel()
	pidFile := filepath.Join(t.TempDir(), "pid")
	b := start(t, nil, "soak", "--load", "none", "--interval", "500ms", "--", "sh", "-c", `trap "" INT TERM; echo $$ > "$0"; while :; do sleep 1; done`, pidFile)
	pid := 0
	wait(t, "the command", func() bool {
		text, _ := os.ReadFile(pidFile)
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return pid > 0
	})
	_ = b.Process.Signal(syscall.SIGINT)
	_ = b.Process.Signal(syscall.SIGTERM) // two of one kind at once may count as one
	if code := b.ends(t, 5*time.Second); code != soak.ExitInterrupted {
		t.Errorf("exit %d\n%s%s", code, b.out.String(), b.errOut.String())
	}
	wait(t, "the command's end", func() bool { return syscall.Kill(pid, 0) != nil })
}
