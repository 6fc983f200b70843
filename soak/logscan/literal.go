package logscan

import (
	"bytes"
	"math"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// literal is text that stands in every line a rule can match. A folded one is
// in lower case and stands there in any case.
type literal struct {
	text string
	fold bool
}

const (
	maxLiterals = 24 // more alternatives than this cost more than the expression
	goodLength  = 12 // a longer literal is no more selective
)

// literals returns texts of which every match of expr contains at least one,
// or nil if there are none. The idea is the one of code search by trigrams
// (Russ Cox, "Regular Expression Matching with a Trigram Index", 2012), with
// whole literals in place of trigrams.
func literals(expr string) []literal {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	return required(re.Simplify())
}

func required(re *syntax.Regexp) []literal {
	switch re.Op {
	case syntax.OpLiteral:
		return fromRunes(re.Rune, re.Flags&syntax.FoldCase != 0)
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []literal
		for _, sub := range re.Sub {
			if lits := required(sub); value(lits) > value(best) {
				best = lits
			}
		}
		return best
	case syntax.OpAlternate:
		var all []literal
		for _, sub := range re.Sub {
			lits := required(sub)
			if len(lits) == 0 || len(all)+len(lits) > maxLiterals {
				return nil
			}
			all = append(all, lits...)
		}
		return all
	}
	return nil
}

// value orders choices: the shortest literal decides how many lines get
// through, each further one costs a search of its own.
func value(lits []literal) float64 {
	if len(lits) == 0 {
		return -1
	}
	shortest := goodLength
	for _, l := range lits {
		shortest = min(shortest, len(l.text))
	}
	return float64(shortest) - math.Log2(float64(len(lits)))
}

// fromRunes returns the most selective piece of a literal of the expression.
// Characters that a JSON log writes as escapes cut it, and under case folding
// those whose other case is not plain ASCII (the Kelvin sign folds to k, the
// long s to s).
func fromRunes(runes []rune, fold bool) []literal {
	cut := func(r rune) bool {
		switch {
		case r < ' ', r == 0x7f, r == utf8.RuneError, r == '\u2028', r == '\u2029', strings.ContainsRune(`"\<>&`, r):
			return true
		}
		return fold && (r >= utf8.RuneSelf || strings.ContainsRune("kKsS", r))
	}
	best := ""
	for _, piece := range strings.FieldsFunc(string(runes), cut) {
		if len(piece) > len(best) {
			best = piece
		}
	}
	if best == "" {
		return nil
	}
	if fold {
		lower := strings.ToLower(best)
		fold = lower != strings.ToUpper(best) // else it has no letters
		best = lower
	}
	return []literal{{text: rareStart(best), fold: fold}}
}

// common orders bytes from the most to the least frequent in logs; what is
// missing here is rarer still.
const common = " e0t1a2onirs-:3d4l.5c6u7mh8p9\"g/f=yb,_vw[]{}()TISEAOPRD"

// rareStart drops leading bytes so that the literal starts with its rarest
// one, because a search skips from one first byte to the next. Enough is left
// to be selective.
func rareStart(s string) string {
	best, bestRank := 0, -1
	for i := 0; i <= len(s)-min(len(s), 6); i++ {
		rank := strings.IndexByte(common, s[i])
		if rank < 0 {
			rank = len(common)
			if s[i] >= utf8.RuneSelf {
				rank = 0 // emoji and mojibake share their first bytes
			}
		}
		if rank > bestRank {
			best, bestRank = i, rank
		}
	}
	return s[best:]
}

// needle is a literal and the rules that wait for it.
type needle struct {
	literal
	rules []int
	text  []byte
	upper byte // of the first byte, where the case is folded
}

func newNeedle(l literal) needle {
	return needle{literal: l, text: []byte(l.text), upper: bytes.ToUpper([]byte(l.text[:1]))[0]}
}

// index finds the needle in buf, or returns -1.
func (n *needle) index(buf []byte) int {
	if !n.fold {
		return bytes.Index(buf, n.text)
	}
	for from := 0; ; from++ {
		i := indexEither(buf[from:], n.text[0], n.upper)
		if i < 0 || from+i+len(n.text) > len(buf) {
			return -1
		}
		from += i
		if equalFold(buf[from:from+len(n.text)], n.text) {
			return from
		}
	}
}

// indexEither finds the first of two bytes.
func indexEither(buf []byte, a, b byte) int {
	const window = 256 // what one byte finds bounds how far the other looks
	for from := 0; from < len(buf); from += window {
		part := buf[from:min(from+window, len(buf))]
		i := bytes.IndexByte(part, a)
		if a != b {
			if i >= 0 {
				part = part[:i]
			}
			if j := bytes.IndexByte(part, b); j >= 0 {
				i = j
			}
		}
		if i >= 0 {
			return from + i
		}
	}
	return -1
}

// equalFold compares with lower, which is in lower case, by ASCII's rules.
func equalFold(buf, lower []byte) bool {
	for i, c := range buf {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
