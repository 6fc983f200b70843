package scenarios

import (
	"errors"
	"fmt"
	"strings"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
	"leakcheck/soak/logscan"
)

func compileSignals(rules []soak.SignalRule) (*logscan.Rules, error) { return logscan.Compile(rules) }

func (l *loader) checkSignals() {
	_, err := compileSignals(l.profile.Signals)
	wrong := map[string]bool{}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			wrong[l.ruleProblem(e)] = true
		}
	}
	for _, r := range l.profile.Signals {
		if wrong[r.Name] {
			continue // an example says nothing about a rule that does not compile
		}
		for _, e := range logscan.Verify(r) {
			l.ruleProblem(e)
		}
	}
}

// ruleProblem notes what is wrong with a rule and returns the rule's name.
func (l *loader) ruleProblem(err error) string {
	var e *logscan.RuleError
	if !errors.As(err, &e) {
		l.fail("signals", err.Error(), "")
		return ""
	}
	l.fail(fmt.Sprintf("signals[%s].%s", e.Rule, e.Field), e.Err.Error(), e.Remedy)
	return e.Rule
}

// checkChecks compiles the checks and looks at what the checklist does not:
// sentences and placeholders.
func (l *loader) checkChecks() {
	for _, c := range l.profile.Checks {
		at := fmt.Sprintf("checks[%s]", c.ID)
		l.identity(at, c.ID)
		if c.Text == "" {
			l.fail(at+".text", "the check has no text", "say in a sentence what holds when it passes")
		}
		if c.Missing != "" && c.When == "" {
			l.fail(at+".missing", "missing: is never printed without when:", "say with when: what the check needs to mean anything")
		}
		if c.When != "" && c.Missing == "" {
			l.fail(at+".when", "it is not said what is missing when this does not hold", "add missing: with a sentence that says what would give the evidence")
		}
		if c.Optional && c.When == "" {
			l.fail(at+".optional", "it is not said when the evidence is there", "say with when: what the node prints only if it has reason to")
		}
		if c.Expr == "" {
			l.fail(at+".expr", "the check has no condition", "add one, such as expr: memory.max < 5*GB")
		}
		l.placeholders(at+".hint", c.Hint)
		l.placeholders(at+".next", c.Next)
	}
	_, err := checklist.Compile(l.profile.Checks, l.profile.Signals, sortedKeys(l.profile.Scenarios)...)
	var wrong checklist.Errors
	if !errors.As(err, &wrong) {
		return
	}
	for _, e := range wrong {
		if e.Source == "" && (e.Field == "expr" || e.Field == "when") {
			continue // told above
		}
		at := fmt.Sprintf("checks[%s].%s", e.Check, e.Field)
		if e.Field == "expr" || e.Field == "when" {
			l.problems = append(l.problems, l.places.within(at, e.Offset, strings.TrimSuffix(e.Msg, "."), e.Remedy))
			continue
		}
		l.fail(at, e.Msg, e.Remedy)
	}
}
