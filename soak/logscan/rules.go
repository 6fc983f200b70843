// Package logscan turns log lines into signals: a line that a profile's rule
// matches becomes a count, its named groups become values.
//
// Most lines match nothing, so lines are not matched one by one. Each rule's
// expression is searched for literals of which every match must contain one;
// a block of log is searched for those, and the expression sees only the lines
// where one was found.
package logscan

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"leakcheck/soak"
)

// Rules is a compiled set of signal rules, safe to share between scanners.
type Rules struct {
	rules    []*rule
	finder   finder
	slow     []int // rules without a literal: they see every line
	warnings []string
}

// RuleError says what is wrong with a rule. Field is the rule's YAML field,
// such as "pattern", "follow[1]" or "units.rss".
type RuleError struct {
	Rule  string
	Index int
	Field string
	Err   error
	// Remedy says what to do, where there is more to say than the error.
	Remedy string
}

// Error names the rule, the field and the mistake.
func (e *RuleError) Error() string {
	return fmt.Sprintf("signal %q: %s: %v", e.Rule, e.Field, e.Err)
}

// Unwrap returns the mistake itself.
func (e *RuleError) Unwrap() error { return e.Err }

type rule struct {
	soak.SignalRule
	match  *pattern
	unless *regexp.Regexp
	follow []*pattern
	ratios []ratio
}

// ratio is a value that is the quotient of two others.
type ratio struct{ name, over, under string }

var ruleName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// Compile checks and compiles rules. The error joins one [*RuleError] for each
// mistake; rules whose patterns are slow compile with a warning.
func Compile(rules []soak.SignalRule) (*Rules, error) {
	set := &Rules{}
	var errs []error
	seen := map[string]bool{}
	for i, sr := range rules {
		r, bad := compile(sr)
		if seen[sr.Name] {
			bad = append(bad, &RuleError{Field: "name", Err: errors.New("there is a rule of this name already"), Remedy: "give each rule a name of its own"})
		}
		seen[sr.Name] = true
		for _, e := range bad {
			e.Rule, e.Index = sr.Name, i
			errs = append(errs, e)
		}
		if len(bad) == 0 {
			set.add(r)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	set.finder.build()
	return set, nil
}

// Warnings says which rules are slow and what they cost.
func (r *Rules) Warnings() []string { return slices.Clone(r.warnings) }

// Names lists the rules' names in their order.
func (r *Rules) Names() []string {
	names := make([]string, len(r.rules))
	for i, ru := range r.rules {
		names[i] = ru.Name
	}
	return names
}

func (r *Rules) add(ru *rule) {
	index := len(r.rules)
	r.rules = append(r.rules, ru)
	lits := literals(ru.Pattern)
	if len(lits) == 0 {
		r.slow = append(r.slow, index)
		r.warnings = append(r.warnings, fmt.Sprintf(
			"signal %q: no text is certain to be in a line that %q matches, so every line goes through the expression: "+
				"about 50 MB of log a second instead of 500; put some fixed text into the pattern", ru.Name, ru.Pattern))
		return
	}
	for _, l := range lits {
		r.finder.add(l, index)
	}
}

func compile(sr soak.SignalRule) (*rule, []*RuleError) {
	c := compiler{rule: &rule{SignalRule: sr}}
	if !ruleName.MatchString(sr.Name) {
		c.fail("name", errors.New("not a name that check expressions can use"), "use letters, digits and underscores, such as cache_hit_rate")
	}
	if sr.Pattern == "" {
		c.fail("pattern", errors.New("is missing"), "give the regular expression that the log line matches")
	}
	c.rule.match = c.pattern("pattern", sr.Pattern)
	for i, f := range sr.Follow {
		c.rule.follow = append(c.rule.follow, c.pattern(fmt.Sprintf("follow[%d]", i), f))
	}
	if sr.Unless != "" {
		c.rule.unless = c.regexp("unless", sr.Unless)
	}
	c.units()
	c.ratios()
	return c.rule, c.errs
}

// compiler collects the mistakes of one rule.
type compiler struct {
	rule *rule
	errs []*RuleError
}

func (c *compiler) fail(field string, err error, remedy string) {
	c.errs = append(c.errs, &RuleError{Field: field, Err: err, Remedy: remedy})
}

func (c *compiler) regexp(field, expr string) *regexp.Regexp {
	re, err := regexp.Compile(expr)
	if err == nil {
		return re
	}
	remedy := "write it in Go's regular expression syntax (RE2)"
	if strings.Contains(err.Error(), "(?!") || strings.Contains(err.Error(), "(?<") {
		remedy = "RE2 has no look-around; say what must not be in the line with unless:"
	}
	c.fail(field, errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: ")), remedy)
	return nil
}

func (c *compiler) pattern(field, expr string) *pattern {
	re := c.regexp(field, expr)
	if re == nil {
		return nil
	}
	p := &pattern{re: re}
	for i, name := range re.SubexpNames() {
		if name == "" {
			continue
		}
		read, err := reader(c.rule.Units[name])
		if err == nil { // a bad unit is reported once, by units
			p.groups = append(p.groups, group{index: i, name: name, read: read})
		}
	}
	return p
}

func (c *compiler) units() {
	have := c.captures()
	for _, name := range sortedKeys(c.rule.Units) {
		field := "units." + name
		if _, err := reader(c.rule.Units[name]); err != nil {
			c.fail(field, err, "use a size (MB, GiB, size), a rate (MB/min), a time (ms, minutes, duration), % or nothing")
		} else if len(c.errs) == 0 && !slices.Contains(have, name) {
			c.fail(field, errors.New("no pattern has a group of this name"), "write the group as (?P<"+name+">...)")
		}
	}
}

func (c *compiler) ratios() {
	have := c.captures()
	for _, name := range sortedKeys(c.rule.Ratios) {
		field, parts := "ratios."+name, c.rule.Ratios[name]
		if len(parts) != 2 {
			c.fail(field, errors.New("needs two values"), "write it as [numerator, denominator]")
			continue
		}
		for _, part := range parts {
			if len(c.errs) == 0 && !slices.Contains(have, part) {
				c.fail(field, fmt.Errorf("no pattern has a group named %q", part), "write the group as (?P<"+part+">...)")
			}
		}
		if slices.Contains(have, name) {
			c.fail(field, errors.New("a group has this name already"), "give the ratio a name of its own")
		}
		c.rule.ratios = append(c.rule.ratios, ratio{name, parts[0], parts[1]})
	}
}

// captures lists the names of all groups of the rule.
func (c *compiler) captures() []string {
	var names []string
	for _, p := range append([]*pattern{c.rule.match}, c.rule.follow...) {
		if p == nil {
			continue
		}
		for _, n := range p.re.SubexpNames() {
			if n != "" {
				names = append(names, n)
			}
		}
	}
	return names
}
