package cmd_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// TestEveryWallIsFound soaks containers whose nearest wall is each another one.
func TestEveryWallIsFound(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	image := rig.BuildImage(dockertest.Puppet)
	ceiling := filepath.Join(t.TempDir(), "ceiling.yaml")
	if err := os.WriteFile(ceiling, []byte("name: ceiling\nextends: generic\nceiling: 100MB\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	limited := rig.RunPuppet(probe.Spec{})
	run := func(s probe.Spec) string {
		s.Name, s.Image = rig.Name("wall"), image
		if _, err := rig.Launcher.Run(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		return s.Name
	}
	free := run(probe.Spec{Args: []string{"/app"}})
	under := run(probe.Spec{Args: []string{"/app"}, Memory: 512 << 20})
	heap := run(probe.Spec{Args: []string{"/app", "log", "1s", "--max-old-space-size=128"}, Memory: 512 << 20})
	w := watch(t, rig.Options.Host, []string{"--profile", "generic", "--profile", "generic", "--profile", ceiling, "--profile", "node"},
		limited.Name(), free, under, heap)
	time.Sleep(4 * time.Second)
	w.do(limited.Name(), soak.EventLimit, "315 MB", func() error { return rig.SetMemory(t.Context(), limited.ID, 300<<20) })
	limited.Do("open?files=300")
	time.Sleep(8 * time.Second)
	r := w.end()
	for name, want := range map[string]struct {
		wall  string
		bytes float64 // 0: whatever the machine has
	}{limited.Name(): {"limit", 300 << 20}, free: {"host", 0}, under: {"ceiling", 100e6}, heap: {"heap", 128 << 20}} {
		f := memoryOf(t, r, name).Forecast
		if f == nil || f.Wall != want.wall || want.bytes != 0 && f.WallBytes != want.bytes || f.WallBytes == 0 {
			t.Errorf("the wall of %s is %+v, want %+v", name, f, want)
		}
	}
	if c := memoryOf(t, r, limited.Name()).Components["fds"]; c.Last < c.First+300 {
		t.Errorf("open files went %+v, though 300 were opened", c)
	}
	if !slices.ContainsFunc(r.Checks, func(c soak.CheckResult) bool {
		return c.ID == "open-files" && c.Target == limited.Name() && (c.Outcome == soak.Warn || c.Outcome == soak.NotDue || c.Outcome == soak.Inconclusive)
	}) {
		t.Errorf("open files that pile up pass: %s", ids(r))
	}
}
