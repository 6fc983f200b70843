package dockertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"leakcheck/probe"
)

// Own is an engine of a test's own, which it may stop. It goes, with all it
// holds, when the test ends.
type Own struct {
	// Host is its address, as DOCKER_HOST takes it.
	Host string

	t         testing.TB
	dir, args string
}

var owned atomic.Int64

// OwnEngine starts an engine with arguments of dockerd's, such as
// --live-restore, or skips the test where there is none to test on.
func OwnEngine(t testing.TB, args ...string) *Own {
	t.Helper()
	Host(t)
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("lc-own-%d-%d", os.Getpid(), owned.Add(1)))
	o := &Own{Host: "unix://" + dir + "/docker.sock", t: t, dir: dir, args: strings.Join(args, " ")}
	t.Cleanup(func() {
		o.run("stop")
		_ = os.Remove(dir + ".lock")
	})
	o.Start()
	return o
}

// Start starts it, again with the containers it had.
func (o *Own) Start() {
	o.t.Helper()
	o.run("start")
}

// Stop stops it. What it runs ends, unless it has --live-restore.
func (o *Own) Stop() {
	o.t.Helper()
	o.run("stop", "LEAKCHECK_ENGINE_KEEP=1")
}

// Rig connects to it.
func (o *Own) Rig() *Rig {
	o.t.Helper()
	return EngineWith(o.t, probe.ConnectOptions{Host: o.Host})
}

func (o *Own) run(do string, env ...string) {
	o.t.Helper()
	c := exec.Command(filepath.Join(root(o.t), ".ci", "engine"), do)
	c.Env = append(os.Environ(), append(env, "LEAKCHECK_ENGINE_DIR="+o.dir, "LEAKCHECK_ENGINE_ARGS="+o.args)...)
	if out, err := c.CombinedOutput(); err != nil {
		o.t.Fatalf("engine %s: %v\n%s", do, err, out)
	}
}

// root is the module's folder, above that of the package under test.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("there is no go.mod above the test")
	return ""
}
