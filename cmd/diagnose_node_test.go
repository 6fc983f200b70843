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
// nothing in a third: each is named with its bytes and with where they lie, the
// dose and the second rise confirm it, and the third is cleared. A pause is
// longer than V8 waits before it collects by itself (8 s), so that the floor is
// one. Its record tells the same. It takes twenty minutes and runs with
// LEAKCHECK_BENCH=1; the stand-in's story is in testdata/script.
func TestDiagnoseNodeJS(t *testing.T) {
	if os.Getenv("LEAKCHECK_BENCH") == "" {
		t.Skip("NOT RUN: it takes twenty minutes; LEAKCHECK_BENCH=1 runs it")
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
	state := t.TempDir()
	run := func(args ...string) (out string, said string) {
		var stdout, stderr bytes.Buffer
		getenv := func(name string) string { return map[string]string{"XDG_STATE_HOME": state}[name] }
		root := newRoot(&app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: getenv})
		root.SetArgs(args)
		_ = root.ExecuteContext(t.Context()) // what it found is in the report
		return stdout.String(), stderr.String()
	}
	out, said := run("diagnose", "--url", "http://"+addr, "--profile", "testdata/leaky.yaml", "--scenario", "closure", "--scenario", "buffers",
		"--scenario", "clean", "--no-observer", "--rate", "6", "--block", "10s", "--pause", "15s", "--interval", "100ms", "--matters", "200kB",
		"--max", "40m", "--format", "json", "--", node, "testdata/leaky.js", port)
	var d soak.Diagnosis
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	table, _ := run("report", "latest")
	t.Log("\n" + table)
	if d.Brake != nil {
		t.Errorf("the brake ended it, on a busy machine perhaps: %s", d.Brake.Reason)
	}
	want := map[string]struct {
		bytes float64
		where string
	}{"closure": {500_000, "heap"}, "buffers": {1_000_000, "external"}}
	for _, a := range d.Arms {
		w, leaks := want[a.Name]
		switch {
		case a.LeftOut:
		case !leaks && a.Verdict != soak.ArmRefuted:
			t.Errorf("%s does not leak: it is %s", a.Name, a.Verdict)
		case !leaks:
		case a.Verdict != soak.ArmProven || a.Nature != soak.NatureLeak || a.PerRequest.Low > 1.1*w.bytes || a.PerRequest.High < 0.9*w.bytes:
			t.Errorf("%s leaks %v bytes per request", a.Name, w.bytes)
		case a.DoseHolds == nil || !*a.DoseHolds:
			t.Errorf("%s: the dose is not confirmed: %+v", a.Name, a.Dose)
		case !lies(a, w.where):
			t.Errorf("%s leaks %s memory: %+v", a.Name, w.where, a.Where)
		}
	}
}

// lies reports whether the node's own log puts most of an arm's growth into one
// kind of memory.
func lies(a soak.ArmResult, where string) bool {
	for _, c := range a.Where { // the largest first
		if strings.Contains(c.Component, "by the node's log") {
			return strings.Contains(c.Component, where)
		}
	}
	return false
}
