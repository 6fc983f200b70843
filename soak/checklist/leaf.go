package checklist

import (
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// leaf is a part of a condition without boolean operators: usually a
// comparison of a fact with a constant.
type leaf struct {
	source  string
	negated bool
	facts   []fact
	program *vm.Program
	// divisors are the facts' parts that must not be 0.
	divisors []divisor
	// compare is set for comparisons.
	compare *comparison
}

type divisor struct {
	source  string
	program *vm.Program
}

// comparison is "left op right", turned so that left reads a fact.
type comparison struct {
	op          string
	left, right *vm.Program
	unit        Unit
	// single means that left is one fact and right is constant, so that a
	// bound of the fact can decide.
	single bool
}

// leaf compiles one leaf.
func (c *compiled) leaf(n ast.Node, negated bool) (node, error) {
	program, err := c.program(n)
	if err != nil {
		return nil, err
	}
	l := &leaf{source: n.String(), negated: negated, facts: c.reads(n), program: program}
	if l.divisors, err = c.divisors(n); err != nil {
		return nil, err
	}
	if b, ok := n.(*ast.BinaryNode); ok && opposite[b.Operator] != "" {
		l.compare, err = c.comparison(b)
	}
	return l, err
}

// mirrored and opposite turn comparisons around and negate them.
var (
	mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
	opposite = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==", "in": "not in"}
)

func (c *compiled) comparison(b *ast.BinaryNode) (*comparison, error) {
	left, right, op := b.Left, b.Right, b.Operator
	if len(c.reads(left)) == 0 && mirrored[op] != "" {
		left, right, op = right, left, mirrored[op]
	}
	facts := c.reads(left)
	if len(facts) == 0 {
		return nil, nil
	}
	cmp := &comparison{op: op, unit: c.unit(left)}
	_, alone := left.(*ast.IdentifierNode)
	cmp.single = alone && len(c.reads(right)) == 0
	var err error
	if cmp.left, err = c.program(left); err != nil {
		return nil, err
	}
	cmp.right, err = c.program(right)
	return cmp, err
}

// unit guesses how the value of an arithmetic expression prints: sums keep
// their unit, a quotient of equal units is a share.
func (c *compiled) unit(n ast.Node) Unit {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if f, ok := c.facts[n.Value]; ok {
			return f.Unit
		}
	case *ast.UnaryNode:
		return c.unit(n.Node)
	case *ast.BuiltinNode:
		return c.unit(n.Arguments[0])
	case *ast.BinaryNode:
		left, right := c.unit(n.Left), c.unit(n.Right)
		switch {
		case n.Operator == "/" && left == right:
			return Share
		case n.Operator == "*" && left == Count:
			return right
		case slices.Contains([]string{"+", "-", "*", "/"}, n.Operator):
			return left
		}
	}
	return Count
}

// divisors compiles the right side of each division that reads facts, so that
// a division by 0 is found before it makes a false answer.
func (c *compiled) divisors(n ast.Node) ([]divisor, error) {
	v := &divisions{}
	ast.Walk(&n, v)
	var found []divisor
	for _, d := range v.nodes {
		if len(c.reads(d)) == 0 {
			continue
		}
		p, err := c.program(d)
		if err != nil {
			return nil, err
		}
		found = append(found, divisor{d.String(), p})
	}
	return found, nil
}

type divisions struct{ nodes []ast.Node }

// Visit notes a divisor.
func (v *divisions) Visit(n *ast.Node) {
	if b, ok := (*n).(*ast.BinaryNode); ok && b.Operator == "/" {
		v.nodes = append(v.nodes, b.Right)
	}
}
