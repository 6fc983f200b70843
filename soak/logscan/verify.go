package logscan

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"leakcheck/soak"
)

// Verify runs a rule on its own example and returns what is wrong: an example
// that is missing, that the rule does not match, or that yields other values
// than the rule says.
func Verify(sr soak.SignalRule) []*RuleError {
	fail := func(field string, err error, remedy string) []*RuleError {
		return []*RuleError{{Rule: sr.Name, Field: field, Err: err, Remedy: remedy}}
	}
	rules, err := Compile([]soak.SignalRule{sr})
	if err != nil {
		return fail("pattern", err, "")
	}
	if strings.TrimSpace(sr.Example) == "" {
		return fail("example", errors.New("the rule has no example"), "give a line of the log that it must match")
	}
	got := scanText(rules, sr.Example)
	if len(got) == 0 {
		return fail("example", errors.New("the rule does not match its example"), "correct the pattern or the example; unless: may take the match back")
	}
	var errs []*RuleError
	for _, name := range sortedKeys(sr.Values) {
		x, ok := got[0].Values[name]
		switch want := sr.Values[name]; {
		case !ok:
			errs = append(errs, fail("values."+name, fmt.Errorf("the example yields no %q", name), didYield(got[0].Values))...)
		case math.Abs(x-want) > 1e-9*math.Abs(want):
			errs = append(errs, fail("values."+name, fmt.Errorf("the example yields %g, not %g", x, want), "correct the pattern, the unit or the value; sizes are in bytes, rates in bytes per hour, times in seconds")...)
		}
	}
	return errs
}

func didYield(values map[string]float64) string {
	if len(values) == 0 {
		return "it yields no value at all; name a group as (?P<name>...)"
	}
	return "it yields " + strings.Join(sortedKeys(values), ", ")
}

// scanText scans a text without timestamps.
func scanText(rules *Rules, text string) []soak.Signal {
	var got []soak.Signal
	s := rules.NewScanner("", func(sig soak.Signal) { got = append(got, sig) })
	for line := range strings.Lines(text) {
		s.Line(soak.Line{Text: []byte(strings.TrimRight(line, "\n"))})
	}
	s.Flush()
	return got
}
