package report

import (
	"strings"

	"github.com/fatih/color"
	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"leakcheck/soak"
)

// palette paints text, or leaves it as it is.
type palette struct{ on bool }

func newPalette(on bool) palette { return palette{on} }

func (p palette) with(text string, attrs ...color.Attribute) string {
	if !p.on || text == "" {
		return text
	}
	c := color.New(attrs...)
	c.EnableColor()
	return c.Sprint(text)
}

func (p palette) strong(s string) string { return p.with(s, color.Bold) }
func (p palette) label(s string) string  { return p.with(s, color.Faint) }

func (p palette) tone(t Tone, s string) string {
	switch t {
	case Good:
		return p.with(s, color.FgGreen)
	case Bad:
		return p.with(s, color.FgRed)
	case Caution:
		return p.with(s, color.FgYellow)
	case Faint:
		return p.with(s, color.Faint)
	}
	return s
}

// badge paints a verdict so that it stands out.
func (p palette) badge(t Tone, s string) string {
	switch t {
	case Good:
		return p.with(s, color.FgGreen, color.Bold)
	case Bad:
		return p.with(s, color.FgRed, color.Bold)
	case Caution:
		return p.with(s, color.FgYellow, color.Bold)
	}
	return p.strong(s)
}

// outcomeTone is how an outcome looks everywhere.
func outcomeTone(o soak.Outcome) Tone {
	switch o {
	case soak.Pass:
		return Good
	case soak.Fail:
		return Bad
	case soak.Warn, soak.Inconclusive:
		return Caution
	}
	return Faint
}

// outcomeMark is one character for an outcome: with Unicode, and without.
func outcomeMark(o soak.Outcome, unicode bool) string {
	marks := map[soak.Outcome][2]string{
		soak.Pass: {"✓", "+"}, soak.Fail: {"✗", "x"}, soak.Warn: {"!", "!"}, soak.Inconclusive: {"?", "?"},
		soak.NotDue: {"…", "."}, soak.NotRun: {"–", "-"}, soak.NotApplicable: {"–", "-"},
	}
	if unicode {
		return marks[o][0]
	}
	return marks[o][1]
}

// width is how many columns a text takes.
func width(s string) int { return twwidth.Width(s) }

// pad fills a text up to n columns.
func pad(s string, n int) string {
	if w := width(s); w < n {
		return s + strings.Repeat(" ", n-w)
	}
	return s
}

// padLeft fills a text up to n columns on its left.
func padLeft(s string, n int) string {
	if w := width(s); w < n {
		return strings.Repeat(" ", n-w) + s
	}
	return s
}

// fit cuts a text to n columns, and shows that it did.
func fit(s string, n int) string {
	if width(s) <= n {
		return s
	}
	return head(s, n-1) + "…"
}

// head returns as much of a text as takes at most n columns.
func head(s string, n int) string {
	used := 0
	for i, r := range s {
		used += width(string(r))
		if used > n {
			return s[:i]
		}
	}
	return s
}

// wrap breaks a text into lines of at most n columns, at spaces where it can.
func wrap(s string, n int) []string {
	n = max(n, 8)
	var lines []string
	line := ""
	for _, word := range glued(s) {
		if line != "" && width(line)+1+width(word) <= n {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for width(word) > n {
			h := head(word, n)
			lines = append(lines, h)
			word = word[len(h):]
		}
		line = word
	}
	return append(lines, line)
}

// glued splits a text into words, a number and its unit in one.
func glued(s string) []string {
	var out []string
	for _, w := range strings.Fields(s) {
		if n := len(out); n > 0 && endsInDigit(out[n-1]) && unitWords[strings.TrimRight(w, ".,;:)")] {
			out[n-1] += " " + w
			continue
		}
		out = append(out, w)
	}
	return out
}

func endsInDigit(s string) bool { c := s[len(s)-1]; return '0' <= c && c <= '9' }

var unitWords = map[string]bool{
	"B": true, "kB": true, "MB": true, "GB": true, "TB": true, "B/h": true, "kB/h": true, "MB/h": true, "GB/h": true,
	"s": true, "ms": true, "min": true, "h": true, "days": true, "%": true,
}

func (p palette) curve(s string) string { return p.with(s, color.FgCyan) }
func (p palette) floor(s string) string { return p.with(s, color.FgMagenta) }
func (p palette) ahead(s string) string { return p.with(s, color.FgRed) }
