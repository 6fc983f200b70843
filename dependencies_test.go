package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// requirement is a module in go.mod that the code imports itself.
var requirement = regexp.MustCompile(`(?m)^\t(\S+) v\S+$`)

// TestDependenciesAreNamed: each direct dependency stands in README.md with its
// reason, under its path without the host of its code and its major version.
func TestDependenciesAreNamed(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "## What it is built on\n")
	table, _, _ = strings.Cut(table, "\n## ")
	named := map[string]bool{}
	for _, row := range strings.Split(table, "\n| ") {
		modules, _, _ := strings.Cut(row, " |")
		for _, m := range strings.Split(modules, ", ") {
			named[m] = true
		}
	}
	major := regexp.MustCompile(`/v\d+$`)
	all := requirement.FindAllSubmatch(mod, -1)
	for _, m := range all {
		name := major.ReplaceAllString(strings.TrimPrefix(string(m[1]), "github.com/"), "")
		if !named[name] && !named[strings.TrimPrefix(name, "gonum.org/v1/")] {
			t.Errorf("README.md does not say what %s is for", name)
		}
	}
	if len(all) < 10 {
		t.Errorf("only %d requirements were found in go.mod", len(all))
	}
}
