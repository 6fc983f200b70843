package scenarios

import (
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// place is where a value of a profile was written.
type place struct {
	doc  *document
	node ast.Node
}

// places finds values by their path, such as checks[no-restart].expr. In a
// profile that extends others each value has the place that gave it last.
type places map[string]place

// problem is a mistake in the value at a path, or in what holds it.
func (ps places) problem(path, text, remedy string) Problem {
	p := ps.find(path)
	return p.doc.at(p.node, text, remedy)
}

// within is a mistake at a byte of the text of the value at a path.
func (ps places) within(path string, offset int, text, remedy string) Problem {
	p, ok := ps[path]
	if !ok {
		return ps.problem(path, text, remedy)
	}
	line, column := p.locate(offset)
	return p.doc.problem(line, column, text, remedy)
}

// find returns the place of a path or of the nearest thing around it.
func (ps places) find(path string) place {
	for {
		if p, ok := ps[path]; ok {
			return p
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return ps[""]
		}
		path = path[:cut]
	}
}

// locate returns the line and column of a byte in a scalar's value. YAML folds
// and indents the text of a scalar but leaves what is not blank as it is, so
// the n-th such character of the value is the n-th of its source.
func (p place) locate(offset int) (line, column int) {
	line, column = position(p.node)
	value, quote := scalarText(p.node)
	if lit, ok := p.node.(*ast.LiteralNode); ok {
		line, column = lit.Start.Position.Line+1, 1
	} else if quote != 0 {
		column++
	}
	solid := 0
	for i, r := range value {
		if i >= offset {
			break
		}
		if !unicode.IsSpace(r) {
			solid++
		}
	}
	return walk(p.doc.lines, line, column, solid, quote)
}

// walk goes from a position past n characters that are not blank, to the next
// one that is not.
func walk(lines []string, line, column, n int, quote rune) (int, int) {
	for l := line; l >= 1 && l <= len(lines); l++ {
		runes := []rune(lines[l-1])
		for c := column - 1; c < len(runes); c++ {
			if unicode.IsSpace(runes[c]) {
				continue
			}
			if n == 0 {
				return l, c + 1
			}
			if quote == '"' && runes[c] == '\\' || quote == '\'' && runes[c] == '\'' {
				c++ // an escape is one character
			}
			n--
		}
		column = 1
	}
	return line, column
}

// scalarText returns a scalar's value and the quote it stands in.
func scalarText(n ast.Node) (text string, quote rune) {
	switch v := n.(type) {
	case *ast.StringNode:
		switch v.Token.Type {
		case token.DoubleQuoteType:
			quote = '"'
		case token.SingleQuoteType:
			quote = '\''
		}
		return v.Value, quote
	case *ast.LiteralNode:
		return v.Value.Value, 0
	}
	if t := n.GetToken(); t != nil {
		return t.Value, 0
	}
	return "", 0
}
