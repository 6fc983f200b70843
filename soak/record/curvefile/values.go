package curvefile

import (
	"math"
	"strconv"
	"strings"
	"time"

	"leakcheck/soak"
)

const (
	// maxBytes is beyond any memory; cgroups report larger limits for none.
	maxBytes = 1 << 60
	// maxSeconds keeps times within what Unix nanoseconds can say (year 2262).
	maxSeconds = 9_000_000_000
)

// parseSize reads a size with a unit, or a number of bytes, or of what the
// column's name says (scale, 0 if it says nothing); ok is false where there is
// nothing: a limit that is none.
func parseSize(v []byte, scale float64, limit bool) (n int64, ok bool, err error) {
	if n, ok := digits(v); ok && n < maxBytes && scale <= 1 {
		return n, true, nil
	}
	text := string(v)
	if limit && (strings.EqualFold(text, "max") || strings.EqualFold(text, "unlimited")) {
		return 0, false, nil
	}
	x, isNumber := number(text)
	if !isNumber {
		size, err := soak.ParseSize(text)
		if err != nil {
			return 0, false, badf("write bytes, or a number with a unit such as 1.2GiB; leave the cell empty where nothing was measured", "%s is not a size", quoted(text))
		}
		x = float64(size)
	} else if scale > 1 {
		x *= scale
	}
	switch {
	case limit && x >= maxBytes:
		return 0, false, nil
	case !(x >= 0 && x < maxBytes): // NaN too
		return 0, false, badf("leave the cell empty where nothing was measured", "%s is no possible number of bytes", quoted(text))
	}
	return int64(x), true, nil
}

// parseCount reads a counter.
func parseCount(v []byte) (int64, error) {
	if n, ok := digits(v); ok {
		return n, nil
	}
	x, ok := number(string(v))
	if !ok || !(x >= 0 && x < math.MaxInt64) {
		return 0, badf("write a whole number from 0 on; leave the cell empty where nothing was counted", "%s is not a count", quoted(string(v)))
	}
	return int64(x), nil
}

// number reads any decimal notation.
func number(s string) (float64, bool) {
	if strings.ContainsAny(s, "_xXpP") {
		return 0, false // Go's own notations
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil
}

// digits reads a plain whole number.
func digits(v []byte) (n int64, ok bool) {
	if len(v) == 0 || len(v) > 18 {
		return 0, false
	}
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// parseTime reads a number of units (in nanoseconds; 0 guesses from the size)
// or a date and time.
func parseTime(v []byte, unit int64) (time.Time, error) {
	if t, ok := decimal(v, unit); ok {
		return t, nil
	}
	text := string(v)
	if x, ok := number(text); ok {
		x *= float64(unitOr(unit, x)) / 1e9
		if math.Abs(x) < maxSeconds {
			whole, part := math.Modf(x)
			return time.Unix(int64(whole), int64(part*1e9)).UTC(), nil
		}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil && math.Abs(float64(t.Unix())) < maxSeconds {
			return t.UTC(), nil
		}
	}
	return time.Time{}, badf("write seconds, Unix seconds or milliseconds, or RFC 3339 such as 2026-03-01T12:00:00Z", "%s is not a time", quoted(text))
}

// decimal reads plain decimals exactly: a Unix time with milliseconds has more
// digits than a float64 holds.
func decimal(v []byte, unit int64) (time.Time, bool) {
	whole, fraction, scale, dot := int64(0), int64(0), int64(1), false
	for _, c := range v {
		switch {
		case c == '.' && !dot:
			dot = true
		case c < '0' || c > '9':
			return time.Time{}, false
		case !dot:
			if whole = whole*10 + int64(c-'0'); whole > math.MaxInt64/100 {
				return time.Time{}, false
			}
		case scale < 1e9:
			fraction, scale = fraction*10+int64(c-'0'), scale*10
		}
	}
	unit = unitOr(unit, float64(whole))
	per := int64(1e9) / unit
	if len(v) == 0 || whole/per >= maxSeconds {
		return time.Time{}, false
	}
	return time.Unix(whole/per, whole%per*unit+fraction*unit/scale).UTC(), true
}

// unitOr guesses the unit of a number whose name does not tell: a Unix time in
// seconds stays below 1e11 for 3,000 years, one in milliseconds above.
func unitOr(unit int64, x float64) int64 {
	switch x = math.Abs(x); {
	case unit != 0:
		return unit
	case x < 1e11:
		return 1e9
	case x < 1e14:
		return 1e6
	case x < 1e17:
		return 1e3
	}
	return 1
}

// quoted makes a value from outside safe to print, and short.
func quoted(s string) string {
	const most = 60
	if len(s) > most {
		s = s[:most] + "..."
	}
	return strconv.QuoteToASCII(s)
}
