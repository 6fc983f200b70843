package scenarios

import (
	"embed"
	"io/fs"
	"slices"
	"strings"

	"leakcheck/soak"
)

//go:embed *.yaml
var embedded embed.FS

// Generic is the profile that suits any HTTP service.
const Generic = "generic"

// Names lists the embedded profiles in alphabetical order.
func Names() []string {
	files, err := fs.Glob(embedded, "*.yaml")
	if err != nil { // the pattern is constant and good
		return nil
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f, ".yaml")
	}
	slices.Sort(names)
	return names
}

// Load reads a profile, embedded by name or from a file, with everything it
// extends. The error is a [Problems] if the profile is at fault.
func Load(nameOrFile string) (*soak.Profile, error) {
	l := newLoader()
	if err := l.load(nameOrFile); err != nil {
		return nil, err
	}
	if len(l.problems) == 0 {
		l.check()
	}
	if err := l.problems.sorted().err(); err != nil {
		return nil, err
	}
	return l.profile, nil
}

// Validate returns everything that is wrong with a profile, nothing if it is
// good. Mistakes in keys, values and names are told first; what depends on
// them, such as expressions and patterns, is looked at once those are right.
func Validate(nameOrFile string) []Problem {
	l := newLoader()
	if err := l.load(nameOrFile); err != nil {
		return []Problem{{File: nameOrFile, Text: err.Error()}}
	}
	if len(l.problems) == 0 {
		l.check()
	}
	return l.problems.sorted()
}

// Warnings tells what a profile may do but is better not done: signal rules
// that make reading a log slow.
func Warnings(p *soak.Profile) []string {
	rules, err := compileSignals(p.Signals)
	if err != nil {
		return nil
	}
	return rules.Warnings()
}

// Source returns a profile's text as it was written.
func Source(nameOrFile string) ([]byte, error) {
	doc, err := open(nameOrFile)
	if err != nil {
		return nil, err
	}
	return doc.text, nil
}
