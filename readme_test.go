package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// transcript is a block of README.md: a command line after "$ ", and what it
// prints.
var transcript = regexp.MustCompile("(?s)```console\n\\$ (.*?)\n(.*?)```")

// TestTranscripts runs every command that README.md shows. What classify says
// of a stored curve must be the same to the letter; a demo differs in its
// figures, so of that only the words at the start of each line are held.
// UPDATE_README=1 writes what the commands print into README.md.
func TestTranscripts(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, m := range transcript.FindAllSubmatch(readme, -1) {
		line, want := string(m[1]), string(m[2])
		seen++
		t.Run(line, func(t *testing.T) {
			got := shown(t, line)
			if os.Getenv("UPDATE_README") != "" {
				readme = bytes.Replace(readme, m[0], []byte("```console\n$ "+line+"\n"+got+"```"), 1)
				return
			}
			if strings.Contains(line, "classify") && got != want {
				t.Errorf("README.md shows\n%s\nbut it prints\n%s", want, got)
			}
			if a, b := labels(want), labels(got); strings.Contains(line, "demo") && a != b {
				t.Errorf("README.md shows lines that begin with\n%s\nbut it prints\n%s", a, b)
			}
		})
	}
	if seen < 2 {
		t.Errorf("README.md has %d transcripts, at least 2 are wanted", seen)
	}
	if os.Getenv("UPDATE_README") != "" {
		if err := os.WriteFile("README.md", readme, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// shown runs one of README's commands and returns what it shows of its output:
// a demo's first screens, everything of another command.
func shown(t *testing.T, line string) string {
	t.Helper()
	args := strings.Fields(line)
	demo := args[len(args)-1] == "demo"
	switch {
	case demo:
		args = []string{"leakcheck", "demo", "--length", "20s"}
		if os.Getenv("UPDATE_README") != "" {
			args = args[:2]
		}
	case args[0] != "leakcheck":
		t.Fatalf("a transcript of %s: only leakcheck and the demo can be run", args[0])
	}
	c := exec.CommandContext(t.Context(), args[0], args[1:]...) // TestMain put leakcheck on the PATH
	c.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir())
	c.WaitDelay = time.Minute
	out, err := c.Output()
	if err != nil && (demo || c.ProcessState.ExitCode() > 4) {
		t.Fatalf("%s: %v", line, err)
	}
	if !demo {
		return string(out)
	}
	var screens []string
	for _, part := range strings.Split(string(out), "\n\n") {
		if verdict.MatchString(part) {
			screens = append(screens, part)
		}
	}
	return strings.Join(screens, "\n\n") + "\n"
}

// verdict is how a first screen begins.
var verdict = regexp.MustCompile(`^(?:.*\n)?(FAIL|REHEARSAL PASSED|PASS|INCONCLUSIVE) `)

// always are the lines that every first screen has.
var always = regexp.MustCompile(`(?m)^(?:  (wall|memory|why|node|did)  |(FAIL|REHEARSAL PASSED|PASS|INCONCLUSIVE)  )`)

// labels are the verdicts and the lines that every first screen has, in their
// order. What comes and goes with the figures, such as a brake, is left out.
func labels(text string) string {
	var all []string
	for _, m := range always.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1]+m[2])
	}
	return strings.Join(all, "\n")
}
