package cmd

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leakcheck/scenarios"
	"leakcheck/soak"
)

// rehearse soaks a node that answers everything, with a week in some seconds.
func rehearse(t *testing.T, profile string, args ...string) soak.Report {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	t.Cleanup(web.Close)
	dir := t.TempDir()
	getenv := func(name string) string {
		return map[string]string{"XDG_STATE_HOME": dir}[name]
	}
	var out, said bytes.Buffer
	root := newRoot(&app{stdin: strings.NewReader(""), stdout: &out, stderr: &said, getenv: getenv})
	root.SetArgs(append([]string{"soak", "--profile", profile, "--url", web.URL, "--duration", "7d", "--rehearse", "5s", "--interval", "500ms",
		"--load", "gentle", "--format", "json"}, args...))
	err := root.ExecuteContext(t.Context())
	var r soak.Report
	if json.Unmarshal(out.Bytes(), &r) != nil {
		t.Fatalf("%v\n%s\n%s", err, said.String(), out.String())
	}
	return r
}

// Every profile that is built in can be rehearsed: a week's load, windows and
// checks in some seconds, and none of it passes for the real thing.
func TestEveryProfileCanBeRehearsed(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := scenarios.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			r := rehearse(t, name, "--", "sh", "-c", "echo up; sleep 30")
			if r.Run.Rehearsal != 7*86400/5. || !slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "rehearsal") }) {
				t.Errorf("it is not marked: %v, %q", r.Run.Rehearsal, r.Warnings)
			}
			if r.Verdict == soak.VerdictNotMeasured {
				t.Errorf("nothing was measured: %q", r.Warnings)
			}
			for _, f := range p.Load[soak.LoadGentle][0].Fire {
				if !slices.ContainsFunc(r.Load.Scenarios, func(s soak.ScenarioResult) bool { return s.Name == f.Scenario && s.Requests > 0 }) {
					t.Errorf("%s was not fired", f.Scenario)
				}
			}
			due := 0
			for _, c := range r.Checks {
				if c.Outcome != soak.NotDue {
					due++
				} else if !strings.Contains(c.Evidence, "its own clock") {
					t.Errorf("%s is not due after a rehearsed week: %s", c.ID, c.Evidence)
				}
			}
			if due == 0 {
				t.Error("no check was due")
			}
		})
	}
}

// A team with another kind of service, a Java API, copies the profile from the
// README into a file: it is valid, fires what it says, and judges by the
// service's own lines. No Go was touched for it.
func TestTheProfileOfTheREADME(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(readme), "```yaml\nname: shop\n")
	text, _, closed := strings.Cut("name: shop\n"+text, "```")
	if !ok || !closed {
		t.Fatal("the README has no profile of a shop")
	}
	file := filepath.Join(t.TempDir(), "shop.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range scenarios.Validate(file) {
		t.Error(p)
	}
	for name, c := range map[string]struct {
		log         string
		pool, heaps soak.Outcome
	}{
		"well":        {"INFO pool size 12", soak.Pass, soak.Pass},
		"a full pool": {"INFO pool size 51", soak.Warn, soak.Pass},
		"a full heap": {`INFO pool size 3\nException in thread "http-nio-8080-exec-4" java.lang.OutOfMemoryError: Java heap space`, soak.Pass, soak.Fail},
		"silence":     {"INFO started", soak.Inconclusive, soak.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rehearse(t, file, "--", "sh", "-c", `printf "%b\n" "$0"; sleep 30`, c.log)
			for id, want := range map[string]soak.Outcome{"pool-bounded": c.pool, "no-heap-failure": c.heaps} {
				i := slices.IndexFunc(r.Checks, func(c soak.CheckResult) bool { return c.ID == id })
				if i < 0 || r.Checks[i].Outcome != want {
					t.Errorf("%s: want %s: %+v", id, want, r.Checks[max(i, 0)])
				}
			}
			if !slices.ContainsFunc(r.Load.Scenarios, func(s soak.ScenarioResult) bool { return s.Name == "browse" && s.Requests > 0 }) {
				t.Errorf("browse was not fired: %+v", r.Load)
			}
		})
	}
}
