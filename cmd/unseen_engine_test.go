package cmd_test

import (
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// exits has a puppet exit, and waits until the engine knows.
func exits(t *testing.T, p *dockertest.Puppeteer) {
	t.Helper()
	p.Do("exit?code=134")
	wait(t, "the end", func() bool { s, err := p.State(t.Context()); return err == nil && !s.Running })
}

// TestASoakOfADeadContainerSaysHowItDied begins when all is over, and takes
// samples once it lives again.
func TestASoakOfADeadContainerSaysHowItDied(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	p := rig.RunPuppet(probe.Spec{})
	exits(t, p)
	b := start(t, nil, "soak", "--container", p.Name(), "--docker-host", rig.Options.Host, "--load", "none", "--duration", "2s", "--interval", "500ms")
	if code := b.ends(t, 40*time.Second); code != soak.ExitFail {
		t.Errorf("exit %d", code)
	}
	if said := b.errOut.String(); !strings.Contains(said, "does not run: it ended with exit code 134") {
		t.Error(said)
	}
	if text := b.out.String(); !strings.Contains(text, "is dead: exited 134") || strings.Contains(text, "samples were missed") {
		t.Error(text)
	}
}

// TestAResumedSoakTellsTheEndThatNobodySaw kills leakcheck, lets the container
// die, and goes on.
func TestAResumedSoakTellsTheEndThatNobodySaw(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	p := rig.RunPuppet(probe.Spec{})
	w := watch(t, rig.Options.Host, nil, p.Name())
	_ = w.cmd.Process.Kill()
	_ = w.cmd.Wait()
	exits(t, p)
	w.cmd = program(t, t.TempDir(), "soak", "--resume", w.dir)
	path := filepath.Join(w.dir, record.FileName)
	told := func() int {
		return slices.IndexFunc(readRecord(t, path).events, func(e soak.Event) bool { return e.Kind == soak.EventExit })
	}
	wait(t, "word of the end", func() bool { return told() >= 0 })
	_ = w.cmd.Process.Signal(syscall.SIGTERM)
	_ = w.cmd.Wait()
	if e := readRecord(t, path).events[told()]; e.Exit == nil || e.Exit.Code != 134 || e.Life != 1 {
		t.Errorf("%+v", e)
	}
}
