package checklist

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// condition is a compiled expression.
type condition struct {
	root  node
	facts []fact // in the order in which the text reads them
}

// compiled is one expression while it is being taken apart.
type compiled struct {
	tree   *parser.Tree
	config *conf.Config
	facts  map[string]fact
}

// compileExpr compiles the text of one condition.
func compileExpr(source string, words *vocabulary) (*condition, *ExprError) {
	// The parser wants its environment before the facts are known; only what
	// the functions are called matters to it.
	config := conf.CreateNew()
	config.MaxNodes = 1000
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		return nil, exprError(source, err)
	}
	r := &resolver{words: words, facts: map[string]fact{}}
	tree.Node = r.resolve(tree.Node)
	if r.err != nil {
		return nil, (&ExprError{Msg: r.err.msg, Remedy: r.err.remedy}).at(source, r.err.at)
	}
	config.WithEnv(environment(r.facts))
	kind, err := checker.Check(tree, config)
	if err != nil {
		return nil, exprError(source, err)
	}
	if kind.Kind() != reflect.Bool {
		return nil, (&ExprError{Msg: "this is not a condition but a value", Remedy: "compare it, as in memory.max < 5*GB"}).at(source, 0)
	}
	c := &compiled{tree: tree, config: config, facts: r.facts}
	root, err := c.build(tree.Node, false)
	if err != nil {
		return nil, exprError(source, err)
	}
	cond := &condition{root: root, facts: c.reads(tree.Node)}
	if len(cond.facts) == 0 {
		return nil, (&ExprError{Msg: "this reads no fact, so it would always come out the same", Remedy: "compare a fact, as in memory.max < 5*GB"}).at(source, 0)
	}
	return cond, nil
}

// environment gives every constant its value and every fact a value of its
// type.
func environment(facts map[string]fact) map[string]any {
	env := map[string]any{}
	for _, c := range constants {
		env[c.Name] = c.Value
	}
	for name, f := range facts {
		switch f.Unit {
		case YesNo:
			env[name] = false
		case Word:
			env[name] = ""
		default:
			env[name] = float64(0)
		}
	}
	return env
}

// exprError turns an error of the expression library into one of ours.
func exprError(source string, err error) *ExprError {
	e := &ExprError{Msg: err.Error()}
	var at *file.Error
	if !errors.As(err, &at) {
		return e.at(source, 0)
	}
	e.Msg = plainWords.Replace(at.Message)
	e.at(source, at.From)
	e.Remedy = remedy(e.Msg, source)
	return e
}

// remedy says what usually lies behind a message of the expression library.
func remedy(msg, source string) string {
	const facts = "`leakcheck profiles facts` lists what a check may read"
	switch {
	case strings.HasPrefix(msg, `unexpected token Operator("=")`):
		return "write == to compare"
	case strings.HasPrefix(msg, "unexpected token EOF") && openBracket(source) != 0:
		return fmt.Sprintf("close the %c", openBracket(source))
	case strings.HasPrefix(msg, "unexpected token Bracket("):
		return "nothing was open that this could close"
	case strings.HasPrefix(msg, "unexpected token EOF"):
		return "the condition breaks off here; a share is written 5*percent; " + facts
	case strings.HasPrefix(msg, "bad number syntax"), strings.HasPrefix(msg, "unexpected token Identifier"):
		return "write a quantity as a product, such as 5*GB, 24*hour or 5*percent; " + facts
	case strings.Contains(msg, "number and string"), strings.Contains(msg, "string and number"):
		return "write a number without quotes, such as 5*GB; " + facts
	case strings.Contains(msg, "string and bool"), strings.Contains(msg, "bool and string"):
		return `compare a word with one in quotes, as in memory.leak == "no"; ` + facts
	}
	return facts
}

// openBracket is the last bracket that a condition opens and does not close; 0
// without one. Brackets in words do no harm: this only helps to say what is wrong.
func openBracket(source string) rune {
	var open []rune
	for _, r := range source {
		switch r {
		case '(', '[':
			open = append(open, r)
		case ')', ']':
			open = open[:max(0, len(open)-1)]
		}
	}
	if len(open) == 0 {
		return 0
	}
	return open[len(open)-1]
}

// plainWords puts the library's type names into words that a profile's author
// knows.
var plainWords = strings.NewReplacer("float64", "number", "(mismatched types", "(they do not go together:")

// program compiles a part of the expression by itself.
func (c *compiled) program(n ast.Node) (*vm.Program, error) {
	return compiler.Compile(&parser.Tree{Node: n, Source: c.tree.Source}, c.config)
}

// reads lists the facts below a node, each once.
func (c *compiled) reads(n ast.Node) []fact {
	v := &reading{c: c, seen: map[string]bool{}}
	ast.Walk(&n, v)
	return v.facts
}

type reading struct {
	c     *compiled
	seen  map[string]bool
	facts []fact
}

// Visit notes a fact.
func (v *reading) Visit(n *ast.Node) {
	id, ok := (*n).(*ast.IdentifierNode)
	if !ok || v.seen[id.Value] {
		return
	}
	if f, ok := v.c.facts[id.Value]; ok {
		v.seen[id.Value] = true
		v.facts = append(v.facts, f)
	}
}
