package report

import "strings"

// commandLines breaks a command into lines of at most n columns that a shell
// takes as one: between words, and never inside quotes or between a flag and its
// value. A word that is longer than a line runs over its end, so that what is
// copied from a terminal can still be run.
func commandLines(command string, n int) []string {
	var lines []string
	line := ""
	for _, word := range withValues(shellWords(command), n-2) {
		switch {
		case line == "":
			line = word
		case width(line)+1+width(word)+2 <= n:
			line += " " + word
		default:
			lines, line = append(lines, line+` \`), word
		}
	}
	return append(lines, line)
}

// withValues joins a flag with the word after it, if both fit into n columns.
func withValues(words []string, n int) []string {
	var out []string
	for i, w := range words {
		last := len(out) - 1
		if i > 0 && strings.HasPrefix(words[i-1], "--") && !strings.HasPrefix(w, "-") && width(out[last])+1+width(w) <= n {
			out[last] += " " + w
			continue
		}
		out = append(out, w)
	}
	return out
}

// shellWords splits a command at spaces outside quotes; quotes stay as they are.
func shellWords(s string) []string {
	var words []string
	begun, quote := 0, byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote == 0 && c == ' ':
			if i > begun {
				words = append(words, s[begun:i])
			}
			begun = i + 1
		case c == '\\' && quote != '\'':
			i++ // whatever comes next means itself
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return append(words, s[begun:])
}
