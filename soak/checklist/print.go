package checklist

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"leakcheck/soak"
)

// print fills in the finding's value and threshold for people.
func (f *finding) print(env map[string]any, holds bool) {
	if f.compare == nil {
		f.value, f.threshold = strconv.FormatBool(holds), strconv.FormatBool(!f.negated)
		return
	}
	op := f.compare.op
	if f.negated {
		op = opposite[op]
	}
	f.value = format(run(f.compare.left, env), f.compare.unit)
	limit := formatLimit(run(f.compare.right, env), f.compare.unit)
	switch op {
	case "==", "in":
		f.threshold = limit
	case "!=", "not in":
		f.threshold = "not " + limit
	default:
		f.threshold = op + " " + limit
	}
}

// formatLimit prints what a value is compared with; a list as alternatives.
func formatLimit(x any, unit Unit) string {
	list, ok := x.([]any)
	if !ok {
		return format(x, unit)
	}
	words := make([]string, len(list))
	for i, item := range list {
		words[i] = format(item, unit)
	}
	return strings.Join(words, " or ")
}

// format prints a value in its unit.
func format(x any, unit Unit) string {
	switch v := x.(type) {
	case nil:
		return "unknown"
	case bool:
		return strconv.FormatBool(v)
	case string:
		return v
	}
	n, ok := number(x)
	switch {
	case !ok:
		return fmt.Sprint(x)
	case math.IsInf(n, 1):
		return "never"
	}
	switch unit {
	case Bytes:
		return soak.FormatBytes(n)
	case BytesPerHour:
		return soak.FormatRate(n)
	case Seconds:
		return formatSeconds(n)
	case Milliseconds:
		return short(n) + " ms"
	case Hours:
		if math.Abs(n) < 1 && n != 0 {
			return short(math.Round(n*60)) + " min"
		}
		return short(n) + " h"
	case PerHour:
		return short(n) + "/h"
	case Share:
		return short(n*100) + " %"
	case Percent:
		return short(n) + " %"
	case Factor:
		return short(n) + " x"
	}
	return short(n)
}

// formatSeconds prints a time span, whole seconds from ten on.
func formatSeconds(n float64) string {
	if math.Abs(n) > 1e9 {
		return short(n) + " s"
	}
	d := time.Duration(n * float64(time.Second))
	if math.Abs(n) >= 10 {
		d = d.Round(time.Second)
	}
	return soak.Duration(d.Round(time.Millisecond)).String()
}

// short prints whole numbers in full, their thousands separated, and others
// with three significant digits.
func short(n float64) string {
	const most = 1e15
	if n == math.Trunc(n) && math.Abs(n) < most {
		return soak.FormatCount(int64(n))
	}
	t := strconv.FormatFloat(n, 'g', 3, 64)
	switch {
	case !strings.Contains(t, "e"):
		return t
	case math.Abs(n) < most:
		return soak.FormatCount(int64(math.Round(n)))
	}
	return strconv.FormatFloat(n, 'f', 0, 64)
}
