package cmd_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

// TestASoakOfAProcessEndsWithIt: a process that has ended never comes back, and
// nothing that is suggested names it.
func TestASoakOfAProcessEndsWithIt(t *testing.T) {
	t.Parallel()
	c := exec.Command("sleep", "600")
	if err := c.Start(); err != nil {
		t.Skip("NOT TESTED: there is no sleep")
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	pid := fmt.Sprint(c.Process.Pid)
	out := t.TempDir()
	b := start(t, nil, "soak", "--pid", pid, "--load", "none", "--duration", "1h", "--interval", "200ms", "--out", out)
	path := filepath.Join(out, record.FileName)
	wait(t, "a sample", func() bool { return readable(path) && len(readRecord(t, path).samples) > 0 })
	_ = c.Process.Kill()
	_ = c.Wait()
	if code := b.ends(t, time.Minute); code != soak.ExitFail {
		t.Errorf("exit %d", code)
	}
	if told := b.out.String() + b.errOut.String(); !strings.Contains(told, "pid "+pid+" has ended") || strings.Contains(told, "--pid "+pid) || strings.Contains(told, "docker") {
		t.Error(told)
	}
}
