package scenarios

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

func TestEmbeddedProfilesAreGood(t *testing.T) {
	for _, name := range Names() {
		for _, p := range Validate(name) {
			t.Error(p)
		}
		p, err := Load(name)
		if err != nil {
			continue
		}
		if p.Name != name || p.Summary == "" {
			t.Errorf("%s is called %q and says %q of itself", name, p.Name, p.Summary)
		}
		if w := Warnings(p); len(w) > 0 {
			t.Errorf("%s is slow: %q", name, w)
		}
		for _, c := range p.Checks {
			if c.Hint == "" {
				t.Errorf("%s: %s has no hint", name, c.ID)
			}
		}
		for _, s := range p.Signals {
			if s.Help == "" {
				t.Errorf("%s: signal %s does not say what it is printed for", name, s.Name)
			}
		}
		text, err := Source(name)
		if err != nil {
			t.Error(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > 400 {
			t.Errorf("%s has %d lines; split it through extends", name, n)
		}
	}
}

// TestNamesOfTheFieldStayInYAML keeps the stack that leakcheck was written for
// out of its code.
func TestNamesOfTheFieldStayInYAML(t *testing.T) {
	files, err := filepath.Glob("../soak/*/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no code found: %v", err)
	}
	own, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	field := regexp.MustCompile(`(?i)fitnessally|rockhoppers|oip-|GUN 404|getRecord|Memory Monitor`)
	for _, f := range append(files, own...) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if m := field.Find(text); m != nil && !strings.HasSuffix(f, "_test.go") {
			t.Errorf("%s speaks of %s", f, m)
		}
	}
}

func TestFor(t *testing.T) {
	for _, c := range []struct{ name, image, want string }{
		{"fitnessally-oip-gpu-1", "oip-arweave-indexer_fitnessally-oip-gpu", "fitnessally"},
		{"/fitnessally-oip-gpu-1", "", "fitnessally"},
		{"oip-arweave-indexer-FitnessAlly-oip-1", "", "fitnessally"},
		{"oip-main-oip-1", "", "oip-main"},
		{"rockhoppers-oip-1", "registry.example/org/oip-arweave-indexer:1.2", "rockhoppers"},
		{"some-oip-1", "", "oip-node"},
		{"api", "registry.example/org/oip-arweave-indexer:1.2", "oip-node"},
		{"api", "oip-arweave-indexer@sha256:0123", "oip-node"},
		{"web", "node:20-alpine", "node"},
		{"web", "registry.example/library/node", "node"},
		{"web", "localhost:5000/node:18", "node"},
		{"api", "eclipse-temurin:21-jre", "jvm"},
		{"api", "tomcat:10", "jvm"},
		{"worker", "golang:1.26", "go"},
		{"db", "postgres:16", "generic"},
		{"", "", "generic"},
	} {
		p, err := For(soak.TargetInfo{Name: c.name, Image: c.image})
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != c.want {
			t.Errorf("%q of %q gets %s, want %s", c.name, c.image, p.Name, c.want)
		}
	}
}

func TestWhatTheFieldsProfilesFire(t *testing.T) {
	p, err := Load("fitnessally")
	if err != nil {
		t.Fatal(err)
	}
	w := p.Scenarios["workout"].Steps[0]
	if w.Path != "/api/records" || w.Query["recordType"] != "workout" || w.Query["resolveDepth"] != "2" || w.Query["limit"] != "5" {
		t.Errorf("workout asks for %+v", w)
	}
	if p.Scenarios["burst"].Workers != 10 || len(p.Scenarios["depth"].Steps) != 3 || p.Scenarios["request"] != nil {
		t.Errorf("scenarios %+v", p.Scenarios)
	}
	gentle := map[string]time.Duration{}
	for _, f := range p.Load[soak.LoadGentle][0].Fire {
		gentle[f.Scenario] = f.Every.D()
	}
	for name, every := range map[string]time.Duration{"workout": 30 * time.Second, "meal-plan": 30 * time.Second, "burst": time.Hour} {
		if gentle[name] != every {
			t.Errorf("gentle fires %s every %v, want %v", name, gentle[name], every)
		}
	}
	if p.Ceiling != 5e9 || p.Service.Port != 3005 || p.Service.Health != "/api/health" {
		t.Errorf("ceiling %d, service %+v", p.Ceiling, p.Service)
	}
	if !slices.Contains(p.Rollback, "git checkout HEAD~1 helpers/gun.js") || p.Files[0].Contains != "const is404" {
		t.Errorf("rollback %q, files %+v", p.Rollback, p.Files)
	}
	g, err := Load(Generic)
	if err != nil {
		t.Fatal(err)
	}
	if path := g.Scenarios["request"].Steps[0].Path; path != "/" {
		t.Errorf("generic asks for %q", path)
	}
}

// write puts files into a folder of their own and returns the first one's path.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

func TestExtending(t *testing.T) {
	file := write(t, "child.yaml", `
extends: base.yaml
service: {health: /ping}
drop: {checks: [b], signals: [s], scenarios: [two]}
signals:
  - {name: s, pattern: new, example: new}
  - {name: n, pattern: 'n=(?P<n>\d+)', example: n=1}
checks:
  - {id: a, expr: memory.max < 2*GB, always: false}
  - {id: c, text: new, expr: node.restarts == 0}
scenarios:
  one: {workers: 3}
load:
  full: [{name: steady, fire: [{scenario: one, rate: 5}]}]
`, "base.yaml", `
name: base
summary: the base
match: {names: [x]}
service: {port: 80, health: /health}
ceiling: 1GB
signals:
  - {name: s, pattern: old, example: old, unless: old2, help: old}
checks:
  - {id: a, text: old, expr: memory.max < 1*GB, always: true, hint: old}
  - {id: b, text: old, expr: node.running}
scenarios:
  one: {steps: [{path: "{health}"}]}
  two: {steps: [{path: /}]}
load:
  gentle: [{name: steady, fire: [{scenario: one, every: 30s}]}]
  full: [{name: steady, fire: [{scenario: one, every: 1s}]}, {name: idle}]
rollback: [go back]
`)
	p, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "child" || p.Summary != "" || len(p.Match.Names) != 0 {
		t.Errorf("a profile's own is handed down: %q %q %q", p.Name, p.Summary, p.Match.Names)
	}
	if p.Service.Port != 80 || p.Service.Health != "/ping" || p.Ceiling != 1e9 || len(p.Rollback) != 1 {
		t.Errorf("service %+v, ceiling %v, rollback %v", p.Service, p.Ceiling, p.Rollback)
	}
	if a := p.Checks[0]; len(p.Checks) != 2 || a.Text != "old" || a.Hint != "old" || a.Always || a.Expr != "memory.max < 2*GB" || p.Checks[1].ID != "c" {
		t.Errorf("checks %+v", p.Checks)
	}
	if s := p.Signals[0]; len(p.Signals) != 2 || s.Pattern != "new" || s.Unless != "" || s.Help != "" {
		t.Errorf("a dropped signal that is written anew keeps something: %+v", p.Signals)
	}
	if one := p.Scenarios["one"]; len(p.Scenarios) != 1 || one.Workers != 3 || one.Name != "one" || one.Steps[0].Path != "/ping" {
		t.Errorf("scenarios %+v", p.Scenarios)
	}
	if len(p.Load[soak.LoadGentle]) != 1 || len(p.Load[soak.LoadFull]) != 1 || p.Load[soak.LoadFull][0].Fire[0].Rate != 5 {
		t.Errorf("load %+v", p.Load)
	}
}

func TestAFileOnTopOfABuiltInOne(t *testing.T) {
	p, err := Load(write(t, "mine.yaml", "extends: jvm\nchecks:\n  - {id: no-leak, severity: warn}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "mine" || p.Service.Port != 8080 || p.Checks[0].ID != "no-leak" || p.Checks[0].Severe != soak.SeverityWarn {
		t.Errorf("%+v", p)
	}
}

func TestMergeKeysAndAliases(t *testing.T) {
	p, err := Load(write(t, "p.yaml", `
scenarios:
  a: &a {workers: 2, steps: &steps [{path: /a, timeout: 5s}]}
  b: {<<: *a, workers: 7}
  c: {steps: *steps}
`))
	if err != nil {
		t.Fatal(err)
	}
	if b, c := p.Scenarios["b"], p.Scenarios["c"]; b.Workers != 7 || b.Steps[0].Path != "/a" || c.Steps[0].Timeout.D() != 5*time.Second {
		t.Errorf("%+v %+v", b, c)
	}
}

func TestAProfileThatDoesNotExist(t *testing.T) {
	for name, want := range map[string]string{
		"fitnesally":     `did you mean "fitnessally"?`,
		"./nowhere.yaml": "no such file",
		".":              "is a directory",
	} {
		if _, err := Load(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
