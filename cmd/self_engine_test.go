package cmd_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// TestASoakDoesNotLeakItself watches a soak with a second leakcheck: half a
// minute may leave it open, an hour (LEAKCHECK_LONG=1) must clear it. What
// matters is a megabyte an hour, 168 MB in a week.
func TestASoakDoesNotLeakItself(t *testing.T) {
	t.Parallel()
	length, every := 30*time.Second, "500ms"
	if long() {
		length, every = time.Hour, "1s"
	}
	rig := dockertest.Engine(t)
	node := launch(t, rig, 256<<20, "--fix")
	watched := start(t, nil, "soak", "--container", node.name, "--docker-host", rig.Options.Host, "--profile", "oip-node",
		"--load", "full", "--duration", "24h", "--interval", "1s", "--out", filepath.Join(t.TempDir(), "out"))
	watcher := start(t, nil, "soak", "--pid", fmt.Sprint(watched.Process.Pid), "--load", "none", "--tolerance", "1MB/h",
		"--duration", length.String(), "--interval", every, "--format", "json")
	code := watcher.ends(t, length+time.Minute)
	var r soak.Report
	if err := json.Unmarshal([]byte(watcher.out.String()), &r); err != nil {
		t.Fatalf("exit %d, %v\n%s", code, err, watcher.errOut.String())
	}
	_ = watched.Process.Signal(syscall.SIGTERM)
	if ended := watched.ends(t, 15*time.Second); ended != soak.ExitInterrupted {
		t.Errorf("the soak that was watched ended with %d\n%s", ended, watched.errOut.String())
	}
	m := r.Memory[0]
	t.Logf("after %s: leak %s; %s; open files %s, sockets %s", length, m.Leak, m.Why, rangeOf(m, "fds"), rangeOf(m, "sockets"))
	if m.Leak == soak.LeakYes || long() && m.Leak != soak.LeakNo {
		t.Errorf("leak %s: %s", m.Leak, m.Why)
	}
	if f := m.Components["fds"]; f.Last > f.First+20 {
		t.Errorf("open files went from %d to %d", f.First, f.Last)
	}
}

func rangeOf(m soak.MemoryResult, name string) string {
	c := m.Components[name]
	return fmt.Sprintf("%d to %d", c.First, c.Last)
}
