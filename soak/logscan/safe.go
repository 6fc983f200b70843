package logscan

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// maxText is how many bytes of a line a signal keeps.
const maxText = 400

// maxRaw is how much of a line is looked at for it.
const maxRaw = 4 * maxText

// Safe makes a line safe to print and cuts it to a sensible length. Terminal
// escapes are taken out, whatever else controls a terminal or the direction of
// text becomes a replacement character, as do bytes that are not UTF-8.
// Credentials of well-known forms are taken out.
func Safe(line []byte) string {
	text := Redact(visible(line))
	if len(text) < maxText {
		return string(bytes.TrimSpace(text))
	}
	end := maxText
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	if end == len(text) {
		return string(bytes.TrimSpace(text))
	}
	return string(bytes.TrimSpace(text[:end])) + "…"
}

// visible is what is printable of a line: enough of it that a secret at the cut
// is seen whole, or as a beginning that is long enough to be known.
func visible(line []byte) []byte {
	out := make([]byte, 0, min(len(line), maxRaw))
	for len(line) > 0 && len(out) < maxRaw {
		if c := line[0]; c >= ' ' && c < 0x7f {
			out = append(out, c)
			line = line[1:]
			continue
		}
		if n := escapeLen(line); n > 0 {
			line = line[n:]
			continue
		}
		r, n := utf8.DecodeRune(line)
		line = line[n:]
		switch {
		case r == '\t', r == '\r', r == '\n':
			out = append(out, ' ')
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != joiner, r == '\u2028', r == '\u2029':
			out = utf8.AppendRune(out, utf8.RuneError)
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// joiner holds emoji together and is harmless.
const joiner = '\u200d'

// escapeLen returns the length of the terminal escape that text begins with,
// 0 if it begins with none. The forms are those of ECMA-48: control sequences
// (CSI), strings (OSC, DCS, SOS, PM, APC) and two-character escapes.
func escapeLen(text []byte) int {
	if text[0] != 0x1b {
		return 0
	}
	if len(text) == 1 {
		return 1
	}
	switch text[1] {
	case '[':
		for i := 2; i < len(text); i++ {
			if text[i] >= 0x40 && text[i] <= 0x7e {
				return i + 1
			}
			if text[i] < 0x20 || text[i] > 0x3f {
				return i // broken off: the rest is text again
			}
		}
		return len(text)
	case ']', 'P', 'X', '^', '_':
		for i := 2; i < len(text); i++ {
			if text[i] == 0x07 {
				return i + 1
			}
			if text[i] == 0x1b {
				return min(i+2, len(text))
			}
		}
		return len(text)
	}
	if text[1] >= 0x20 && text[1] <= 0x7e {
		return 2
	}
	return 1
}
