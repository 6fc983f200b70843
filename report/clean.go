package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const hexDigits = "0123456789ABCDEF"

// Clean makes text from outside (log lines, container names, commands) safe to
// print: on one line, with terminal escapes, other control characters,
// direction overrides and invisible characters spelled out rather than obeyed.
func Clean(s string) string {
	if !needsCleaning(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x`)
			b.WriteByte(hexDigits[s[i]>>4])
			b.WriteByte(hexDigits[s[i]&15])
		case r == '\n' || r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case unsafeRune(r):
			spell(&b, r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

func needsCleaning(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || unsafeRune(r) {
			return true
		}
	}
	return false
}

// unsafeRune reports whether printing r could do more than show a character: C
// are controls, formats (bidi, joiners, BOM, tags), and what is private or not
// assigned, some of which is invisible by default; Zl and Zp are line breaks.
func unsafeRune(r rune) bool {
	return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp)
}

// spell writes r as an escape that people recognise: \x1B, \u202E.
func spell(b *strings.Builder, r rune) {
	digits := 4
	switch {
	case r < 0x100:
		b.WriteString(`\x`)
		digits = 2
	case r < 0x10000:
		b.WriteString(`\u`)
	default:
		b.WriteString(`\U`)
		digits = 8
	}
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		b.WriteByte(hexDigits[r>>shift&15])
	}
}

// ascii replaces what a terminal without Unicode cannot show: a symbol, such as
// the emoji that a log line begins with, by a star, for a question mark would
// look like the mark of what is undecided.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		to, known := asciiFor[r]
		switch {
		case r < utf8.RuneSelf:
			return r
		case known:
			return to
		case unicode.Is(unicode.M, r): // belongs to the character before it
			return -1
		case unicode.Is(unicode.S, r):
			return '*'
		}
		return '?'
	}, s)
}

var asciiFor = map[rune]rune{
	'–': '-', '—': '-', '‘': '\'', '’': '\'', '“': '"', '”': '"', '×': 'x', '·': '-', '…': '.', '→': '>', '≤': '<', '≥': '>', '\u00a0': ' ',
	'✓': '+', '✗': 'x', '✅': '+', '❌': 'x', '⚠': '!',
}
