package scenarios

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestProblems compares what is said about bad profiles with golden files: the
// words are part of what users get. Run with -update after a change of words.
func TestProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d bad profiles, %v", len(files), err)
	}
	for _, file := range files {
		problems := Problems(Validate(file))
		if len(problems) == 0 {
			t.Errorf("%s: nothing is wrong", file)
		}
		for _, p := range problems {
			if p.Remedy == "" {
				t.Errorf("no remedy: %v", p)
			}
		}
		if _, err := Load(file); err == nil || err.Error() != problems.Error() {
			t.Errorf("%s: Load says %v", file, err)
		}
		got := []byte(filepath.ToSlash(problems.Error()) + "\n")
		golden := strings.TrimSuffix(file, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s\ngot:\n%s\nwant:\n%s", file, got, want)
		}
	}
}

// TestHostileFiles must end soon and with a problem, whatever they hold.
func TestHostileFiles(t *testing.T) {
	aliases := "name: x\nrollback: &a0 [x]\n"
	for i := range 30 {
		a := string(rune('a' + i%26))
		aliases += "k" + a + ": &" + a + " [" + strings.Repeat("*a0, ", 9) + "*a0]\n"
	}
	scenarios := "scenarios:\n  a: &a {steps: [{path: /}]}\n"
	for i := range 8000 {
		scenarios += "  s" + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + ": *a\n"
	}
	for name, text := range map[string]string{
		"huge":            strings.Repeat("# nothing\n", maxFile/10+1),
		"long line":       "name: " + strings.Repeat("x", maxLine),
		"brackets":        strings.Repeat("[", 2000),
		"braces":          strings.Repeat("{a: ", 2000),
		"many lines of [": strings.Repeat("[\n", 50_000),
		"dashes":          strings.Repeat("- ", 4000),
		"indented":        indented(3000),
		"nul":             "name: a\x00b",
		"latin-1":         "name: caf\xe9",
		"aliases":         aliases,
		"alias of self":   "a: &a [*a]\nmatch: *a\n",
		"many anchors":    strings.Repeat("&a ", 2000),
		"many scenarios":  scenarios,
		"many items":      "rollback: [" + strings.Repeat("\n x,", 60_000) + "\n]\n",
		"many problems":   strings.Repeat("x: 1\n", 1) + manyKeys(5000),
	} {
		start := time.Now()
		problems := Validate(write(t, "p.yaml", text))
		if len(problems) == 0 {
			t.Errorf("%s: nothing is wrong", name)
		}
		if d := time.Since(start); d > 20*time.Second { // under -race, on a busy machine
			t.Errorf("%s took %v", name, d)
		}
		if n := len(Problems(problems).Error()); n > 30_000 {
			t.Errorf("%s: %d bytes of problems", name, n)
		}
	}
}

func indented(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()[:maxFile-1]
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("k" + strings.Repeat("y", i%97) + string(rune('a'+i%26)) + "q" + string(rune('a'+i/26%26)) + ": 1\n")
	}
	return b.String()
}

// FuzzProfile reads arbitrary text as a profile. Whatever it is, there must be
// a profile or a problem that lies within the text, and no panic.
func FuzzProfile(f *testing.F) {
	bad, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	good, err := filepath.Glob("*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(bad, good...) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if len(text) < 4000 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Contains(text, []byte("extends")) {
			return // it may name any file of this machine
		}
		l := newLoader()
		doc := newDocument("fuzz.yaml", text)
		l.read(doc)
		l.finish("fuzz.yaml")
		if len(l.problems) == 0 {
			l.check()
		}
		for _, p := range l.problems.sorted() {
			if p.Line < 0 || p.Line > len(doc.lines) || p.Column < 0 || p.Text == "" {
				t.Errorf("a problem nowhere: %+v", p)
			}
		}
	})
}
