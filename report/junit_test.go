package report

import (
	"bytes"
	"encoding/xml"
	"os/exec"
	"strings"
	"testing"

	"leakcheck/soak"
)

// Every JUnit file is one that CI servers accept, hostile text included.
func TestJUnitIsAcceptedByTheSchema(t *testing.T) {
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("NOT TESTED: JUnit files against the schema of CI servers; install xmllint (libxml2-utils) to test them")
	}
	views := map[string]*View{"poisoned": poisoned(t)}
	for _, f := range fixtures() {
		views[f.name] = f.view()
	}
	for name, v := range views {
		var b bytes.Buffer
		if err := JUnit(&b, v); err != nil {
			t.Fatal(err)
		}
		check := exec.CommandContext(t.Context(), lint, "--noout", "--nonet", "--schema", "testdata/junit.xsd", "-")
		check.Stdin = &b
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// The counts of a JUnit file follow the outcomes.
func TestJUnitOutcomes(t *testing.T) {
	v := leaking().view()
	var b bytes.Buffer
	if err := JUnit(&b, v); err != nil {
		t.Fatal(err)
	}
	var got junitSuites
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	// 9 checks and the leak: 4 fails and the leak, 1 inconclusive, 2 not-due and 1 not-applicable.
	if got.Tests != 10 || got.Failures != 5 || got.Errors != 1 || got.Suites[0].Skipped != 3 {
		t.Errorf("tests %d, failures %d, errors %d, skipped %d; want 10, 5, 1, 3", got.Tests, got.Failures, got.Errors, got.Suites[0].Skipped)
	}
	for _, c := range got.Suites[0].Cases {
		if c.Name == "external" && (!strings.HasPrefix(c.SystemOut, "warning") || c.Failure != nil) {
			t.Errorf("a warning is %+v", c)
		}
	}
}

// TestALeakIsOneFailure: the leak's own check counts it, as the headline does.
func TestALeakIsOneFailure(t *testing.T) {
	f := leaking()
	f.report.Checks = []soak.CheckResult{{ID: "no-leak", Target: node, Text: "no leak", Outcome: soak.Fail}}
	var b bytes.Buffer
	if err := JUnit(&b, f.view()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `tests="2" failures="1" errors="0"`) {
		t.Errorf("want one failure: %s", b.String())
	}
}

// No data is never a suite that passes.
func TestJUnitWithoutDataIsAnError(t *testing.T) {
	for _, v := range []*View{empty().view(), NewView(soak.Report{Verdict: soak.VerdictNotMeasured}, nil, start)} {
		var b bytes.Buffer
		if err := JUnit(&b, v); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), `errors="1"`) {
			t.Errorf("no error in %s", b.String())
		}
	}
}
