package logscan

import "bytes"

// maxNormal is how many bytes of a line tell it from others.
const maxNormal = 200

// normalise appends line to out with all that differs from one event to the
// next folded: numbers to N, ids and hexadecimal to ID, and a time in front
// taken away.
func normalise(out, line []byte) []byte {
	line = bytes.TrimSpace(line)
	for len(line) > 0 && len(out) < maxNormal {
		if n := escapeLen(line); n > 0 {
			line = line[n:]
			continue
		}
		token := tokenAt(line)
		if isID(token) {
			out = append(out, "ID"...)
			line = line[len(token):]
			continue
		}
		word := wordAt(line)
		if len(word) == 0 {
			out = append(out, line[0])
			line = line[1:]
			continue
		}
		out = appendFolded(out, word)
		line = line[len(word):]
	}
	return dropStamp(out)
}

// wordAt returns the letters and digits that text begins with.
func wordAt(text []byte) []byte {
	n := 0
	for n < len(text) && isAlnum(text[n]) {
		n++
	}
	return text[:n]
}

// tokenAt is wordAt with the dashes and underscores of UUIDs and base64url.
func tokenAt(text []byte) []byte {
	n := 0
	for n < len(text) && (isAlnum(text[n]) || n > 0 && (text[n] == '-' || text[n] == '_')) {
		n++
	}
	return text[:n]
}

// count is what a text is made of.
type count struct{ digits, hex, upper, lower, dashes int }

func countOf(text []byte) (c count) {
	for _, b := range text {
		switch {
		case b >= '0' && b <= '9':
			c.digits++
			c.hex++
		case b >= 'a' && b <= 'z':
			c.lower++
		case b >= 'A' && b <= 'Z':
			c.upper++
		default:
			c.dashes++
		}
		if b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F' {
			c.hex++
		}
	}
	return c
}

// isID recognises UUIDs and long base64url, such as Arweave's transactions.
func isID(token []byte) bool {
	if len(token) < 36 {
		return false
	}
	c := countOf(token)
	uuid := len(token) == 36 && c.dashes == 4 && c.hex == 32
	return uuid || c.digits > 0 && c.upper > 3 && c.lower > 3
}

// appendFolded appends what stands for a word.
func appendFolded(out, word []byte) []byte {
	c := countOf(word)
	switch {
	case c.digits == 0:
		return append(out, word...)
	case c.digits == len(word):
		return append(out, 'N')
	case c.hex == len(word) && len(word) >= 4, len(word) >= 12, len(word) > 2 && word[0] == '0' && word[1] == 'x':
		return append(out, "ID"...)
	}
	for i, b := range word {
		if b < '0' || b > '9' {
			out = append(out, b)
		} else if i == 0 || word[i-1] < '0' || word[i-1] > '9' {
			out = append(out, 'N') // one for the whole number
		}
	}
	return out
}

// dropStamp takes a folded time of day or date off the front: at least three
// numbers, up to a blank.
func dropStamp(line []byte) []byte {
	stamp := line[:len(line)-len(bytes.TrimLeft(line, "N-:./,TZ[]+ "))]
	stamp = stamp[:bytes.LastIndexByte(stamp, ' ')+1]
	if bytes.Count(stamp, []byte("N")) < 3 {
		return line
	}
	return line[len(stamp):]
}

func isAlnum(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
