package checklist

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"leakcheck/soak"
)

// vocabulary is the tree of words that paths may be made of.
type vocabulary struct {
	next map[string]*vocabulary
	spec *Spec
	// code stands for a word that ends with an HTTP status, "status_404".
	code *vocabulary
}

var statusCode = regexp.MustCompile(`^status_[1-5][0-9][0-9]$`)

// newVocabulary fills the reference with a profile's own names.
func newVocabulary(signals []soak.SignalRule, scenarios []string) *vocabulary {
	root := &vocabulary{}
	scenarios = append(slices.Clone(scenarios), soak.HealthScenario)
	for _, spec := range reference {
		words := strings.Split(spec.Path, ".")
		switch {
		case words[0] == "memory" && words[1] == "METRIC":
			for _, m := range soak.Metrics() {
				spec := spec
				spec.Unit = metricUnit(m)
				root.add(spec, "memory", m.String(), words[2])
			}
		case words[0] == "signals":
			for _, rule := range signals {
				root.addSignal(spec, rule, words[2:])
			}
		case words[0] == "load" && words[1] == "SCENARIO":
			for _, name := range scenarios {
				root.add(spec, "load", name, words[2])
			}
		case words[0] == "tap" && words[1] == "status_CODE":
			root.child("tap").code = &vocabulary{spec: &spec}
		default:
			root.add(spec, words...)
		}
	}
	root.child("signals")
	return root
}

func (v *vocabulary) addSignal(spec Spec, rule soak.SignalRule, words []string) {
	if len(words) == 1 {
		v.add(spec, "signals", rule.Name, words[0])
		return
	}
	for _, field := range Fields(rule) {
		spec := spec
		spec.Unit = fieldUnit(rule, field)
		v.add(spec, "signals", rule.Name, field, words[1])
	}
}

// add puts a fact at the end of a path.
func (v *vocabulary) add(spec Spec, path ...string) {
	at := v
	for _, word := range path {
		at = at.child(word)
	}
	at.spec = &spec
}

func (v *vocabulary) child(word string) *vocabulary {
	if v.next == nil {
		v.next = map[string]*vocabulary{}
	}
	if v.next[word] == nil {
		v.next[word] = &vocabulary{}
	}
	return v.next[word]
}

// step follows one word.
func (v *vocabulary) step(word string) *vocabulary {
	if next, ok := v.next[word]; ok {
		return next
	}
	if statusCode.MatchString(word) {
		return v.code
	}
	return nil
}

// words lists what may come next.
func (v *vocabulary) words() []string { return slices.Sorted(maps.Keys(v.next)) }

// Fields lists the values that a hit of a rule can have: the named groups of
// its patterns and its ratios.
func Fields(rule soak.SignalRule) []string {
	set := map[string]bool{}
	for _, pattern := range append([]string{rule.Pattern}, rule.Follow...) {
		re, err := regexp.Compile(pattern)
		if err != nil {
			continue // whoever loads the rules says so
		}
		for _, name := range re.SubexpNames() {
			if name != "" {
				set[name] = true
			}
		}
	}
	for name := range rule.Ratios {
		set[name] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// Units gives the unit of each value of a rule that is no plain number.
func Units(rule soak.SignalRule) map[string]string {
	units := map[string]string{}
	for _, field := range Fields(rule) {
		if u := fieldUnit(rule, field); u != Count {
			units[field] = string(u)
		}
	}
	return units
}

// fieldUnit is how a captured value prints. What becomes of a unit is defined
// at [soak.SignalRule].
func fieldUnit(rule soak.SignalRule, field string) Unit {
	unit := strings.TrimSpace(rule.Units[field])
	if _, ratio := rule.Ratios[field]; ratio {
		return Share
	}
	if unit == "%" {
		return Percent
	}
	if timeUnits[strings.ToLower(unit)] {
		return Seconds
	}
	if unit == "size" {
		return Bytes
	}
	if _, err := soak.ParseRate("1" + unit); err == nil {
		return BytesPerHour
	}
	if _, err := soak.ParseSize("1" + unit); err == nil && unit != "" {
		return Bytes
	}
	return Count
}

var timeUnits = map[string]bool{
	"ns": true, "us": true, "µs": true, "ms": true, "s": true, "sec": true, "second": true, "seconds": true,
	"min": true, "minute": true, "minutes": true, "h": true, "hour": true, "hours": true, "d": true, "day": true, "days": true, "duration": true,
}
