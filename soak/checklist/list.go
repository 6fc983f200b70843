package checklist

import (
	"fmt"
	"slices"

	"leakcheck/soak"
)

// List is a compiled checklist. It is immutable and may be shared.
type List struct {
	lines   []line
	windows []soak.Window
}

// line is one compiled check.
type line struct {
	soak.Check
	expr, when *condition
	window     int // index into List.windows
}

// Compile compiles the checks of a profile. signals are the profile's rules;
// scenarios are the names whose load a check may read or need, that of the
// health requests beside. The error is an [Errors] with every mistake found.
func Compile(checks []soak.Check, signals []soak.SignalRule, scenarios ...string) (*List, error) {
	words := newVocabulary(signals, scenarios)
	l := &List{}
	var wrong Errors
	ids := map[string]bool{}
	for _, c := range checks {
		made, errs := compileCheck(c, words)
		if ids[c.ID] {
			errs = append(errs, mistake("id", "another check has the same id", "give each check an id of its own"))
		}
		ids[c.ID] = true
		if c.Needs != "" && !slices.Contains(scenarios, c.Needs) {
			errs = append(errs, mistake("needs", fmt.Sprintf("there is no scenario %s", c.Needs), didYouMean(c.Needs, "", scenarios)))
		}
		if c.Later != "" && !slices.ContainsFunc(checks, func(x soak.Check) bool { return x.ID == c.Later && x.ID != c.ID }) {
			errs = append(errs, mistake("later", fmt.Sprintf("there is no other check %s", c.Later), didYouMean(c.Later, "", idsOf(checks))))
		}
		for _, e := range errs {
			e.Check = c.ID
		}
		wrong = append(wrong, errs...)
		made.window = l.windowIndex(c.Window)
		l.lines = append(l.lines, made)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return l, nil
}

func compileCheck(c soak.Check, words *vocabulary) (made line, errs Errors) {
	made = line{Check: c}
	if made.Severe == "" {
		made.Severe = soak.SeverityFail
	}
	if c.ID == "" {
		errs = append(errs, mistake("id", "the check has no id", "give it one in kebab-case, such as memory-under-5gb"))
	}
	if made.Severe != soak.SeverityFail && made.Severe != soak.SeverityWarn {
		errs = append(errs, mistake("severity", fmt.Sprintf("there is no severity %q", c.Severe), "write fail or warn"))
	}
	if c.Window.From < 0 || c.Window.To < 0 || c.Window.To != 0 && c.Window.To <= c.Window.From {
		errs = append(errs, mistake("window", "the window ends before it begins", "make to longer than from"))
	}
	compile := func(field, source string) *condition {
		cond, err := compileExpr(source, words)
		if err != nil {
			err.Field = field
			errs = append(errs, err)
		}
		return cond
	}
	made.expr = compile("expr", c.Expr)
	if c.When != "" {
		made.when = compile("when", c.When)
	}
	return made, errs
}

func idsOf(checks []soak.Check) []string {
	ids := make([]string, len(checks))
	for i, c := range checks {
		ids[i] = c.ID
	}
	return ids
}

func mistake(field, msg, remedy string) *ExprError {
	return &ExprError{Field: field, Msg: msg, Remedy: remedy}
}

func (l *List) windowIndex(w soak.Window) int {
	i := slices.Index(l.windows, w)
	if i < 0 {
		i = len(l.windows)
		l.windows = append(l.windows, w)
	}
	return i
}

// Windows lists the different windows of the checks, as written.
func (l *List) Windows() []soak.Window { return slices.Clone(l.windows) }

// Checks lists the checks in their order.
func (l *List) Checks() []soak.Check {
	checks := make([]soak.Check, len(l.lines))
	for i, line := range l.lines {
		checks[i] = line.Check
	}
	return checks
}

// Reads reports whether a check reads the fact, written as in an expression.
// With a window, only checks over that window count.
func (l *List) Reads(name string, in ...soak.Window) bool {
	return slices.ContainsFunc(l.lines, func(c line) bool {
		return (len(in) == 0 || slices.Contains(in, c.Window)) &&
			slices.ContainsFunc(c.facts(), func(f fact) bool { return f.name == name })
	})
}

// facts lists what the check reads.
func (c line) facts() []fact {
	if c.when == nil {
		return c.expr.facts
	}
	return append(slices.Clone(c.when.facts), c.expr.facts...)
}

// ownClock reports whether the check hangs on timers inside the node.
func (c line) ownClock() bool {
	return c.OwnClock || slices.ContainsFunc(c.facts(), func(f fact) bool { return f.OwnClock })
}
