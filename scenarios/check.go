package scenarios

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"leakcheck/soak"
)

var (
	profileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	kebab       = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// check looks at what a profile means, once its keys and values are right.
func (l *loader) check() {
	p := l.profile
	if !profileName.MatchString(p.Name) {
		l.fail("name", fmt.Sprintf("%q is no name for a profile", p.Name), "use letters, digits, dots and dashes")
	}
	l.checkMatch()
	l.checkService()
	for _, name := range sortedKeys(p.Scenarios) {
		l.checkScenario(name, p.Scenarios[name])
	}
	for _, level := range slices.Sorted(maps.Keys(p.Load)) {
		l.checkLoad(level, p.Load[level])
	}
	l.checkSignals()
	l.checkChecks()
	for _, f := range p.Files {
		l.checkFile(f)
	}
	for i, step := range p.Rollback {
		l.placeholders(fmt.Sprintf("rollback[%d]", i), step)
	}
}

func (l *loader) fail(path, text, remedy string) {
	if len(l.problems) < maxProblems {
		l.problems = append(l.problems, l.places.problem(path, text, remedy))
	}
}

func (l *loader) checkMatch() {
	globs := func(field string, patterns []string) {
		for i, g := range patterns {
			if _, err := path.Match(g, ""); err != nil {
				l.fail(fmt.Sprintf("match.%s[%d]", field, i), fmt.Sprintf("bad pattern %q", g), "close the [; * stands for any characters but /, ? for one")
			}
		}
	}
	globs("names", l.profile.Match.Names)
	globs("images", l.profile.Match.Images)
}

func (l *loader) checkService() {
	s := l.profile.Service
	if s.Port < 0 || s.Port > 65535 {
		l.fail("service.port", fmt.Sprintf("there is no port %d", s.Port), "give the container's port, 1 to 65535")
	}
	if s.Health != "" && !strings.HasPrefix(s.Health, "/") {
		l.fail("service.health", fmt.Sprintf("%q is not a path", s.Health), "begin with a /; the address comes from the published port")
	}
	if s.TLS != nil && (s.TLS.Cert == "") != (s.TLS.Key == "") {
		l.fail("service.tls", "a client certificate needs both cert and key", "name both files")
	}
	if l.profile.Ceiling < 0 {
		l.fail("ceiling", "the ceiling is below nothing", "write it like 5GB")
	}
}

func (l *loader) checkFile(f soak.FileCheck) {
	at := fmt.Sprintf("files[%s]", f.ID)
	l.identity(at, f.ID)
	if slices.ContainsFunc(l.profile.Checks, func(c soak.Check) bool { return c.ID == f.ID }) {
		l.fail(at+".id", fmt.Sprintf("a check is called %q too", f.ID), "give the file check an id of its own")
	}
	if f.Text == "" {
		l.fail(at+".text", "the file check has no text", "say what holds when it passes")
	}
	if f.Contains == "" {
		l.fail(at+".contains", "the file check looks for nothing", "give the text that must be in the file")
	}
	if len(f.Paths) == 0 {
		l.fail(at+".paths", "the file check names no file", "give one or more absolute paths")
	}
	for i, p := range f.Paths {
		where := fmt.Sprintf("%s.paths[%d]", at, i)
		if _, err := path.Match(p, ""); err != nil {
			l.fail(where, fmt.Sprintf("bad pattern %q", p), "close the [; * stands for any characters but /, ? for one")
		} else if !strings.HasPrefix(p, "/") {
			l.fail(where, fmt.Sprintf("%q is not an absolute path", p), "begin with a /")
		}
	}
	l.severity(at, f.Severe)
	l.placeholders(at+".hint", f.Hint)
}

// identity checks the form of an id.
func (l *loader) identity(at, id string) {
	if !kebab.MatchString(id) {
		l.fail(at+".id", fmt.Sprintf("%q is not an id in kebab-case", id), "use small letters, digits and single dashes, such as no-restart-24h")
	}
}

func (l *loader) severity(at string, s soak.Severity) {
	if s != "" && s != soak.SeverityFail && s != soak.SeverityWarn {
		l.fail(at+".severity", fmt.Sprintf("there is no severity %q", s), "write fail or warn")
	}
}

var (
	placeholder  = regexp.MustCompile(`\{[A-Za-z_]*\}`)
	placeholders = []string{"{container}", "{service}", "{image}"}
)

// placeholders checks the names that are filled in when text is printed.
func (l *loader) placeholders(at, text string) {
	for _, found := range placeholder.FindAllStringIndex(text, -1) {
		name := text[found[0]:found[1]]
		if !slices.Contains(placeholders, name) && name != "{}" {
			l.problems = append(l.problems, l.places.within(at, found[0], fmt.Sprintf("nothing is filled in for %s", name), didYouMean(name, slices.Clone(placeholders))))
		}
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
