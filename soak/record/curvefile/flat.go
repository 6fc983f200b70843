package curvefile

import "bytes"

// errUnusual sends an object to the slow reader.
var errUnusual = &problem{"unusual", "unusual"}

// flat reads an object of strings, numbers and nulls without escapes. It
// answers errUnusual, at the latest at the end, for anything it is not sure of.
func flat(line []byte, got func(key, value []byte) error) error {
	var keys, values [64][]byte
	n := 0
	rest, ok := after(line, '{')
	for ok && n < len(keys) {
		if keys[n], rest, ok = text(rest); !ok {
			break
		}
		if rest, ok = after(rest, ':'); !ok {
			break
		}
		if values[n], rest, ok = value(rest); !ok {
			break
		}
		n++
		if next, more := after(rest, ','); more {
			rest = next
			continue
		}
		rest, ok = after(rest, '}')
		if !ok || len(rest) > 0 {
			break
		}
		for i := range n {
			if err := got(keys[i], values[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return errUnusual
}

// after skips spaces, one character and spaces.
func after(b []byte, c byte) ([]byte, bool) {
	b = spaces(b)
	if len(b) == 0 || b[0] != c {
		return b, false
	}
	return spaces(b[1:]), true
}

func spaces(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}

// text reads a string without escapes and control characters.
func text(b []byte) (s, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, b, false
	}
	end := bytes.IndexByte(b[1:], '"')
	if end < 0 {
		return nil, b, false
	}
	s = b[1 : 1+end]
	for _, c := range s {
		if c < ' ' || c == '\\' {
			return nil, b, false
		}
	}
	return s, b[end+2:], true
}

// value reads a string, a plain number or null.
func value(b []byte) (v, rest []byte, ok bool) {
	if len(b) > 0 && b[0] == '"' {
		return text(b)
	}
	if bytes.HasPrefix(b, []byte("null")) {
		return nil, b[4:], true
	}
	i := 0
	for i < len(b) && (b[i] >= '0' && b[i] <= '9' || b[i] == '.') {
		i++
	}
	return b[:i], b[i:], isNumber(b[:i])
}

// isNumber reports whether digits and dots are a number in JSON: it begins and
// ends with a digit, has one dot at most and no zero before other digits.
func isNumber(b []byte) bool {
	n := len(b)
	return n > 0 && b[0] != '.' && b[n-1] != '.' && (b[0] != '0' || n == 1 || b[1] == '.') && bytes.Count(b, []byte{'.'}) <= 1
}
