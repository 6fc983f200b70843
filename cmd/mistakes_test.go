package cmd

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// TestMistakesAreSaidInOurWords: what cobra finds wrong says what to do.
func TestMistakesAreSaidInOurWords(t *testing.T) {
	for line, want := range map[string]string{
		"soak --hours 1 --duration 2h -- true": "leakcheck: give one of --duration and --hours, not both\n",
		"report":                               "leakcheck: 0 arguments given: write it like `leakcheck report RUN",
		"compare a":                            "leakcheck: 1 argument given: write it like `leakcheck compare ",
	} {
		var said bytes.Buffer
		root := newRoot(&app{stdout: &said, stderr: &said, getenv: func(string) string { return "" }})
		root.SetArgs(strings.Fields(line))
		code := tell(root.ExecuteContext(context.Background()), &said)
		if code != 2 || !strings.HasPrefix(said.String(), want) {
			t.Errorf("%s: exit %d, %q, want %q", line, code, said.String(), want)
		}
	}
}

// TestAMisspeltVariableIsNamed, and none that a flag, a test or a hook reads.
func TestAMisspeltVariableIsNamed(t *testing.T) {
	root := newRoot(&app{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" }})
	got := strangers(root, []string{"HOME=/", "LEAKCHECK_LOAAD=full", "LEAKCHECK_LOAD=full", "LEAKCHECK_DOCKER_HOST=x", "LEAKCHECK_COLOR=never",
		"LEAKCHECK_TEST_DOCKER_HOST=x", "LEAKCHECK_BENCH=1", "LEAKCHECK_LONG=1", "LEAKCHECK_RUN=1"})
	if strings.Join(got, " ") != "LEAKCHECK_LOAAD" {
		t.Errorf("%v, want LEAKCHECK_LOAAD alone", got)
	}
}
