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
		n := wordLen(line)
		if n == 0 {
			out = append(out, line[0])
			line = line[1:]
			continue
		}
		out = append(out, fold(line[:n])...)
		line = line[n:]
	}
	return dropStamp(out)
}

// wordLen returns the length of the word that text begins with. Dashes and
// underscores hold a word together, so that a UUID or a base64url id is one.
func wordLen(text []byte) int {
	n := 0
	for n < len(text) && (isAlnum(text[n]) || n > 0 && (text[n] == '-' || text[n] == '_')) {
		n++
	}
	return n
}

// fold returns what stands for a word.
func fold(word []byte) []byte {
	var digits, hex, upper, lower, other int
	for i, c := range word {
		switch {
		case c >= '0' && c <= '9':
			digits++
			hex++
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F', c == 'x' && i == 1 && word[0] == '0':
			hex++
			other++
		case c >= 'a' && c <= 'z':
			lower++
			other++
		case c >= 'A' && c <= 'Z':
			upper++
			other++
		}
	}
	switch {
	case digits == 0 && len(word) < 20, digits == 0 && (upper == 0 || lower == 0):
		return word
	case other == 0:
		return []byte("N")
	case hex == len(bytes.Trim(word, "-_")) && digits > 0 && len(word) >= 4,
		digits > 0 && len(word) >= 12,
		digits == 0 && upper > 3 && lower > 3 && len(word) >= 32:
		return []byte("ID")
	case digits == 0:
		return word
	}
	return foldDigits(word)
}

// foldDigits replaces each run of digits in a word by N.
func foldDigits(word []byte) []byte {
	out := make([]byte, 0, len(word))
	for i, c := range word {
		if c < '0' || c > '9' {
			out = append(out, c)
		} else if i == 0 || word[i-1] < '0' || word[i-1] > '9' {
			out = append(out, 'N')
		}
	}
	return out
}

// dropStamp takes a folded time of day or date off the front.
func dropStamp(line []byte) []byte {
	rest := bytes.TrimLeft(line, "N-:./,TZ[]+ ")
	if stamp := line[:len(line)-len(rest)]; bytes.Count(stamp, []byte("N")) >= 3 {
		return rest
	}
	return line
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
