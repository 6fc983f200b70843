package checklist

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// formula is a random condition with a slow, obvious way to evaluate it.
type formula struct {
	op    string // "fact", "not", "and", "or", "if"
	fact  int
	parts []formula
}

// names are the facts of formulas: comparisons and a plain yes or no, so that
// leaves of every kind take part.
var names = []string{"node.running", "log.complete", "memory.max < 5*GB", "node.restarts == 0", `memory.leak == "no"`}

func genFormula(depth int) *rapid.Generator[formula] {
	return rapid.Custom(func(t *rapid.T) formula {
		op := "fact"
		if depth > 0 {
			op = rapid.SampledFrom([]string{"fact", "not", "and", "or", "if"}).Draw(t, "op")
		}
		f := formula{op: op}
		if op == "fact" {
			f.fact = rapid.IntRange(0, len(names)-1).Draw(t, "fact")
		}
		for range map[string]int{"not": 1, "and": 2, "or": 2, "if": 3}[op] {
			f.parts = append(f.parts, genFormula(depth-1).Draw(t, "part"))
		}
		return f
	})
}

func (f formula) String() string {
	switch f.op {
	case "not":
		return fmt.Sprintf("!(%s)", f.parts[0])
	case "and":
		return fmt.Sprintf("(%s && %s)", f.parts[0], f.parts[1])
	case "or":
		return fmt.Sprintf("(%s or %s)", f.parts[0], f.parts[1])
	case "if":
		return fmt.Sprintf("((%s) ? (%s) : (%s))", f.parts[0], f.parts[1], f.parts[2])
	}
	return names[f.fact]
}

// kleene evaluates by the tables of strong three-valued logic.
func (f formula) kleene(values []truth) truth {
	switch f.op {
	case "not":
		return -f.parts[0].kleene(values)
	case "and":
		return min(f.parts[0].kleene(values), f.parts[1].kleene(values))
	case "or":
		return max(f.parts[0].kleene(values), f.parts[1].kleene(values))
	case "if":
		a, b := f.parts[1].kleene(values), f.parts[2].kleene(values)
		switch c := f.parts[0].kleene(values); {
		case c == yes || a == b && c == unknown:
			return a
		case c == no:
			return b
		}
		return unknown
	}
	return values[f.fact]
}

// world makes facts that give the leaves these truth values.
func world(values []truth) FactMap {
	m := FactMap{}
	pick := func(i int, name string, ifTrue, ifFalse Fact) {
		switch values[i] {
		case yes:
			m[name] = ifTrue
		case no:
			m[name] = ifFalse
		}
	}
	pick(0, "node.running", Truth(true), Truth(false))
	pick(1, "log.complete", Truth(true), Truth(false))
	pick(2, "memory.max", Number(1e9), Number(6e9))
	pick(3, "node.restarts", Number(0), Number(2))
	pick(4, "memory.leak", Text("no"), Text("yes"))
	return m
}

func drawValues(t *rapid.T) []truth {
	values := make([]truth, len(names))
	for i := range values {
		values[i] = rapid.SampledFrom([]truth{no, unknown, yes}).Draw(t, "value")
	}
	return values
}

// TestThreeValuedLogic compares with the tables.
func TestThreeValuedLogic(t *testing.T) {
	words := newVocabulary(nil, nil)
	rapid.Check(t, func(t *rapid.T) {
		f, values := genFormula(4).Draw(t, "formula"), drawValues(t)
		cond, err := compileExpr(f.String(), words)
		if err != nil {
			t.Fatal(err)
		}
		a := cond.root.eval(newWindow(world(values)))
		if want := f.kleene(values); a.truth != want {
			t.Fatalf("%s on %v: %v, want %v", f, values, a.truth, want)
		}
		if len(a.why) == 0 {
			t.Fatalf("%s on %v is not explained", f, values)
		}
	})
}

// TestADecisionNeverHangsOnWhatIsMissing: whatever the missing facts turn out
// to be, a decided condition stays decided, and the facts that are said to
// explain it suffice.
func TestADecisionNeverHangsOnWhatIsMissing(t *testing.T) {
	words := newVocabulary(nil, nil)
	rapid.Check(t, func(t *rapid.T) {
		f, values := genFormula(4).Draw(t, "formula"), drawValues(t)
		cond, err := compileExpr(f.String(), words)
		if err != nil {
			t.Fatal(err)
		}
		a := cond.root.eval(newWindow(world(values)))
		if a.truth == unknown {
			if _, why := a.open(); why == "" {
				t.Fatalf("%s on %v does not say what is missing", f, values)
			}
			return
		}
		explained := map[string]bool{}
		for _, x := range a.why {
			for _, read := range x.leaf.facts {
				explained[read.name] = true
			}
		}
		complete := make([]truth, len(values))
		for i, v := range values {
			complete[i] = v
			if v == unknown || !explained[strings.Fields(names[i])[0]] {
				complete[i] = rapid.SampledFrom([]truth{no, yes}).Draw(t, "completed")
			}
		}
		if b := cond.root.eval(newWindow(world(complete))); b.truth != a.truth {
			t.Fatalf("%s on %v is %v, but %v on %v", f, values, a.truth, b.truth, complete)
		}
	})
}

// TestBoundsDecideOnlyWhatTheyProve compares with every value that a bound
// allows.
func TestBoundsDecideOnlyWhatTheyProve(t *testing.T) {
	words := newVocabulary(nil, nil)
	rapid.Check(t, func(t *rapid.T) {
		op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(t, "op")
		limit := rapid.IntRange(0, 6).Draw(t, "limit")
		value := rapid.IntRange(0, 6).Draw(t, "value")
		bound := rapid.SampledFrom([]Bound{AtLeast, AtMost}).Draw(t, "bound")
		source := fmt.Sprintf("node.restarts %s %d", op, limit)
		if rapid.Bool().Draw(t, "turned") {
			source = fmt.Sprintf("%d %s node.restarts", limit, mirrored[op])
		}
		if rapid.Bool().Draw(t, "negated") {
			source = "not (" + source + ")"
		}
		cond, err := compileExpr(source, words)
		if err != nil {
			t.Fatal(err)
		}
		at := func(x Fact) truth { return cond.root.eval(newWindow(FactMap{"node.restarts": x})).truth }
		want := at(Number(float64(value)))
		for x := range 20 { // -6..13 stands for all numbers: nothing changes beyond the limits
			other := float64(x - 6)
			if allowed := bound == AtLeast && other >= float64(value) || bound == AtMost && other <= float64(value); allowed && at(Number(other)) != want {
				want = unknown
			}
		}
		got := at(Fact{Value: float64(value), Bound: bound, Missing: "read in part"})
		if got != want && got != unknown {
			t.Fatalf("%s with bound %d of %d: %v, but the values it allows give %v", source, bound, value, got, want)
		}
		if got == unknown && want != unknown && op != "==" && op != "!=" {
			t.Fatalf("%s with bound %d of %d could be decided", source, bound, value)
		}
	})
}

func TestUndefinedIsUnknown(t *testing.T) {
	for source, facts := range map[string]FactMap{
		"memory.max / memory.min < 2":               {"memory.max": Number(0), "memory.min": Number(0)},
		"1 / (memory.max - memory.min) > 0":         {"memory.max": Number(5), "memory.min": Number(5)},
		"memory.max < 5*GB":                         {"memory.max": Text("a lot")},
		"memory.leak == \"no\"":                     {"memory.leak": Truth(true)},
		"node.restarts + node.exits == 0":           {"node.restarts": Fact{Value: 0.0, Bound: AtLeast, Missing: "in part"}, "node.exits": Number(0)},
		"node.running == (memory.max < 5*GB)":       {"node.running": Truth(true)},
		"memory.max ** 0.5 < 1 && memory.max > 0":   {},
		"memory.leak matches '('":                   {"memory.leak": Text("no")},
		"memory.min < 1 && memory.max / 0 * 0 < 10": {"memory.max": Number(1), "memory.min": Number(0)},
	} {
		cond, err := compileExpr(source, newVocabulary(nil, nil))
		if err != nil {
			t.Log(err) // a mistake found early is as good
			continue
		}
		if a := cond.root.eval(newWindow(facts)); a.truth != unknown {
			t.Errorf("%s is decided: %v", source, a.truth)
		}
	}
}
