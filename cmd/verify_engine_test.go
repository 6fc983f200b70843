package cmd_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// puppetProfile counts the puppet's numbered lines and looks into its files.
const puppetProfile = `
name: puppet
extends: generic
service: {port: 8080, health: /}
signals:
  - name: lines
    pattern: 'line (?P<n>\d+) '
    example: line 7 x
    values: {n: 7}
checks:
  - id: all-lines
    text: all lines were read
    expr: signals.lines.count >= 3000
files:
  - id: is-a-program
    text: the program is there
    paths: [/usr/bin/app, /app]
    contains: ELF
  - id: fix-deployed
    text: the fix is there
    paths: ["/app"]
    contains: const is404 = error.response
    severity: warn
    hint: docker-compose up -d --build --force-recreate {service}
rollback:
  - docker-compose restart {service}
`

// verified is what one `leakcheck verify` said.
type verified struct {
	soak.Report
	code   int
	stderr string
}

// lab runs leakcheck on one store.
type lab struct {
	t            *testing.T
	rig          *dockertest.Rig
	dir, profile string
}

func newLab(t *testing.T) *lab {
	l := &lab{t: t, rig: dockertest.Engine(t), dir: t.TempDir()}
	l.profile = filepath.Join(l.dir, "puppet.yaml")
	if err := os.WriteFile(l.profile, []byte(puppetProfile), 0o644); err != nil {
		t.Fatal(err)
	}
	return l
}

// run runs leakcheck and returns its report, if it printed one.
func (l *lab) run(args ...string) (v verified) {
	l.t.Helper()
	c := exec.Command(dockertest.Build(l.t, "leakcheck"), args...)
	c.Env = append(os.Environ(), "XDG_STATE_HOME="+l.dir, "LEAKCHECK_DOCKER_HOST="+l.rig.Options.Host)
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		l.t.Fatal(err)
	}
	v.code, v.stderr = c.ProcessState.ExitCode(), stderr.String()
	if len(out) > 0 {
		if err := json.Unmarshal(out, &v.Report); err != nil {
			l.t.Fatalf("%v\n%s\n%s", err, out, v.stderr)
		}
	}
	return v
}

func (l *lab) verify(name string, args ...string) verified {
	l.t.Helper()
	return l.run(append([]string{"verify", "--container", name, "--for", "3s", "--profile", l.profile, "--format", "json"}, args...)...)
}

func (v verified) check(t *testing.T, id string) soak.CheckResult {
	t.Helper()
	i := slices.IndexFunc(v.Checks, func(c soak.CheckResult) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("there is no check %s", id)
	}
	return v.Checks[i]
}

func (v verified) lines() int {
	i := slices.IndexFunc(v.Signals, func(s soak.SignalResult) bool { return s.Name == "lines" })
	return v.Signals[i].Count
}

func TestVerifyJudgesWhatAlreadyRuns(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	p := l.rig.RunPuppet(probe.Spec{Env: []string{"API_TOKEN=hunter2"}, Labels: map[string]string{"com.docker.compose.service": "fitnessally"}})
	p.Do("log?from=0&lines=3000&size=100")
	p.Do("alloc?mb=20")

	part := l.verify(p.Spec.Name, "--log-budget", "50kB", "--for", "8s") // time for a first look on any machine
	if n := part.lines(); n == 0 || n >= 3000 {
		t.Errorf("%d lines were read within 50 kB, want a part of 3000", n)
	}
	if c := part.check(t, "all-lines"); c.Outcome != soak.Inconclusive || !strings.Contains(c.Evidence, "passed over") {
		t.Errorf("with a part of the log read: %+v", c)
	}
	if !slices.ContainsFunc(part.Warnings, func(w string) bool { return strings.Contains(w, "passed over") }) {
		t.Errorf("it is not said what was not read: %q", part.Warnings)
	}
	if !strings.Contains(part.stderr, "First look after ") || !strings.Contains(part.stderr, "Nothing is sent to it") {
		t.Errorf("stderr: %s", part.stderr)
	}

	all := l.verify(p.Spec.Name, "--log-budget", "all")
	if n := all.lines(); n != 3000 {
		t.Errorf("%d lines were read, want 3000, each once", n)
	}
	if c := all.check(t, "all-lines"); c.Outcome != soak.Pass {
		t.Errorf("with all of the log read: %+v", c)
	}
	if c := all.check(t, "is-a-program"); c.Outcome != soak.Pass {
		t.Errorf("a file that is there: %+v", c)
	}
	if c := all.check(t, "fix-deployed"); c.Outcome != soak.Warn || !strings.HasSuffix(c.Hint, "--force-recreate fitnessally") {
		t.Errorf("a file without the text: %+v", c)
	}
	if !strings.Contains(all.stderr, "1 earlier run recorded") || all.Memory[0].Samples <= part.Memory[0].Samples {
		t.Errorf("the earlier run was not judged with it: %d samples after %d\n%s", all.Memory[0].Samples, part.Memory[0].Samples, all.stderr)
	}
	if c := all.check(t, "answers"); c.Outcome != soak.Inconclusive || !strings.Contains(c.Evidence, "--ask-health") {
		t.Errorf("nothing was sent, so nobody knows whether it answers: %+v", c)
	}
	asked := l.verify(p.Spec.Name, "--ask-health")
	if c := asked.check(t, "answers"); c.Outcome != soak.Pass || !strings.Contains(asked.stderr, "Its health path is asked, and nothing else") {
		t.Errorf("asked for its health: %+v\n%s", c, asked.stderr)
	}
	l.bundled(p.Spec.Name)
	l.ended(p)
}

// bundled holds the bundle of the latest run against what it must and must
// not hold.
func (l *lab) bundled(name string) {
	t := l.t
	path := filepath.Join(l.dir, "b.tar.gz")
	l.run("report", "latest", "--format", "json", "--bundle", path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	files := unpack(t, path)
	inspect := files[name+"/inspect.json"]
	if !strings.Contains(inspect, "API_TOKEN=(removed)") || strings.Contains(inspect, "hunter2") {
		t.Errorf("inspect.json: %.2000s", inspect)
	}
	found := false
	for file, text := range files {
		found = found || strings.HasPrefix(file, name+"/log/") && strings.Contains(text, "line 2999 ")
	}
	if !found || files["run.db"] == "" || files["report.txt"] == "" {
		t.Errorf("something is missing in the bundle")
	}
}

// unpack reads a bundle by the names inside its one folder.
func unpack(t *testing.T, path string) map[string]string {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for archive := tar.NewReader(zip); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		_, name, _ := strings.Cut(h.Name, "/")
		files[name] = string(text)
	}
}

// ended verifies the container once it has exited.
func (l *lab) ended(p *dockertest.Puppeteer) {
	t := l.t
	p.Do("exit?code=3")
	v := l.verify(p.Spec.Name)
	if v.code == soak.ExitPass || !slices.ContainsFunc(v.Events, func(e soak.Event) bool {
		return e.Kind == soak.EventExit && e.Exit != nil && e.Exit.Code == 3
	}) {
		t.Errorf("exit code %d, events %+v", v.code, v.Events)
	}
	again, ends := l.verify(p.Spec.Name), 0
	for _, e := range again.Events {
		if e.Kind == soak.EventExit {
			ends++
		}
	}
	if ends != 1 {
		t.Errorf("one end is told %d times where a record has told it: %+v", ends, again.Events)
	}
	if c := v.check(t, "is-a-program"); c.Outcome != soak.Pass {
		t.Errorf("a file in an ended container: %+v", c)
	}
	if v.lines() != 3000 {
		t.Errorf("%d lines of an ended container's log, want 3000: %q %s", v.lines(), v.Warnings, v.stderr)
	}
}

func TestVerifyOfAnUnknownContainer(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	if v := l.verify("leakcheck-no-such-container"); v.code != soak.ExitUsage || !strings.Contains(v.stderr, "leakcheck-no-such-container") {
		t.Errorf("exit code %d: %s", v.code, v.stderr)
	}
}
