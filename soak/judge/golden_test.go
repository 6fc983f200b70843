package judge

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"leakcheck/scenarios/demonode"
	"leakcheck/soak"
	"leakcheck/soak/logscan"
)

var update = flag.Bool("update", false, "write the golden checklists anew")

// TestADayOfTheStandIn soaks the model of the stand-in for 24 hours of virtual
// time, with and without the bug, through the whole checklist.
func TestADayOfTheStandIn(t *testing.T) {
	for name, o := range map[string]demonode.Options{"fixed": demonode.Fixed(), "buggy": demonode.Buggy()} {
		t.Run(name, func(t *testing.T) {
			o.Base, o.Curve, o.Amplitude, o.Period = 700e6, demonode.CurveSawtooth, 15e6, 7*time.Minute
			o.Rare, o.Monitor, o.LeakWarning = 100_000, 10*time.Minute, 20e6
			o.Keep *= 3 // a third of the load, as much memory
			r := soakModel(t, o)
			golden(t, filepath.Join("testdata", name+".golden"), checklistTable(r))
			if want := map[string]int{"fixed": 0, "buggy": 1}[name]; r.ExitCode != want {
				t.Errorf("exit %d, want %d: %q", r.ExitCode, want, r.Warnings)
			}
		})
	}
}

// soakModel runs the gentle load of the profile against the model for a day.
func soakModel(t *testing.T, o demonode.Options) soak.Report {
	t.Helper()
	p := load(t, "fitnessally")
	var log bytes.Buffer
	m, err := demonode.NewModel(o, began, &log)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := logscan.Compile(p.Signals)
	if err != nil {
		t.Fatal(err)
	}
	var signals []soak.Signal
	scanner := rules.NewScanner(node, func(s soak.Signal) { signals = append(signals, s) })
	s := tell(t, p, func(info *soak.RunInfo) { info.Interval = 15 })
	const step = 15 * time.Second
	for d := time.Duration(0); d <= day; d += step {
		m.Advance(d)
		b := soak.Batch{Load: []soak.LoadInterval{fired(d, soak.HealthScenario, 1, 3*time.Millisecond)}}
		fire := func(scenario, kind string, depth, limit int, n int64) {
			for range n {
				m.Query(d, kind, depth, limit)
			}
			b.Load = append(b.Load, fired(d, scenario, n, 80*time.Millisecond))
		}
		switch {
		case d%time.Hour == 10*time.Minute:
			fire("burst", "workout", 2, 5, 10)
		case d%(4*time.Minute) == 0:
			fire("workout", "workout", 2, 5, 1)
		case d%(4*time.Minute) == 2*time.Minute:
			fire("meal-plan", "mealPlan", 1, 10, 1)
		}
		for line := range bytes.Lines(log.Bytes()) {
			scanner.Line(soak.Line{At: at(d), Text: bytes.TrimRight(line, "\n")})
		}
		log.Reset()
		scanner.Expire(at(d + step))
		if span := scanner.Span(); span.Lines > 0 {
			b.Logs = []soak.LogSpan{span}
		}
		b.Signals, signals = signals, nil
		x := soak.Sample{Target: node, Life: 1, Started: began, At: at(d), Values: m.Values(d)}
		x.Set(soak.Sockets, 40)
		b.Samples = []soak.Sample{x}
		s.record(b)
	}
	return s.end(day)
}

// checklistTable is what became of each check, without figures that hang on
// the classifier's fine tuning.
func checklistTable(r soak.Report) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "verdict %s, exit %d, leak %s, pattern %s\n", r.Verdict, r.ExitCode, r.Memory[0].Leak, r.Memory[0].Pattern)
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "%-14s %-26s %-16s %s\n", c.Outcome, c.ID, c.Window, c.Text)
	}
	for _, s := range r.Signals {
		fmt.Fprintf(&b, "%8d %s\n", s.Count, s.Name)
	}
	return b.String()
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is another now; if that is right, run: go test ./soak/judge -run %s -update\n%s", path, t.Name(), got)
	}
}
