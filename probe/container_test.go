package probe_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

func sample(t *testing.T, c *probe.Container) soak.Sample {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	s, err := c.Sample(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFilesAndAPIAgree compares the two ways of reading on a paused container,
// where nothing moves.
func TestFilesAndAPIAgree(t *testing.T) {
	t.Parallel()
	r := dockertest.Engine(t)
	p := r.RunPuppet(probe.Spec{Tmpfs: map[string]string{"/dev/shm": "size=64m"}})
	p.Do("alloc?mb=20")
	p.Do("file?mb=8")
	p.Do("shm?mb=5")
	if err := r.Pause(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	o := r.Options
	o.APIOnly = true
	far, err := probe.Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	other, err := far.Container(t.Context(), p.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	files, api := sample(t, p.Container), sample(t, other)
	if src := p.Info().Source; !strings.HasPrefix(src, "cgroup v") {
		t.Fatalf("read through %q: the test engine runs here as root, so its cgroup files must be readable", src)
	}
	if src := other.Info().Source; src != "engine API" {
		t.Errorf("APIOnly read through %q", src)
	}
	// Even while nothing runs, the kernel gives back pages that a CPU had
	// charged in advance; a reading before and one after must then frame it.
	for _, m := range soak.Metrics() {
		var diff string
		for range 3 {
			if diff = disagree(m, files, api, sample(t, p.Container)); diff == "" {
				break
			}
			files, api = sample(t, p.Container), sample(t, other)
		}
		if diff != "" {
			t.Error(diff)
		}
	}
	for m, least := range map[soak.Metric]int64{soak.Anon: 20 << 20, soak.Shmem: 5 << 20, soak.File: 13 << 20} {
		if x, ok := files.Get(m); !ok || x < least || x > least+(20<<20) {
			t.Errorf("%s is %d (present: %v), want a little over %d", m, x, ok, least)
		}
	}
	if l, _ := files.Get(soak.Limit); l != 256<<20 {
		t.Errorf("limit %d", l)
	}
	if !files.Started.Equal(api.Started) || files.Started.IsZero() {
		t.Errorf("started %v and %v", files.Started, api.Started)
	}
}

// disagree compares one metric through the API with the files before and after.
func disagree(m soak.Metric, before, api, after soak.Sample) string {
	a, inFiles := before.Get(m)
	c, _ := after.Get(m)
	b, inAPI := api.Get(m)
	if !inFiles || !inAPI {
		return ""
	}
	// What the API does not report is derived from counters that lag by some pages.
	slack := int64(0)
	if api.Derived(m) {
		slack = 1 << 20
	}
	if b < min(a, c)-slack || b > max(a, c)+slack {
		return fmt.Sprintf("%s: %d and %d in the files, %d through the API (derived: %v)", m, a, c, b, api.Derived(m))
	}
	return ""
}

func TestStoppedContainerIsGoneNotZero(t *testing.T) {
	t.Parallel()
	for _, apiOnly := range []bool{false, true} {
		for _, interval := range []time.Duration{time.Second, time.Minute} {
			r := dockertest.EngineWith(t, probe.ConnectOptions{APIOnly: apiOnly})
			p := r.RunPuppet(probe.Spec{})
			p.SetInterval(interval)
			first := sample(t, p.Container)
			if err := r.Kill(t.Context(), p.ID, "SIGKILL"); err != nil {
				t.Fatal(err)
			}
			wait(t, "an end", func() bool { s, err := p.State(t.Context()); return err == nil && !s.Running })
			if s, err := p.Sample(t.Context()); !errors.Is(err, soak.ErrGone) {
				t.Errorf("API %v, each %s: a stopped container gave %v, %v", apiOnly, interval, s, err)
			}
			if err := r.Start(t.Context(), p.ID); err != nil {
				t.Fatal(err)
			}
			if s := sample(t, p.Container); !s.Started.After(first.Started) {
				t.Errorf("API %v: the new life started %v, the old one %v", apiOnly, s.Started, first.Started)
			}
			if err := r.Remove(t.Context(), p.ID); err != nil {
				t.Fatal(err)
			}
			// What a slow engine had measured before may still come.
			wait(t, "the removal", func() bool {
				s, err := p.Sample(t.Context())
				if err == nil && s.Empty() {
					t.Fatalf("API %v: a removed container gave a sample of nothing", apiOnly)
				}
				return errors.Is(err, soak.ErrGone)
			})
		}
	}
}

func TestContainerNames(t *testing.T) {
	t.Parallel()
	r := dockertest.Engine(t)
	p := r.RunPuppet(probe.Spec{Name: r.Name("fitness")})
	for _, ref := range []string{p.Name(), p.ID, p.ID[:20]} {
		if c, err := r.Container(t.Context(), ref); err != nil || c.Name() != p.Name() {
			t.Errorf("%s: %v", ref, err)
		}
	}
	_, err := r.Container(t.Context(), strings.Replace(p.Name(), "fitness", "fitnes", 1))
	if !errors.Is(err, probe.ErrUnknown) || !strings.Contains(err.Error(), p.Name()) {
		t.Errorf("a mistyped name gave %v", err)
	}
}

func TestSampleSeesChildrenAndFiles(t *testing.T) {
	t.Parallel()
	r := dockertest.Engine(t)
	p := r.RunPuppet(probe.Spec{})
	p.Do("child?mb=30")
	wait(t, "the child", func() bool {
		c, err := r.Container(t.Context(), p.Name()) // its first sample looks inside
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		s := sample(t, c)
		return len(s.Processes) == 2 && s.Processes[1].RSS > 30<<20 && s.Has(soak.FDs) && s.Has(soak.Sockets)
	})
}

func TestReadFilesInside(t *testing.T) {
	t.Parallel()
	r := dockertest.Engine(t)
	p := r.RunPuppet(probe.Spec{})
	p.Do("file?mb=2")
	files, err := p.Read(t.Context(), "/tmp/f*", "/no/such/*.js", "/app/helpers/gun.js", "/app/*/gun.js", "/app")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].Path != "/tmp/file" || files[0].Size != 2<<20 || len(files[0].Data) != 1<<20 || files[1].Path != "/app" {
		for _, f := range files {
			t.Errorf("%s: %d of %d bytes", f.Path, len(f.Data), f.Size)
		}
	}
	if _, err := p.Read(t.Context(), "app"); !errors.Is(err, probe.ErrUnknown) {
		t.Errorf("a relative path gave %v", err)
	}
}

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
