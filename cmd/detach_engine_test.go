package cmd_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

func TestDetachedSoakOutlivesItsParentAndIsJudged(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	p := rig.RunPuppet(probe.Spec{})
	out := filepath.Join(t.TempDir(), "out")
	c := exec.Command(dockertest.Build(t, "leakcheck"),
		"soak", "--container", p.Name(), "--docker-host", rig.Options.Host, "--load", "none", "--duration", "10m", "--interval", "100ms", "--out", out, "--detach")
	said, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var pid int
	for _, line := range strings.Split(string(said), "\n") {
		_, _ = fmt.Sscanf(strings.TrimSpace(line), "end it kill %d", &pid)
	}
	if pid == 0 || !strings.Contains(string(said), "leakcheck watch") || !strings.Contains(string(said), filepath.Join(out, "run.log")) {
		t.Fatalf("it says:\n%s", said)
	}
	if session, err := sessionOf(pid); err != nil || session != pid {
		t.Errorf("process %d is in session %d, want its own (%v)", pid, session, err)
	}
	path := filepath.Join(out, record.FileName)
	wait(t, "samples in the background", func() bool { return len(readRecord(t, path).samples) > 3 })
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wait(t, "the report", func() bool {
		_, err := os.Stat(filepath.Join(out, "run.json"))
		return err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
	})
	log, err := os.ReadFile(filepath.Join(out, "run.log"))
	if err != nil || !strings.Contains(string(log), "Soaking") || !strings.Contains(string(log), "--resume") {
		t.Errorf("run.log (%v):\n%s", err, log)
	}
}

func TestDetachTellsMistakesAtOnce(t *testing.T) {
	t.Parallel()
	host := dockertest.Host(t)
	state := t.TempDir()
	c := exec.Command(dockertest.Build(t, "leakcheck"), "soak", "--container", "no-such-container", "--docker-host", host, "--detach")
	c.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
	said, _ := c.CombinedOutput()
	if code := c.ProcessState.ExitCode(); code != soak.ExitUsage || !strings.Contains(string(said), "no-such-container") {
		t.Errorf("exit code %d, want %d:\n%s", code, soak.ExitUsage, said)
	}
	if left, _ := filepath.Glob(filepath.Join(state, "leakcheck", "*")); len(left) != 0 {
		t.Errorf("it leaves %v behind", left)
	}
}

// sessionOf reads a process's session from /proc.
func sessionOf(pid int) (session int, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	var state string
	var parent, group int
	_, err = fmt.Sscan(string(b[strings.LastIndexByte(string(b), ')')+1:]), &state, &parent, &group, &session)
	return session, err
}
