// Package dockertest gives tests a real Docker engine to break things on, and
// a puppet to run in its containers. The engine is the one that
// LEAKCHECK_TEST_DOCKER_HOST names (`.ci/engine start` makes a private one);
// without it tests are skipped, or fail if LEAKCHECK_REQUIRE_DOCKER=1.
package dockertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"leakcheck/probe"
)

// Puppet is the puppet program's package, for [Rig.Image].
const Puppet = "leakcheck/probe/dockertest/puppet"

// Rig is an engine for one test. What is launched goes when the test ends.
type Rig struct {
	*probe.Engine
	*probe.Launcher
	Options probe.ConnectOptions
	t       testing.TB
}

// Engine connects to the test engine, or skips the test.
func Engine(t testing.TB) *Rig {
	t.Helper()
	return EngineWith(t, probe.ConnectOptions{})
}

// EngineWith is Engine with options; the address is filled in unless there is one.
func EngineWith(t testing.TB, o probe.ConnectOptions) *Rig {
	t.Helper()
	if host := Host(t); o.Host == "" {
		o.Host = host
	}
	r := &Rig{Options: o, t: t}
	ctx := context.Background()
	var err error
	if r.Launcher, err = probe.Launch(ctx, o); err != nil {
		t.Fatal(err)
	}
	r.Launcher.KeepImages = true // other tests use them
	if r.Engine, err = probe.Connect(ctx, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.end)
	return r
}

// Host is the address of the test engine, or the test is skipped.
func Host(t testing.TB) string {
	t.Helper()
	host := os.Getenv("LEAKCHECK_TEST_DOCKER_HOST")
	switch {
	case host != "":
	case os.Getenv("LEAKCHECK_REQUIRE_DOCKER") == "1":
		t.Fatal("no Docker engine to test on, and LEAKCHECK_REQUIRE_DOCKER=1 asks for one: run `.ci/engine start`, then `eval $(.ci/engine env)`")
	default:
		t.Skip("NOT TESTED: no Docker engine; run `.ci/engine start`, then `eval $(.ci/engine env)`")
	}
	return host
}

func (r *Rig) end() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.Launcher.Cleanup(ctx); err != nil {
		r.t.Errorf("cleaning up: %v", err)
	}
	_ = r.Launcher.Close()
	_ = r.Engine.Close()
}

// Close is for tests that hang up early; the end of the test does it anyway.
func (r *Rig) Close() error { return r.Engine.Close() }

var built sync.Map // package -> func() (string, error)

// Build compiles a program of this module without cgo, once per test process,
// and returns its path. LEAKCHECK_TEST_PROGRAMS names a folder of programs that
// were built already, for machines without Go.
func Build(t testing.TB, pkg string) string {
	t.Helper()
	if dir := os.Getenv("LEAKCHECK_TEST_PROGRAMS"); dir != "" {
		return filepath.Join(dir, filepath.Base(pkg))
	}
	once, _ := built.LoadOrStore(pkg, sync.OnceValues(func() (string, error) {
		path := filepath.Join(os.TempDir(), "leakcheck-dockertest", filepath.Base(pkg))
		fresh := fmt.Sprintf("%s-%d", path, os.Getpid()) // other packages' tests build it too
		cmd := exec.Command("go", "build", "-trimpath", "-o", fresh, pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
		}
		return path, os.Rename(fresh, path)
	}))
	path, err := once.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// BuildImage makes an image from scratch whose /app is a program of this
// module, and returns its name. It is made anew only when the program changes.
func (r *Rig) BuildImage(pkg string) string {
	r.t.Helper()
	path := Build(r.t, pkg)
	f, err := os.Open(path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		r.t.Fatal(err)
	}
	name := "leakcheck-test-" + filepath.Base(pkg) + ":" + hex.EncodeToString(sum.Sum(nil))[:12]
	if err := r.Image(context.Background(), name, map[string]string{"/app": path, "/tmp": ""}); err != nil {
		r.t.Fatal(err)
	}
	return name
}

// named numbers names on from a number that no other test process begins at;
// the time alone is the same for tests that run at once.
var named atomic.Int64

func init() { named.Store(time.Now().UnixNano()) }

// Name makes a container name of the test's own.
func (r *Rig) Name(role string) string {
	return fmt.Sprintf("leakcheck-test-%s-%d", role, named.Add(1)%1e9)
}

// Run launches a container and returns it as a target, and its ID.
func (r *Rig) Run(s probe.Spec) (c *probe.Container, id string) {
	r.t.Helper()
	ctx := context.Background()
	id, err := r.Launcher.Run(ctx, s)
	if err != nil {
		r.t.Fatal(err)
	}
	c, err = r.Container(ctx, s.Name)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = c.Close() })
	return c, id
}

// RunPuppet launches a puppet, with its port published and a limit of 256 MiB
// unless the spec says otherwise, and waits until it answers.
func (r *Rig) RunPuppet(s probe.Spec) *Puppeteer {
	r.t.Helper()
	if s.Name == "" {
		s.Name = r.Name("puppet")
	}
	if s.Memory == 0 {
		s.Memory = 256 << 20
	}
	s.Image = r.BuildImage(Puppet)
	s.Ports = append(s.Ports, 8080)
	s.Args = append([]string{"/app"}, s.Args...)
	c, id := r.Run(s)
	p := &Puppeteer{Container: c, Spec: s, ID: id, t: r.t}
	p.Ready()
	return p
}

// Puppeteer pulls a puppet's strings.
type Puppeteer struct {
	*probe.Container
	Spec probe.Spec
	ID   string
	t    testing.TB
}

// Ready waits until the puppet answers.
func (p *Puppeteer) Ready() {
	p.t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for {
		if _, err := p.State(context.Background()); err != nil {
			p.t.Fatal(err)
		}
		url, ok := p.Published(8080)
		if !ok {
			p.t.Fatalf("port 8080 of %s is not published", p.Spec.Name)
		}
		status, _, err := probe.Health(context.Background(), url+"/", nil, time.Second)
		if err == nil && status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the puppet does not answer: %d %v", status, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Do asks the puppet for something, such as "alloc?mb=10". An answer that
// never comes, because the puppet dies of it, is fine.
func (p *Puppeteer) Do(what string) {
	p.t.Helper()
	url, _ := p.Published(8080)
	status, _, err := probe.Health(context.Background(), url+"/"+what, nil, 30*time.Second)
	if err == nil && status != http.StatusOK {
		p.t.Fatalf("puppet: %s answered %d", what, status)
	}
}
