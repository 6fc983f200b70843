package cmd_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// reading is all that leakcheck may ask of an engine.
var reading = regexp.MustCompile(`^((GET|HEAD) /_ping|GET /info|GET /events|GET /containers/json|GET /containers/[^/]+/(json|stats|top|logs)|(GET|HEAD) /containers/[^/]+/archive)$`)

// TestOnlyReadingAndOnlyWhatItWasGiven watches what the real program asks of
// the engine and which files it leaves, through a soak with load, a
// verification, a diagnosis and a bundle.
func TestOnlyReadingAndOnlyWhatItWasGiven(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	node := launch(t, rig, 256<<20, "--fix")
	proxy := rig.Proxy()
	world, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	env := []string{"HOME=" + world, "TMPDIR=" + filepath.Join(world, "tmp"), "DOCKER_CONFIG="}
	for _, name := range []string{"CONFIG", "CACHE", "DATA", "STATE"} {
		env = append(env, "XDG_"+name+"_HOME="+filepath.Join(world, strings.ToLower(name)))
	}
	for _, dir := range []string{"tmp", "cwd"} {
		if err := os.Mkdir(filepath.Join(world, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	bundle := filepath.Join(world, "bundle.tar.gz")
	for _, args := range [][]string{
		{"soak", "--container", node.name, "--profile", "oip-node", "--duration", "6s", "--interval", "500ms", "--load", "full", "--out", out},
		{"verify", "--container", node.name, "--profile", "oip-node", "--for", "2s"},
		{"diagnose", "--container", node.name, "--profile", "oip-node", "--scenario", "workout", "--block", "200ms", "--pause", "200ms", "--interval", "100ms", "--max", "7s"},
		{"report", "latest", "--bundle", bundle},
		{"runs", "list"},
	} {
		for _, host := range []string{proxy.Socket, proxy.TCP} {
			if host == proxy.TCP && args[0] == "soak" {
				args[len(args)-1] += "-elsewhere"
			}
			b := start(t, append(env, "DOCKER_HOST="+host), args...)
			if code := b.ends(t, time.Minute); code == soak.ExitUsage || code == soak.ExitNotMeasured && args[0] != "diagnose" {
				t.Errorf("%v: exit %d\n%s", args, code, b.errOut.String())
			}
			if args[0] == "report" {
				private(t, bundle)
			}
		}
	}
	calls := proxy.Calls()
	for call := range calls {
		if !reading.MatchString(call) {
			t.Errorf("the engine was sent %s", call)
		}
	}
	if len(calls) < 7 {
		t.Errorf("only %v was seen", calls)
	}
	private(t, filepath.Join(out, "run.db"))
	left := regexp.MustCompile(`^(bundle\.tar\.gz|state/leakcheck/[a-z0-9]{4}-\d{8}\.(db|at))$`)
	err := filepath.WalkDir(world, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, _ := filepath.Rel(world, path)
		if !left.MatchString(name) {
			t.Errorf("it left %s", name)
		}
		private(t, path)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func private(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Error(err)
	} else if info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %s", path, info.Mode())
	}
}

// TestNoSymlinkLeadsOutOfTheFolder puts links where the reports go.
func TestNoSymlinkLeadsOutOfTheFolder(t *testing.T) {
	t.Parallel()
	const untouched = "untouched"
	victim, out := filepath.Join(t.TempDir(), "victim"), t.TempDir()
	if err := os.WriteFile(victim, []byte(untouched), 0o600); err != nil {
		t.Fatal(err)
	}
	soakOnce := func() *bounded {
		return start(t, nil, "soak", "--load", "none", "--duration", "2s", "--interval", "500ms", "--out", out, "--", "sleep", "30")
	}
	for _, name := range []string{"run.json", "report.html", "junit.xml", "summary.md", "samples.csv", "memory.svg"} {
		if err := os.Symlink(victim, filepath.Join(out, name)); err != nil {
			t.Fatal(err)
		}
	}
	if b := soakOnce(); b.ends(t, 30*time.Second) == soak.ExitUsage {
		t.Error(b.errOut.String())
	}
	if err := os.Remove(filepath.Join(out, "run.db")); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"run.db", "run.db.lock"} {
		_ = os.Remove(filepath.Join(out, name))
		if err := os.Symlink(victim, filepath.Join(out, name)); err != nil {
			t.Fatal(err)
		}
		b := soakOnce()
		if code := b.ends(t, 30*time.Second); code != soak.ExitUsage {
			t.Errorf("%s is a link: exit %d\n%s", name, code, b.errOut.String())
		}
		_ = os.Remove(filepath.Join(out, name))
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != untouched {
		t.Errorf("the file behind the links became %q, %v", text, err)
	}
}

// canaries are secrets that must come out nowhere. They are put together here,
// so that scanners of source code have nothing to find.
var canaries = map[string]string{
	"environment": "canaryenv" + "1sXk29", "header": "canaryheader" + "2sXk29", "file": "canaryfile" + "3sXk29",
	"url": "canaryurl" + "4sXk29", "engine": "canaryengine" + "5sXk29",
	"jwt": "eyJhbGciOiJIUzI1NiJ9." + "eyJjYW5hcnkiOiI2c1hrIn0" + ".Y2FuYXJ5NnNYazI5",
	"aws": "AKIA" + "CANARY7SXK29ABCD", "bearer": "canarybearer" + "8sXk29", "password": "canarypassword" + "9sXk29",
	"log url": "canarylogurl" + "10sXk29", "literal header": "canaryliteral" + "11sXk29",
}

const canaryProfile = `
name: canary
extends: generic
service: {port: 8080, health: /}
signals:
  - name: failure
    pattern: 'Error: .*'
    example: 'Error: no'
scenarios:
  ask:
    steps:
      - path: /
        headers: {Authorization: "Bearer ${env:CANARY_TOKEN}", X-Key: "${file:FILE}"}
load:
  gentle:
    - name: steady
      fire: [{scenario: ask, every: 500ms}]
`

// TestSecretsComeOutNowhere looks for canaries in everything that leakcheck
// prints and writes.
func TestSecretsComeOutNowhere(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	say := "Error: token " + canaries["jwt"] + " key " + canaries["aws"] + " Authorization: Bearer " + canaries["bearer"] +
		" password=" + canaries["password"] + " redis://u:" + canaries["log url"] + "@cache:6379"
	puppet := rig.RunPuppet(probe.Spec{Env: []string{"SAY=" + say, "API_KEY=" + canaries["environment"]}})
	url, _ := puppet.Published(8080)
	url = strings.Replace(url, "://", "://user:"+canaries["url"]+"@", 1)
	dir := t.TempDir()
	profile, key, out, bundle := filepath.Join(dir, "canary.yaml"), filepath.Join(dir, "key"), filepath.Join(dir, "out"), filepath.Join(dir, "b.tar.gz")
	err := errors.Join(os.WriteFile(key, []byte(canaries["file"]+"\n"), 0o600),
		os.WriteFile(profile, []byte(strings.ReplaceAll(canaryProfile, "FILE", key)), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"CANARY_TOKEN=" + canaries["header"]}
	engine := strings.Replace(rig.Proxy().TCP, "://", "://user:"+canaries["engine"]+"@", 1)
	said := map[string]string{}
	run := func(code int, args ...string) *bounded {
		b := start(t, env, args...)
		if got := b.ends(t, time.Minute); code >= 0 && got != code {
			t.Errorf("%v: exit %d, want %d\n%s", args, got, code, b.errOut.String())
		}
		said[strings.Join(args, " ")[:20]+" "+args[len(args)-1]] = b.out.String() + b.errOut.String()
		return b
	}
	b := run(-1, "soak", "--container", puppet.Name(), "--docker-host", rig.Options.Host, "--profile", profile, "--url", url,
		"--duration", "6s", "--interval", "500ms", "--out", out)
	if !strings.Contains(b.errOut.String()+b.out.String(), "ask") {
		t.Fatalf("nothing was fired:\n%s%s", b.errOut.String(), b.out.String())
	}
	for _, format := range []string{"text", "json", "junit", "markdown"} {
		run(-1, "report", out, "--format", format)
	}
	run(-1, "report", out, "--docker-host", rig.Options.Host, "--bundle", bundle)
	run(-1, "verify", "--container", puppet.Name(), "--docker-host", rig.Options.Host, "--profile", profile, "--for", "2s", "--format", "json")
	run(-1, "soak", "--container", "nobody", "--docker-host", engine, "--duration", "1s")
	run(soak.ExitNotMeasured, "soak", "--container", "nobody", "--docker-host", "tcp://user:"+canaries["engine"]+"@127.0.0.1:1", "--duration", "1s")
	run(soak.ExitUsage, "soak", "--container", "nobody", "--docker-host", "bad://user:"+canaries["engine"]+"@h:x y", "--duration", "1s")
	run(soak.ExitUsage, "soak", "--container", puppet.Name(), "--docker-host", rig.Options.Host, "--url", "ftp://user:"+canaries["url"]+"@h", "--duration", "1s")
	literal := filepath.Join(dir, "literal.yaml")
	text := strings.NewReplacer("${env:CANARY_TOKEN}", canaries["literal header"], "${file:FILE}", canaries["literal header"]).Replace(canaryProfile)
	if err := os.WriteFile(literal, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run(soak.ExitUsage, "soak", "--container", puppet.Name(), "--docker-host", rig.Options.Host, "--profile", literal, "--duration", "1s")
	run(soak.ExitUsage, "profiles", "validate", literal)
	run(soak.ExitNotMeasured, "soak", "--container", puppet.Name(), "--docker-host", rig.Options.Host, "--profile", profile,
		"--url", "http://user:"+canaries["url"]+"@127.0.0.1:1", "--duration", "2s")
	for name, text := range said {
		clean(t, name, []byte(text))
	}
	entries, _ := os.ReadDir(out)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(out, e.Name()))
		if err != nil {
			t.Error(err)
		}
		clean(t, e.Name(), text)
	}
	clean(t, "the record", recorded(t, filepath.Join(out, "run.db")))
	packed(t, bundle)
}

func clean(t *testing.T, where string, text []byte) {
	t.Helper()
	for kind, canary := range canaries {
		if i := bytes.Index(text, []byte(canary)); i >= 0 {
			t.Errorf("%s holds the canary %q: …%s", where, kind, text[max(i-80, 0):min(i+len(canary), len(text))])
		}
	}
}

// recorded is all that a record holds, spelled out.
func recorded(t *testing.T, path string) []byte {
	t.Helper()
	rec, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rec.Close() }()
	all := &everything{}
	if err := rec.Replay(all); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal([]any{rec.Meta(), all.batches})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte("(removed)")) {
		t.Error("no line with a secret was recorded: the canaries prove nothing")
	}
	return text
}

type everything struct{ batches []soak.Batch }

func (e *everything) Record(b soak.Batch) error { e.batches = append(e.batches, b); return nil }

func packed(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	logs := 0
	for archive := tar.NewReader(zip); ; {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		clean(t, "bundle: "+h.Name, text)
		if strings.HasSuffix(h.Name, ".log") {
			logs++
		}
	}
	if logs == 0 {
		t.Error("the bundle has no excerpt of the log")
	}
}

// TestCtrlCIsObeyedWithinASecond interrupts each wait for somebody who hangs.
func TestCtrlCIsObeyedWithinASecond(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	puppet := rig.RunPuppet(probe.Spec{})
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts, nobody answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	proxy, here, elsewhere := rig.Proxy(), rig.Proxy(), rig.Proxy()
	proxy.Set(dockertest.Hang)
	for _, c := range []struct {
		name, host string
		args       []string
		later      *dockertest.FaultProxy // hangs in mid-run
	}{
		{"an engine that hangs from the start", proxy.Socket, []string{"soak", "--load", "none", "--duration", "1h"}, nil},
		{"verify, an engine that hangs", proxy.Socket, []string{"verify"}, nil},
		{"an engine here that hangs in mid-run", here.Socket, []string{"soak", "--load", "none", "--duration", "1h", "--interval", "1s"}, here},
		{"an engine elsewhere that hangs in mid-run", elsewhere.TCP, []string{"soak", "--load", "none", "--duration", "1h", "--interval", "1s"}, elsewhere},
		{"a node that hangs", rig.Options.Host, []string{"soak", "--duration", "1h", "--profile", "oip-node", "--url", "http://" + silent.Addr().String()}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			took := time.Hour
			for try := 0; try < 3 && took > time.Second; try++ { // a machine that runs many tests may be slow once
				b := start(t, []string{"DOCKER_HOST=" + c.host}, append(c.args, "--container", puppet.Name())...)
				time.Sleep(2 * time.Second)
				if c.later != nil {
					time.Sleep(2 * time.Second)
					c.later.Set(dockertest.Hang)
					time.Sleep(time.Second)
				}
				asked := time.Now()
				_ = b.Process.Signal(syscall.SIGINT)
				code := b.ends(t, 15*time.Second)
				took = min(took, time.Since(asked))
				if code != soak.ExitInterrupted {
					t.Fatalf("exit %d\n%s", code, b.errOut.String())
				}
				if c.later != nil {
					c.later.Set(dockertest.NoFault)
				}
			}
			if took > time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
