package logscan

import (
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
	if all := exact(re); len(all) > 0 {
		return pieces(all)
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpConcat:
		return requiredOfConcat(re.Sub)
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

// requiredOfConcat chooses the best part of a sequence: a part by itself, or
// neighbours that together match a few texts exactly.
func requiredOfConcat(subs []*syntax.Regexp) []literal {
	var best []literal
	consider := func(lits []literal) {
		if value(lits) > value(best) {
			best = lits
		}
	}
	run := []text{{}}
	for _, sub := range subs {
		all := exact(sub)
		if len(all) == 0 {
			consider(required(sub))
		} else if joined := product(run, all); joined != nil {
			run = joined
			continue
		}
		consider(pieces(run))
		run = []text{{}}
		if len(all) > 0 {
			run = all
		}
	}
	consider(pieces(run))
	return best
}

// text is what a part of an expression matches, letter by letter; a folded
// rune is matched in any case.
type text []letter

type letter struct {
	r    rune
	fold bool
}

// exact returns the texts that a part of an expression matches, if these are
// few and there is nothing else to it.
func exact(re *syntax.Regexp) []text {
	switch re.Op {
	case syntax.OpLiteral:
		t := make(text, len(re.Rune))
		for i, r := range re.Rune {
			t[i] = letter{r, re.Flags&syntax.FoldCase != 0}
		}
		return []text{t}
	case syntax.OpCapture:
		return exact(re.Sub[0])
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpNoWordBoundary, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText:
		return []text{{}}
	case syntax.OpCharClass:
		return exactClass(re.Rune)
	case syntax.OpConcat:
		all := []text{{}}
		for _, sub := range re.Sub {
			if all = product(all, exact(sub)); all == nil {
				return nil
			}
		}
		return all
	case syntax.OpAlternate:
		return exactAlternate(re.Sub)
	}
	return nil
}

func exactAlternate(subs []*syntax.Regexp) []text {
	var all []text
	for _, sub := range subs {
		more := exact(sub)
		if len(more) == 0 || len(all)+len(more) > maxLiterals {
			return nil
		}
		all = append(all, more...)
	}
	return all
}

// exactClass lists the members of a small character class, given as ranges.
func exactClass(ranges []rune) []text {
	var all []text
	for i := 0; i+1 < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			if len(all) == 4 {
				return nil
			}
			all = append(all, text{{r: r}})
		}
	}
	return all
}

// product joins each text with each of what follows.
func product(heads, tails []text) []text {
	if len(tails) == 0 || len(heads)*len(tails) > maxLiterals {
		return nil
	}
	var all []text
	for _, h := range heads {
		for _, t := range tails {
			all = append(all, append(h[:len(h):len(h)], t...))
		}
	}
	return all
}

// value orders choices: the shortest literal decides how many lines get
// through, and each further one costs a little more.
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

// pieces returns the most selective piece of each text, or nil if one has
// none.
func pieces(texts []text) []literal {
	var all []literal
	for _, t := range texts {
		l := piece(t)
		if len(l.text) < 2 {
			return nil
		}
		all = append(all, l)
	}
	return all
}

// piece returns the longest run of letters that stand in a log as they are.
// Characters that a JSON log writes as escapes end it, and under case folding
// those whose other case is not plain ASCII (the Kelvin sign folds to k, the
// long s to s).
func piece(t text) literal {
	var best, now literal
	end := func() {
		if len(now.text) > len(best.text) {
			best = now
		}
		now = literal{}
	}
	for _, l := range t {
		lower := strings.ToLower(string(l.r))
		fold := l.fold && strings.ToUpper(lower) != lower
		switch {
		case l.r < ' ', l.r == 0x7f, l.r == utf8.RuneError, l.r == '\u2028', l.r == '\u2029', strings.ContainsRune(`"\<>&`, l.r),
			fold && (l.r >= utf8.RuneSelf || lower == "k" || lower == "s"):
			end()
			continue
		case fold:
			now.text += lower
		default:
			now.text += string(l.r)
		}
		now.fold = now.fold || fold
	}
	end()
	if best.fold {
		best.text = strings.ToLower(best.text)
	}
	return best
}
