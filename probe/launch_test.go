package probe_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
)

func TestLaunchersLeaveOthersAlone(t *testing.T) {
	t.Parallel()
	r := dockertest.Engine(t)
	p := r.RunPuppet(probe.Spec{})
	other, err := probe.Launch(t.Context(), r.Options)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	for name, do := range map[string]func() error{
		"stop":   func() error { return other.Stop(t.Context(), p.ID, 0) },
		"pause":  func() error { return other.Pause(t.Context(), p.ID) },
		"kill":   func() error { return other.Kill(t.Context(), p.ID, "SIGKILL") },
		"remove": func() error { return other.Remove(t.Context(), p.ID) },
		"limit":  func() error { return other.SetMemory(t.Context(), p.ID, 64<<20) },
	} {
		if do() == nil {
			t.Errorf("%s: done to a container that another has made", name)
		}
	}
	if err := other.Cleanup(t.Context()); err != nil {
		t.Error(err)
	}
	if s, err := p.State(t.Context()); err != nil || !s.Running {
		t.Errorf("after another's cleanup: %+v %v", s, err)
	}
}

// TestManyContainersForAWhile samples twenty at ten times the usual rate and
// looks for descriptors and goroutines that stay behind.
func TestManyContainersForAWhile(t *testing.T) {
	r := dockertest.Engine(t)
	image := r.BuildImage(dockertest.Puppet)
	var all []*probe.Container
	for range 20 {
		c, _ := r.Run(probe.Spec{Name: r.Name("many"), Image: image, Args: []string{"/app"}})
		all = append(all, c)
	}
	round := func() {
		for _, c := range all {
			sample(t, c)
		}
	}
	round()
	files, routines := openFiles(t), runtime.NumGoroutine()
	var worst time.Duration
	for range 100 {
		start := time.Now()
		round()
		worst = max(worst, time.Since(start))
		time.Sleep(20 * time.Millisecond)
	}
	// A process inside that has lived for five seconds may be watched by then.
	if f, g := openFiles(t), runtime.NumGoroutine(); f > files+20 || g > routines+20 {
		t.Errorf("open files %d then %d, goroutines %d then %d", files, f, routines, g)
	}
	if worst > 5*time.Second {
		t.Errorf("a round of %d took %s", len(all), worst)
	}
	before := openFiles(t)
	for _, c := range all {
		_ = c.Close()
	}
	if closed := before - openFiles(t); closed < 20*5 {
		t.Errorf("closing gave back %d files", closed)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestStatic(t *testing.T) {
	if !probe.Static(dockertest.Build(t, dockertest.Puppet)) {
		t.Error("the puppet is built without cgo")
	}
	if sh, err := filepath.EvalSymlinks("/bin/sh"); err == nil && probe.Static(sh) {
		t.Errorf("%s needs libraries", sh)
	}
}
