package checklist

import (
	"strings"

	"leakcheck/soak"
)

// Path names a fact, one word per element: ["memory", "max"].
type Path []string

// String writes the path as it stands in an expression.
func (p Path) String() string {
	var b strings.Builder
	for i, word := range p {
		switch {
		case i == 0:
			b.WriteString(word)
		case plainWord(word):
			b.WriteString("." + word)
		default:
			b.WriteString(`["` + word + `"]`)
		}
	}
	return b.String()
}

// plainWord reports whether a word can follow a dot.
func plainWord(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// Bound says how a fact's value relates to the truth.
type Bound uint8

// The bounds. A part of a log or of a curve proves some comparisons and leaves
// others open: three hits seen disprove "no hits" but do not prove "under 5".
const (
	Exact Bound = iota
	AtLeast
	AtMost
)

// Fact is what is known about one thing in one window.
type Fact struct {
	// Value is a float64, a bool or a string; nil when nothing is known.
	Value any
	Bound Bound
	// Missing says, in one sentence, what would give the value or make it
	// exact. It must be set unless Value is exact.
	Missing string
	// Note is added to the value in the evidence, such as when it was seen.
	Note string
	// Closed means that the window closed before anybody looked: no evidence
	// will ever come.
	Closed bool
	// Unfired means that the load that would give the value was not fired, or
	// the tap not used.
	Unfired bool
}

// Number is a fact with an exact number.
func Number(x float64) Fact { return Fact{Value: x} }

// Text is a fact with an exact word.
func Text(s string) Fact { return Fact{Value: s} }

// Truth is a fact with an exact yes or no.
func Truth(b bool) Fact { return Fact{Value: b} }

// Missing is a fact that nothing is known of; why is one sentence that says
// what would give it.
func Missing(why string) Fact { return Fact{Missing: why} }

// Facts answers what is known of one window of one target.
type Facts interface {
	Fact(Path) Fact
}

// FactMap answers from a table whose keys are written as in expressions. What
// is not in the table is missing.
type FactMap map[string]Fact

// Fact looks a fact up.
func (m FactMap) Fact(p Path) Fact {
	if f, ok := m[p.String()]; ok {
		return f
	}
	return Missing(p.String() + " was not measured")
}

// fact is a fact that an expression reads: its path and what the reference
// says about it.
type fact struct {
	path Path
	name string
	Spec
}

// metricUnit is how the values of a metric print.
func metricUnit(m soak.Metric) Unit {
	switch m {
	case soak.CPU, soak.PIDs, soak.FDs, soak.Sockets, soak.Requests, soak.Restarts, soak.OOMKills:
		return Count
	}
	return Bytes
}
