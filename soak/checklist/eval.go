package checklist

import (
	"fmt"
	"math"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// window is one evaluation: the facts of one window, each asked for once.
type window struct {
	facts Facts
	known map[string]Fact
}

func newWindow(f Facts) *window { return &window{facts: f, known: map[string]Fact{}} }

func (w *window) fact(f fact) Fact {
	x, ok := w.known[f.name]
	if !ok {
		x = tidy(f, w.facts.Fact(f.path))
		w.known[f.name] = x
	}
	return x
}

// tidy makes whole numbers floats, and what is no number or of the wrong kind
// missing: a wrong value must not decide a check.
func tidy(f fact, x Fact) Fact {
	switch v := x.Value.(type) {
	case int:
		x.Value = float64(v)
	case int64:
		x.Value = float64(v)
	}
	ok := false
	switch v := x.Value.(type) {
	case float64:
		ok = f.Unit != YesNo && f.Unit != Word && !math.IsNaN(v)
	case bool:
		ok = f.Unit == YesNo
	case string:
		ok = f.Unit == Word
	}
	if !ok {
		x.Value = nil
	}
	if x.Value == nil && x.Missing == "" {
		x.Missing = f.name + " was not measured"
	}
	return x
}

// finding is what one leaf came to.
type finding struct {
	*leaf
	truth truth
	// value and threshold are printed; both are empty when facts are missing.
	value, threshold string
	facts            []Fact // what was known, in the order of leaf.facts
	missing          string // why it is unknown
	ground           bool   // it chose the branch of a condition
}

// eval evaluates the leaf. A fact that is missing leaves it unknown.
func (l *leaf) eval(w *window) answer {
	f := finding{leaf: l, facts: make([]Fact, len(l.facts))}
	env := environment(nil)
	bounded := false
	for i, x := range l.facts {
		f.facts[i] = w.fact(x)
		if f.facts[i].Value == nil {
			f.missing = joinSentences(f.missing, f.facts[i].Missing)
		}
		bounded = bounded || f.facts[i].Bound != Exact
		env[x.name] = f.facts[i].Value
	}
	if f.missing == "" {
		f.missing = l.undefined(env)
	}
	if f.missing == "" {
		f.decide(env, bounded)
	}
	if l.negated {
		f.truth = -f.truth
	}
	return answer{f.truth, []finding{f}}
}

// undefined says why the leaf has no value although its facts do.
func (l *leaf) undefined(env map[string]any) string {
	for _, d := range l.divisors {
		if x, ok := number(run(d.program, env)); ok && x == 0 {
			return fmt.Sprintf("%s is 0: there is nothing to divide by", d.source)
		}
	}
	return ""
}

// decide runs the program.
func (f *finding) decide(env map[string]any, bounded bool) {
	holds, ok := run(f.program, env).(bool)
	if !ok {
		f.missing = f.source + " has no value for these facts"
		return
	}
	f.truth = no
	if holds {
		f.truth = yes
	}
	f.print(env, holds)
	if f.compare != nil && (notANumber(run(f.compare.left, env)) || notANumber(run(f.compare.right, env))) {
		f.truth, f.missing = unknown, f.source+" has no value for these facts"
		return
	}
	if bounded && !f.decidedByBound(env, holds) {
		f.truth = unknown
		for _, x := range f.facts {
			f.missing = joinSentences(f.missing, x.Missing)
		}
	}
}

// decidedByBound reports whether a comparison that holds, or not, for a
// fact's bound does so for every value beyond it.
func (f *finding) decidedByBound(env map[string]any, holds bool) bool {
	if f.compare == nil || !f.compare.single {
		return false
	}
	value, ok := number(run(f.compare.left, env))
	limit, ok2 := number(run(f.compare.right, env))
	if !ok || !ok2 {
		return false
	}
	if f.facts[0].Bound == AtMost {
		value, limit = -value, -limit
	}
	op := f.compare.op
	if f.facts[0].Bound == AtMost && (op[0] == '<' || op[0] == '>') {
		op = mirrored[op]
	}
	switch op {
	case "<", "<=":
		return !holds
	case ">", ">=":
		return holds
	case "==", "!=":
		return limit < value
	}
	return false
}

// run runs a program; an error of the machine is no value.
func run(p *vm.Program, env map[string]any) any {
	x, err := expr.Run(p, env)
	if err != nil {
		return nil
	}
	return x
}

func number(x any) (float64, bool) {
	switch v := x.(type) {
	case float64:
		return v, !math.IsNaN(v)
	case int:
		return float64(v), true
	}
	return 0, false
}

func notANumber(x any) bool {
	v, ok := x.(float64)
	return ok && math.IsNaN(v)
}

func joinSentences(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return a + "; " + b
}
