package cmd

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// tree is every command that people see.
func tree(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			all = append(all, tree(sub)...)
		}
	}
	return all
}

func newTestRoot(t *testing.T) (*cobra.Command, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	env := map[string]string{"XDG_STATE_HOME": t.TempDir(), "DOCKER_HOST": "unix:///nowhere.sock"}
	return newRoot(&app{stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: func(n string) string { return env[n] }}), &out
}

func TestEveryCommandHasASentenceAnExampleAndExitCodes(t *testing.T) {
	root, _ := newTestRoot(t)
	for _, c := range tree(root)[1:] {
		path := c.CommandPath()
		if c.Short == "" || strings.HasSuffix(c.Short, ".") || strings.Contains(c.Short, "\n") || len(c.Short) > 66 {
			t.Errorf("%s: %q is no sentence for a list of 80 columns", path, c.Short)
		}
		if !strings.Contains(c.Long, "Exit codes: 0 ") {
			t.Errorf("%s: no exit codes", path)
		}
		if !strings.Contains(c.Example, "  "+path) && !strings.Contains(c.Example, "| "+path) {
			t.Errorf("%s: no example of it: %q", path, c.Example)
		}
		for _, line := range strings.Split(c.Long+"\n"+c.Example, "\n") {
			if len(line) > 100 {
				t.Errorf("%s: a line of %d characters: %s", path, len(line), line)
			}
		}
	}
}

// Examples name flags that exist.
func TestExamplesCanBeTyped(t *testing.T) {
	root, _ := newTestRoot(t)
	for _, c := range tree(root) {
		for _, line := range strings.Split(c.Example, "\n") {
			_, typed, ok := strings.Cut(line, "leakcheck ")
			if !ok {
				continue
			}
			typed, _, _ = strings.Cut(typed, " > ")
			words := strings.Fields(typed)
			found, rest, err := root.Find(words)
			if err != nil {
				t.Errorf("%q: %v", line, err)
				continue
			}
			for _, w := range rest {
				name, _, _ := strings.Cut(strings.TrimPrefix(w, "--"), "=")
				if w == "--" {
					break
				}
				if strings.HasPrefix(w, "--") && found.Flag(name) == nil {
					t.Errorf("%q: there is no --%s", line, name)
				}
			}
		}
	}
}

func TestCompletion(t *testing.T) {
	for line, want := range map[string]string{
		"soak --profile ":                     "oip-node\n",
		"soak --load ":                        "gentle\n",
		"soak --inconclusive ":                "pass\n",
		"classify --format ":                  "json\n",
		"soak --profile oip-node --scenario ": "workout\n",
		"--color ":                            "always\n",
		"profiles show ":                      "generic\n",
		"soak --container ":                   ":4\n", // no engine: nothing, and no complaint
		"export ":                             "alerts\t",
		"compare --format ":                   "json\n",
		"report --baseline ":                  ":0\n",
	} {
		root, out := newTestRoot(t)
		root.SetArgs(append(append([]string{"__complete"}, strings.Fields(line)...), ""))
		if err := root.Execute(); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%q: %v, want %q in:\n%s", line, err, want, out)
		}
	}
}

func TestManPages(t *testing.T) {
	root, _ := newTestRoot(t)
	dir := t.TempDir()
	root.SetArgs([]string{"man", dir})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(dir + "/leakcheck-soak.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`.TH "LEAKCHECK-SOAK" "1"`, "Exit codes", "baseline", "EXAMPLE"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in the page", want)
		}
	}
}
