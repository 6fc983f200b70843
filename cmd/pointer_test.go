package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leakcheck/soak/record"
)

// The id of a run with --out is what is printed, so it works: report finds it,
// and remove takes record and note away.
func TestARunWithOutIsFoundByItsID(t *testing.T) {
	env := map[string]string{"XDG_STATE_HOME": t.TempDir()}
	getenv := func(k string) string { return env[k] }
	out := filepath.Join(t.TempDir(), "out")
	do := func(args ...string) (string, error) {
		var stdout, stderr bytes.Buffer
		root := newRoot(&app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: getenv})
		root.SetArgs(args)
		err := root.ExecuteContext(t.Context())
		return stdout.String() + stderr.String(), err
	}
	_, _ = do("soak", "--load", "none", "--duration", "1s", "--interval", "100ms", "--out", out, "--", "sleep", "5") // what it says of so short a run is not asked
	all, err := record.List(record.Dir(getenv))
	if err != nil || len(all) != 1 || all[0].State != record.Finished {
		t.Fatalf("%+v, %v", all, err)
	}
	if text, _ := do("report", "--format", "json", all[0].ID); !strings.Contains(text, all[0].ID) {
		t.Errorf("report: %s", text)
	}
	if text, err := do("runs", "remove", all[0].ID); err != nil {
		t.Errorf("%v: %s", err, text)
	}
	if _, err := os.Stat(filepath.Join(out, record.FileName)); err == nil {
		t.Error("the record is still there")
	}
	if all, err = record.List(record.Dir(getenv)); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}
