package checklist

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// operators and functions are what expressions may be made of. What could turn
// missing evidence into a value (??, ?., nil) or depends on more than the
// facts (now, let, closures) is left out on purpose.
var (
	operators = []string{
		"&&", "and", "||", "or", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "**", "^",
		"startsWith", "endsWith", "contains", "matches",
	}
	functions = []string{"abs", "ceil", "floor", "round", "min", "max"}
)

// Operators lists the operators that conditions may use.
func Operators() []string { return slices.Clone(operators) }

// Functions lists the functions that conditions may use.
func Functions() []string { return slices.Clone(functions) }

// resolver finds the facts of an expression. It replaces each path of member
// accesses by one identifier that carries the whole path, so that the type
// checker sees a plain variable.
type resolver struct {
	words *vocabulary
	facts map[string]fact
	err   *nodeError
}

// nodeError is a mistake at a node.
type nodeError struct {
	at          int // rune offset
	msg, remedy string
}

func (r *resolver) fail(at ast.Node, remedy, format string, args ...any) {
	if r.err == nil {
		r.err = &nodeError{at: at.Location().From, msg: fmt.Sprintf(format, args...), remedy: remedy}
	}
}

// resolve returns the node with its paths replaced. The first mistake is kept
// in r.err.
func (r *resolver) resolve(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.IdentifierNode, *ast.MemberNode:
		return r.name(n)
	case *ast.UnaryNode:
		n.Node = r.resolve(n.Node)
	case *ast.BinaryNode:
		if !slices.Contains(operators, n.Operator) {
			r.fail(n, "use "+strings.Join(operators, " "), "a check has no operator %s", n.Operator)
			return n
		}
		n.Left, n.Right = r.resolve(n.Left), r.resolve(n.Right)
		r.compareWords(n)
	case *ast.ConditionalNode:
		n.Cond, n.Exp1, n.Exp2 = r.resolve(n.Cond), r.resolve(n.Exp1), r.resolve(n.Exp2)
	case *ast.ArrayNode:
		r.resolveAll(n.Nodes)
	case *ast.BuiltinNode:
		r.function(n, n.Name)
		r.resolveAll(n.Arguments)
	case *ast.CallNode:
		r.function(n.Callee, n.Callee.String())
		r.resolveAll(n.Arguments)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
	default:
		r.fail(n, "compare facts with <, <=, ==, >=, > or in [...], and join with && and ||", "a check cannot use %s", n.String())
	}
	return n
}

func (r *resolver) resolveAll(nodes []ast.Node) {
	for i, n := range nodes {
		nodes[i] = r.resolve(n)
	}
}

func (r *resolver) function(at ast.Node, name string) {
	if !slices.Contains(functions, name) {
		r.fail(at, didYouMean(name, "", functions), "a check has no function %s", name)
	}
}

// name resolves a constant or a path.
func (r *resolver) name(n ast.Node) ast.Node {
	nodes, path, ok := r.path(n)
	if !ok {
		return n
	}
	if len(path) == 1 && slices.ContainsFunc(constants, func(c Constant) bool { return c.Name == path[0] }) {
		return n
	}
	at := r.words
	for i, word := range path {
		next := at.step(word)
		if next == nil {
			r.unknown(nodes[i], path, i, at)
			return n
		}
		at = next
	}
	if at.spec == nil {
		r.fail(n, didYouMean("", path.String()+".", at.words()), "%s is not a fact by itself", path)
		return n
	}
	f := fact{path: path, name: path.String(), Spec: *at.spec}
	r.facts[f.name] = f
	id := &ast.IdentifierNode{Value: f.name}
	id.SetLocation(nodes[0].Location())
	return id
}

// unknown says what is wrong with the i-th word of a path.
func (r *resolver) unknown(at ast.Node, path Path, i int, known *vocabulary) {
	words := known.words()
	prefix := ""
	switch {
	case i == 0:
		for _, c := range constants {
			words = append(words, c.Name)
		}
		if slices.Contains(allWords(), path[0]) {
			r.fail(at, fmt.Sprintf("put a word in quotes: %q", path[0]), "there is no fact or constant %s", path[0])
			return
		}
		r.fail(at, didYouMean(path[0], "", words), "there is no fact or constant %s", path[0])
		return
	case path[0] == "signals" && i == 1 && len(words) == 0:
		r.fail(at, "give the profile a signal rule of that name", "the profile has no signals, so none named %s", path[1])
		return
	default:
		prefix = path[:i].String() + "."
	}
	kind := "fact"
	switch {
	case path[0] == "signals" && i == 1:
		kind = "signal rule"
	case path[0] == "load" && i == 1:
		kind = "fact or scenario"
	case path[0] == "signals" && i == 2:
		kind = "fact or captured value"
	}
	r.fail(at, didYouMean(path[i], prefix, words), "%s has no %s %s", path[:i], kind, path[i])
}

// allWords are the words that facts can have as values.
func allWords() (words []string) {
	for _, spec := range reference {
		words = append(words, spec.Words...)
	}
	return words
}

// path reads a chain of member accesses. nodes[i] is where the i-th word
// stands.
func (r *resolver) path(n ast.Node) (nodes []ast.Node, path Path, ok bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return []ast.Node{n}, Path{n.Value}, true
	case *ast.MemberNode:
		word, isWord := n.Property.(*ast.StringNode)
		if n.Optional || !isWord {
			r.fail(n, `write it as a.b or a["b"]`, "%s does not name a fact", n.String())
			return nil, nil, false
		}
		nodes, path, ok = r.path(n.Node)
		return append(nodes, n.Property), append(path, word.Value), ok
	}
	r.fail(n, `write it as a.b or a["b"]`, "%s does not name a fact", n.String())
	return nil, nil, false
}

// compareWords catches words that a fact can never have.
func (r *resolver) compareWords(n *ast.BinaryNode) {
	if !slices.Contains([]string{"==", "!=", "in"}, n.Operator) {
		return
	}
	for _, sides := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
		id, ok := sides[0].(*ast.IdentifierNode)
		if !ok || r.facts[id.Value].Words == nil {
			continue
		}
		literals := []ast.Node{sides[1]}
		if list, ok := sides[1].(*ast.ArrayNode); ok {
			literals = list.Nodes
		}
		for _, literal := range literals {
			r.word(r.facts[id.Value], literal)
		}
	}
}

func (r *resolver) word(f fact, literal ast.Node) {
	word, ok := literal.(*ast.StringNode)
	switch {
	case !ok || slices.Contains(f.Words, word.Value):
	case word.Value == "inconclusive":
		r.fail(word, "leave it out: an undecided curve makes the check inconclusive by itself", `%s is never "inconclusive"`, f.name)
	default:
		r.fail(word, didYouMean(word.Value, "", f.Words), "%s is never %q", f.name, word.Value)
	}
}
