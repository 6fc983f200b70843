package checklist

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// ExprError is a mistake in a check. Whoever knows where the check stands in a
// file adds file and line.
type ExprError struct {
	// Check is the check's id.
	Check string
	// Field is the check's key that is wrong: "expr", "when", "needs", ...
	Field string
	// Source is the field's text and Offset the mistake's byte in it; Line and
	// Column, from 1, count the same in runes.
	Source       string
	Offset       int
	Line, Column int
	// Msg says what is wrong, Remedy what to do about it.
	Msg    string
	Remedy string
}

// Error says what is wrong, shows where, and says what to do.
func (e *ExprError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "check %s: %s: %s", e.Check, e.Field, e.Msg)
	if e.Remedy != "" {
		b.WriteString("; " + e.Remedy)
	}
	if line := e.line(); line != "" {
		fmt.Fprintf(&b, "\n  %s\n  %s^", line, strings.Repeat(" ", e.Column-1))
	}
	return b.String()
}

// line is the source line with the mistake, its tabs made blanks so that the
// caret stands right.
func (e *ExprError) line() string {
	lines := strings.Split(e.Source, "\n")
	if e.Line < 1 || e.Line > len(lines) || e.Column < 1 {
		return ""
	}
	return strings.ReplaceAll(strings.TrimRight(lines[e.Line-1], "\r"), "\t", " ")
}

// at sets where in the source the mistake is, from its rune offset.
func (e *ExprError) at(source string, runes int) *ExprError {
	e.Source, e.Line, e.Column = source, 1, 1
	for i, r := range source {
		if runes == 0 {
			e.Offset = i
			return e
		}
		runes--
		e.Column++
		if r == '\n' {
			e.Line, e.Column = e.Line+1, 1
		}
	}
	e.Offset = len(source)
	return e
}

// Errors holds every mistake that was found.
type Errors []*ExprError

// Error lists the mistakes.
func (e Errors) Error() string {
	all := make([]string, len(e))
	for i, one := range e {
		all[i] = one.Error()
	}
	return strings.Join(all, "\n")
}

// Unwrap gives the single mistakes.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

// didYouMean proposes the candidate nearest to a word, or lists them all when
// none is near. prefix is put before the proposal.
func didYouMean(word, prefix string, candidates []string) string {
	best, distance := "", len(word)/2+2
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(word), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	switch {
	case best != "":
		return "did you mean " + prefix + best + "?"
	case len(candidates) == 0:
		return ""
	}
	return "there is " + strings.Join(candidates, ", ")
}

// editDistance is the Levenshtein distance in runes.
func editDistance(a, b string) int {
	row := make([]int, utf8.RuneCountInString(b)+1)
	for j := range row {
		row[j] = j
	}
	i := 0
	for _, x := range a {
		i++
		diagonal := row[0]
		row[0] = i
		j := 0
		for _, y := range b {
			j++
			change := diagonal
			if x != y {
				change++
			}
			diagonal = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(row)-1]
}
