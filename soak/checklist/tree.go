package checklist

import (
	"github.com/expr-lang/expr/ast"
)

// node is a part of a condition in negation normal form: every "not" has been
// pushed down to the leaves.
type node interface {
	eval(*window) answer
}

// all holds if each part holds, anyOf if one does.
type (
	all    []node
	anyOf  []node
	choice struct{ cond, notCond, yes, no node }
)

// build takes the boolean operators of an expression apart. What is below them
// becomes leaves that are compiled by themselves.
func (c *compiled) build(n ast.Node, negated bool) (node, error) {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return c.build(n.Node, !negated)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&", "and":
			return c.join(n, negated, negated)
		case "||", "or":
			return c.join(n, negated, !negated)
		}
	case *ast.ConditionalNode:
		return c.buildChoice(n, negated)
	}
	return c.leaf(n, negated)
}

// join builds both sides. By De Morgan a negated "and" is an "or" of negations.
func (c *compiled) join(n *ast.BinaryNode, negated, either bool) (node, error) {
	left, err := c.build(n.Left, negated)
	if err != nil {
		return nil, err
	}
	right, err := c.build(n.Right, negated)
	if err != nil {
		return nil, err
	}
	if either {
		return anyOf{left, right}, nil
	}
	return all{left, right}, nil
}

func (c *compiled) buildChoice(n *ast.ConditionalNode, negated bool) (node, error) {
	var parts [4]node
	for i, part := range []struct {
		n       ast.Node
		negated bool
	}{{n.Cond, false}, {n.Cond, true}, {n.Exp1, negated}, {n.Exp2, negated}} {
		built, err := c.build(part.n, part.negated)
		if err != nil {
			return nil, err
		}
		parts[i] = built
	}
	return choice{parts[0], parts[1], parts[2], parts[3]}, nil
}

// truth is a truth value of Kleene's strong three-valued logic.
// Kleene, Introduction to Metamathematics (1952), § 64.
type truth int8

const (
	no      truth = -1
	unknown truth = 0
	yes     truth = 1
)

// answer is a truth value with the leaves that explain it.
type answer struct {
	truth truth
	why   []finding
}

// because adds the leaves that led to an answer without being part of it.
func (a answer) because(ground answer) answer {
	why := make([]finding, 0, len(a.why)+len(ground.why))
	for _, f := range ground.why {
		f.ground = true
		why = append(why, f)
	}
	return answer{a.truth, append(why, a.why...)}
}

func (a all) eval(w *window) answer   { return combine(a, w, no) }
func (a anyOf) eval(w *window) answer { return combine(a, w, yes) }

// combine evaluates all parts: one that equals the deciding value decides and
// explains; else an unknown one leaves it open; else all parts explain.
func combine(parts []node, w *window, deciding truth) answer {
	result := answer{truth: -deciding}
	for _, part := range parts {
		a := part.eval(w)
		switch {
		case a.truth == result.truth:
			result.why = append(result.why, a.why...)
		case a.truth == deciding, result.truth == -deciding:
			result = a
		}
	}
	return result
}

// eval takes the branch that the condition chooses; if that is unknown, the
// value that both branches agree on.
func (c choice) eval(w *window) answer {
	cond := c.cond.eval(w)
	switch cond.truth {
	case yes:
		return c.yes.eval(w).because(cond)
	case no:
		return c.no.eval(w).because(cond)
	}
	a, b := c.yes.eval(w), c.no.eval(w)
	if a.truth == b.truth && a.truth != unknown {
		return answer{a.truth, append(a.why, b.why...)}
	}
	return answer{unknown, cond.why}
}
