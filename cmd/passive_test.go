package cmd

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/scenarios"
	"leakcheck/scenarios/demonode"
	"leakcheck/soak"
	"leakcheck/soak/logscan"
	"leakcheck/soak/record"
)

// storedRun records two virtual hours of the stand-in, which leaks with each
// workout: workouts and meal plans come when users have a mind to.
func storedRun(t *testing.T, o demonode.Options) string {
	t.Helper()
	p, err := scenarios.Load("fitnessally")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Date(2024, 12, 8, 9, 0, 0, 0, time.UTC)
	var log bytes.Buffer
	m, err := demonode.NewModel(o, began, &log)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "seen")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	info := soak.RunInfo{ID: "two-hours", Profile: p.Name, Started: began, Interval: 5, Targets: []soak.TargetInfo{{Name: "node", Kind: "process", Profile: p.Name, Started: began}}}
	rec, err := record.Create(recordPath(dir), record.Meta{Info: info, Profiles: map[string]*soak.Profile{"node": p}})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := logscan.Compile(p.Signals)
	if err != nil {
		t.Fatal(err)
	}
	now := began
	feed := rules.NewFeed("node", func() time.Time { return now })
	rng, busy := rand.New(rand.NewPCG(1, 1)), map[string]bool{}
	for d := time.Duration(0); d < 2*time.Hour; d += 5 * time.Second {
		now = began.Add(d)
		m.Advance(d)
		var b soak.Batch
		for _, s := range []struct{ name, kind string }{{"workout", "workout"}, {"meal-plan", "mealPlan"}} {
			if rng.Float64() < 0.03 {
				busy[s.name] = !busy[s.name]
			}
			if !busy[s.name] {
				continue
			}
			m.Query(d, s.kind, 2, 1)
			b.Load = append(b.Load, soak.LoadInterval{At: now, Scenario: s.name, Due: 1, Requests: 1, Duration: 5 * time.Second})
		}
		for line := range bytes.Lines(log.Bytes()) {
			feed.Line(soak.Line{At: now, Text: bytes.TrimSpace(line)})
		}
		log.Reset()
		seen := feed.Take()
		b.Signals, b.Logs = seen.Signals, seen.Logs
		b.Samples = []soak.Sample{{Target: "node", Life: 1, Started: began, At: now, Values: m.Values(d)}}
		if err := rec.Record(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// What a stored run's growth coincides with: the scenario that leaks, and the
// log lines that come with it; not the one beside it. None is called a cause.
func TestDiagnosePassiveRun(t *testing.T) {
	o := demonode.Fixed()
	o.LeakPerRequest = map[string]soak.Size{"workout": 500_000}
	o.Curve, o.Amplitude, o.Period = demonode.CurveSawtooth, 10e6, 70*time.Second
	dir := storedRun(t, o)
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		root := newRoot(&app{stdin: strings.NewReader(""), stdout: &out, stderr: io.Discard, getenv: func(string) string { return "" }})
		root.SetArgs(append([]string{"diagnose", "--passive", dir}, args...))
		err := root.ExecuteContext(t.Context())
		return out.String(), err
	}
	text, err := run("--format", "json")
	if code := tell(err, io.Discard); code != soak.ExitInconclusive {
		t.Errorf("exit %d: a coincidence proves nothing", code)
	}
	var all struct{ Results []soak.Passive }
	if err := json.Unmarshal([]byte(text), &all); err != nil || len(all.Results) != 1 {
		t.Fatalf("%v\n%s", err, text)
	}
	r := all.Results[0]
	coincides := func(name string) bool {
		return slices.ContainsFunc(r.Seen, func(c soak.Coincidence) bool { return c.Kind == "scenario" && c.Name == name && c.Coincides })
	}
	if !coincides("workout") || coincides("meal-plan") || r.Leak != soak.LeakYes || r.Growth < 100e6 || r.Profile != "fitnessally" {
		t.Errorf("%s", text)
	}
	text, _ = run()
	for _, part := range []string{"COINCIDENCE  node: growth coincides with scenario workout", "only an experiment", "strength", "lag"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(part), " ")) {
			t.Errorf("%q is not said:\n%s", part, text)
		}
	}
	if strings.Contains(text, "cause it") || strings.Contains(text, "because") {
		t.Errorf("a cause is claimed:\n%s", text)
	}
}
