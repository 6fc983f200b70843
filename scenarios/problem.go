package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a profile.
type Problem struct {
	File string `json:"file"`
	// Line and Column count from 1; 0 means the file as a whole.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Text says what is wrong, Remedy what to do about it.
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
	// Excerpt is the line with a caret under the mistake.
	Excerpt string `json:"excerpt,omitempty"`
}

// String prints the problem the way compilers do, with the excerpt below.
func (p Problem) String() string {
	s := p.File
	if p.Line > 0 {
		s += fmt.Sprintf(":%d:%d", p.Line, p.Column)
	}
	s += ": " + p.Text
	if p.Remedy != "" {
		s += "; " + p.Remedy
	}
	if p.Excerpt != "" {
		s += "\n" + p.Excerpt
	}
	return s
}

// Problems is everything that is wrong with a profile, in the order of the
// file. As an error it means that the profile cannot be used.
type Problems []Problem

// Error prints all problems, the first twenty in full.
func (ps Problems) Error() string {
	const most = 20
	var b strings.Builder
	for i, p := range ps {
		if i == most {
			fmt.Fprintf(&b, "\nand %d more", len(ps)-most)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// sorted orders problems by where they are and leaves out repeated ones.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column, cmp.Compare(a.Text, b.Text))
	})
	return slices.CompactFunc(ps, func(a, b Problem) bool {
		return a.File == b.File && a.Line == b.Line && a.Column == b.Column && a.Text == b.Text
	})
}

// err is nil if there is no problem.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// didYouMean is the remedy for a word that is not one of known.
func didYouMean(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) == 0 {
		return "there is none"
	}
	slices.Sort(known)
	return "use one of " + strings.Join(known, ", ")
}

// Nearest returns the known word that differs from word by the fewest edits,
// if these are few, or that one of the two begins with; empty if none does.
func Nearest(word string, known []string) string {
	best, least := "", max(1, len(word)/3)+1
	word = strings.ToLower(word)
	for _, k := range known {
		low := strings.ToLower(k)
		d := distance(word, low)
		if shorter := min(len(word), len(low)); shorter >= 3 && word[:shorter] == low[:shorter] {
			d = min(d, 1)
		}
		if d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts insertions, deletions, substitutions and swaps of neighbours
// (Damerau's, in its restricted form).
func distance(a, b string) int {
	const longest = 64
	if len(a) > longest || len(b) > longest {
		return longest
	}
	var rows [longest + 1][longest + 1]int
	for i := range len(a) + 1 {
		for j := range len(b) + 1 {
			if i == 0 || j == 0 {
				rows[i][j] = i + j
				continue
			}
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			rows[i][j] = min(change, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
