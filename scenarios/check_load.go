package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"leakcheck/soak"
	"leakcheck/soak/logscan"
)

const (
	maxWorkers = 10_000
	maxRate    = 100_000
)

var (
	method = regexp.MustCompile(`^[A-Z]+$`)
	secret = regexp.MustCompile(`\$\{[^}]*\}?`)
)

func (l *loader) checkScenario(name string, s *soak.Scenario) {
	at := "scenarios." + name
	if !kebab.MatchString(name) {
		l.fail(at, fmt.Sprintf("%q is no name for a scenario", name), "use small letters, digits and single dashes, such as meal-plan")
	}
	if name == soak.HealthScenario {
		l.fail(at, fmt.Sprintf("the name %q is taken: requests to the health path are counted under it", name), "choose another, such as request")
	}
	if len(s.Steps) == 0 {
		l.fail(at+".steps", fmt.Sprintf("the scenario %q has no steps", name), "give it at least one request, such as - path: /")
	}
	if s.Workers < 0 || s.Workers > maxWorkers {
		l.fail(at+".workers", fmt.Sprintf("%d workers", s.Workers), fmt.Sprintf("1 to %d", maxWorkers))
	}
	for i, step := range s.Steps {
		l.checkStep(fmt.Sprintf("%s.steps[%d]", at, i), step)
	}
}

func (l *loader) checkStep(at string, s soak.Step) {
	if !strings.HasPrefix(s.Path, "/") {
		l.fail(at+".path", fmt.Sprintf("%q is not a path", s.Path), "begin with a /, or write "+`"`+healthPath+`"`+" for the service's health path")
	}
	if s.Method != "" && !method.MatchString(s.Method) {
		l.fail(at+".method", fmt.Sprintf("%q is not a method", s.Method), "write it in capitals, such as GET or POST")
	}
	for i, code := range s.Expect.Status {
		if code < 100 || code > 599 {
			l.fail(fmt.Sprintf("%s.expect.status[%d]", at, i), fmt.Sprintf("there is no HTTP status %d", code), "give numbers from 100 to 599")
		}
	}
	l.notNegative(at+".timeout", s.Timeout)
	l.notNegative(at+".think", s.Think)
	l.checkSecrets(at+".body", "", s.Body)
	for _, k := range sortedKeys(s.Headers) {
		l.checkSecrets(at+".headers."+k, k, s.Headers[k])
	}
	for _, k := range sortedKeys(s.Query) {
		l.checkSecrets(at+".query."+k, k, s.Query[k])
	}
}

// checkSecrets checks ${env:NAME} and ${file:PATH}, and that no credential is
// written out: a run's record holds the profile, and records are passed on.
func (l *loader) checkSecrets(at, name, text string) {
	pieces := secret.Split(text, -1)
	if len(pieces) == 1 {
		pieces[0] = name + ": " + text
	}
	if slices.ContainsFunc(pieces, func(s string) bool { return string(logscan.Redact([]byte(s))) != s }) {
		l.fail(at, "a credential is written out here, and would stand in every record and bundle", "put it into the environment or a file, and write ${env:NAME} or ${file:PATH}")
		l.problems[len(l.problems)-1].Excerpt = "" // the line holds it
	}
	for _, found := range secret.FindAllStringIndex(text, -1) {
		ref := text[found[0]:found[1]]
		kind, name, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(ref, "${"), "}"), ":")
		if kind != "env" && kind != "file" || name == "" || !strings.HasSuffix(ref, "}") {
			l.problems = append(l.problems, l.places.within(at, found[0], fmt.Sprintf("nothing can be put in for %s", ref), "write ${env:NAME} or ${file:PATH}"))
		}
	}
}

func (l *loader) notNegative(at string, d soak.Duration) {
	if d < 0 {
		l.fail(at, "a time span below nothing", "write it like 30s")
	}
}

func (l *loader) checkLoad(level soak.LoadLevel, phases []soak.Phase) {
	at := "load." + string(level)
	if level != soak.LoadGentle && level != soak.LoadFull {
		l.fail(at, fmt.Sprintf("there is no load level %q", level), "use gentle or full; none fires nothing by itself")
		return
	}
	for i, ph := range phases {
		here := fmt.Sprintf("%s[%d]", at, i)
		if ph.Name == "" {
			l.fail(here+".name", "the phase has no name", "call it warm-up, steady, burst, idle, cool-down or what you like")
		}
		l.notNegative(here+".for", ph.For)
		if ph.For == 0 && i < len(phases)-1 {
			l.fail(here+".for", "the phase never ends, but others follow", "say how long it lasts with for:")
		}
		for j, f := range ph.Fire {
			l.checkFiring(fmt.Sprintf("%s.fire[%d]", here, j), f)
		}
	}
}

func (l *loader) checkFiring(at string, f soak.Firing) {
	if l.profile.Scenarios[f.Scenario] == nil {
		l.fail(at+".scenario", fmt.Sprintf("there is no scenario %q", f.Scenario), didYouMean(f.Scenario, sortedKeys(l.profile.Scenarios)))
	}
	l.notNegative(at+".every", f.Every)
	l.notNegative(at+".after", f.After)
	if f.Rate < 0 || f.Rate > maxRate || f.RampTo < 0 || f.RampTo > maxRate {
		l.fail(at+".rate", "a rate that cannot be", fmt.Sprintf("give requests per second, up to %d", maxRate))
	}
	if f.Loops < -1 {
		l.fail(at+".loops", fmt.Sprintf("%d loops", f.Loops), "give a number, or -1 for as long as the phase lasts")
	}
	var ways []string
	for _, w := range []struct {
		set  bool
		name string
	}{{f.Every != 0, "every"}, {f.Rate != 0, "rate"}, {f.Loops != 0, "loops"}} {
		if w.set {
			ways = append(ways, w.name)
		}
	}
	switch {
	case len(ways) == 0:
		l.fail(at, fmt.Sprintf("it is not said how often %q is fired", f.Scenario), "add one of every:, rate: and loops:")
	case len(ways) > 1:
		l.fail(at+"."+ways[1], fmt.Sprintf("%q is fired in two ways: %s", f.Scenario, strings.Join(ways, " and ")), "keep one of them, or write two firings")
	}
	if f.After != 0 && f.Every == 0 {
		l.fail(at+".after", "after: goes with every: only", "take it away")
	}
	if f.RampTo != 0 && f.Rate == 0 {
		l.fail(at+".ramp_to", "ramp_to: goes with rate: only", "add rate:, where the ramp begins")
	}
}
