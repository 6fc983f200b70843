package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds on a profile's file. They are far above what a profile needs and keep
// the parser's time and stack small whatever it is given.
const (
	maxFile    = 128 << 10
	maxLine    = 8 << 10
	maxNesting = 40
	maxNodes   = 50_000
)

// document is the text of one profile.
type document struct {
	file  string // as it is named in problems
	text  []byte
	lines []string
}

func newDocument(file string, text []byte) *document {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	return &document{file: file, text: text, lines: strings.Split(string(text), "\n")}
}

// problem is a mistake at a line and column, from 1.
func (d *document) problem(line, column int, text, remedy string) Problem {
	p := Problem{File: d.file, Line: line, Column: max(column, 1), Text: text, Remedy: remedy}
	if line < 1 || line > len(d.lines) {
		p.Line, p.Column = 0, 0
		return p
	}
	p.Excerpt = excerpt(d.lines[line-1], line, p.Column)
	return p
}

// excerpt prints a line with a caret below; of a long one what is around.
func excerpt(text string, line, column int) string {
	const around = 50
	runes := []rune(strings.TrimRight(text, "\r"))
	for i, r := range runes {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			runes[i] = ' '
		}
	}
	from := max(0, column-1-around)
	to := min(len(runes), from+2*around)
	from = min(from, to)
	head := fmt.Sprintf("%5d | ", line)
	return head + string(runes[from:to]) + "\n" + strings.Repeat(" ", len(head)-2) + "| " + strings.Repeat(" ", max(0, column-1-from)) + "^"
}

// parse returns the document's mapping, or what is wrong with it.
func (d *document) parse() (*ast.MappingNode, Problems) {
	if p, bad := d.tooMuch(); bad {
		return nil, Problems{p}
	}
	file, err := parser.ParseBytes(d.text, 0)
	if err != nil {
		var at yaml.Error
		if !errors.As(err, &at) || at.GetToken() == nil {
			return nil, Problems{d.problem(0, 0, "not YAML: "+err.Error(), "")}
		}
		pos := at.GetToken().Position
		p := d.problem(pos.Line, pos.Column, "not YAML: "+at.GetMessage(), yamlRemedy(at.GetMessage()))
		if p.Remedy == closeIt { // the parser sees it lines later
			if line, column, ok := d.unclosed(); ok {
				p = d.problem(line, column, "not YAML: this is never closed", closeIt)
			}
		}
		return nil, Problems{p}
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType && doc.Body.Type() != ast.NullType {
			bodies = append(bodies, doc.Body)
		}
	}
	switch {
	case len(bodies) == 0:
		return nil, Problems{d.problem(0, 0, "the profile is empty", "give it at least a name, and what it extends")}
	case len(bodies) > 1:
		return nil, Problems{d.at(bodies[1], "a second document", "one file holds one profile; take the --- away")}
	}
	m, ok := bodies[0].(*ast.MappingNode)
	if !ok {
		return nil, Problems{d.at(bodies[0], "a profile is a mapping of keys to values", "begin with a line such as name: my-service")}
	}
	return m, nil
}

// at is a problem at a node.
func (d *document) at(n ast.Node, text, remedy string) Problem {
	line, column := position(n)
	return d.problem(line, column, text, remedy)
}

// position returns where a node's text begins.
func position(n ast.Node) (line, column int) {
	switch v := n.(type) {
	case *ast.MappingNode:
		if len(v.Values) > 0 && !v.IsFlowStyle {
			return position(v.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return position(v.Key)
	}
	if t := n.GetToken(); t != nil {
		return t.Position.Line, t.Position.Column
	}
	return 0, 0
}

// tooMuch refuses what no profile needs and a parser could choke on.
func (d *document) tooMuch() (Problem, bool) {
	if len(d.text) > maxFile {
		return d.problem(0, 0, fmt.Sprintf("the file has %d bytes", len(d.text)),
			fmt.Sprintf("a profile has at most %d; is this the right file?", maxFile)), true
	}
	if i := bytes.IndexByte(d.text, 0); i >= 0 {
		line := bytes.Count(d.text[:i], []byte{'\n'}) + 1
		return d.problem(line, 1, "a NUL byte", "a profile is a text file in UTF-8"), true
	}
	if !utf8.Valid(d.text) {
		for i, line := range d.lines {
			if !utf8.ValidString(line) {
				return d.problem(i+1, 1, "not UTF-8", "save the file in UTF-8"), true
			}
		}
	}
	open := 0
	for i, line := range d.lines {
		if len(line) > maxLine {
			return d.problem(i+1, maxLine, fmt.Sprintf("a line of %d bytes", len(line)), "break it; a block scalar (| or >) holds long text"), true
		}
		dashes := 0
		for rest := strings.TrimLeft(line, " "); strings.HasPrefix(rest, "- ") || strings.HasPrefix(rest, "? "); dashes++ {
			rest = strings.TrimLeft(rest[1:], " ")
		}
		open = max(0, open+strings.Count(line, "[")+strings.Count(line, "{")-strings.Count(line, "]")-strings.Count(line, "}"))
		if open > maxNesting || dashes > maxNesting || len(line)-len(strings.TrimLeft(line, " ")) > 10*maxNesting {
			return d.problem(i+1, 1, "nested too deeply", fmt.Sprintf("a profile nests at most %d levels", maxNesting)), true
		}
	}
	return Problem{}, false
}

// closeIt is the remedy for a bracket.
const closeIt = "close the bracket with ] or }, or put the text in quotes if none was meant"

// unclosed returns where the last bracket stands that nothing closes.
func (d *document) unclosed() (line, column int, ok bool) {
	type bracket struct{ line, column int }
	var open []bracket
	for _, t := range lexer.Tokenize(string(d.text)) {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			open = append(open, bracket{t.Position.Line, t.Position.Column})
		case token.SequenceEndType, token.MappingEndType:
			open = open[:max(len(open)-1, 0)]
		}
	}
	if len(open) == 0 {
		return 0, 0, false
	}
	last := open[len(open)-1]
	return last.line, last.column, true
}

// yamlRemedy says what usually lies behind a syntax error.
func yamlRemedy(message string) string {
	switch {
	case strings.Contains(message, "cannot start any token"):
		return "indent with blanks, and put text that begins with a special character in quotes"
	case strings.Contains(message, "mapping value is not allowed"), strings.Contains(message, "unexpected key name"), strings.Contains(message, "header option"):
		return "put text that holds a colon in quotes, and check the indentation"
	case strings.Contains(message, "already defined"):
		return "take one of the two away"
	case strings.Contains(message, "must be specified"):
		return closeIt
	case strings.Contains(message, "escape character"):
		return `put a regular expression in single quotes: in double ones \ begins an escape`
	case strings.Contains(message, "end token"), strings.Contains(message, "end character"):
		return "close what is opened here"
	}
	return "check the indentation and the quotes around here"
}
