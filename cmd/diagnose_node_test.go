package cmd

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"leakcheck/soak"
)

// A real Node.js process leaks a closure in one route, Buffers in another and
// nothing in a third. It takes minutes and a quiet machine, so it runs with
// LEAKCHECK_BENCH=1 only; the stand-in's story is in testdata/script.
func TestDiagnoseNodeJS(t *testing.T) {
	if os.Getenv("LEAKCHECK_BENCH") == "" {
		t.Skip("NOT RUN: it takes minutes; LEAKCHECK_BENCH=1 runs it")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("NOT RUN: there is no node on this machine: install Node.js")
	}
	addr, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(addr, ":")
	var out, said bytes.Buffer
	root := newRoot(&app{stdin: strings.NewReader(""), stdout: &out, stderr: &said, getenv: func(string) string { return "" }})
	root.SetArgs([]string{"diagnose", "--url", "http://" + addr, "--profile", "testdata/leaky.yaml", "--scenario", "closure", "--scenario", "buffers",
		"--scenario", "clean", "--no-observer", "--rate", "30", "--block", "4s", "--pause", "800ms", "--interval", "50ms", "--matters", "40kB",
		"--max", "6m", "--format", "json", "--", node, "testdata/leaky.js", port})
	_ = root.ExecuteContext(t.Context()) // what it found is in the report
	var d soak.Diagnosis
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	for _, a := range d.Arms {
		t.Logf("%s %s %s: %v: %s", a.Name, a.Verdict, a.Nature, a.PerRequest, a.Why)
		want, holds := map[string]float64{"closure": 100_000, "buffers": 200_000}[a.Name]
		switch {
		case holds && (a.Verdict != soak.ArmProven || a.Nature != soak.NatureLeak || a.PerRequest.Low > 1.1*want || a.PerRequest.High < 0.9*want):
			t.Errorf("%s leaks %v bytes per request", a.Name, want)
		case !holds && a.Verdict == soak.ArmProven:
			t.Errorf("%s does not leak", a.Name)
		}
	}
}
