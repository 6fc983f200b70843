package logscan

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"leakcheck/soak"
)

// pattern is an expression and how to read its named groups.
type pattern struct {
	re     *regexp.Regexp
	groups []group
}

type group struct {
	index int
	name  string
	read  func(string) (float64, bool)
}

// find matches text and adds what the groups hold to values, a map that it
// makes where there is none yet.
func (p *pattern) find(text []byte, values map[string]float64) (map[string]float64, bool) {
	if len(p.groups) == 0 {
		return values, p.re.Match(text)
	}
	at := p.re.FindSubmatchIndex(text)
	if at == nil {
		return values, false
	}
	if values == nil {
		values = make(map[string]float64, len(p.groups))
	}
	for _, g := range p.groups {
		from, to := at[2*g.index], at[2*g.index+1]
		if from < 0 || to-from > 64 { // a longer number is none
			continue
		}
		if x, ok := g.read(string(bytes.TrimSpace(text[from:to]))); ok {
			values[g.name] = x
		}
	}
	return values, true
}

// times are the units of time and their seconds.
var times = map[string]float64{
	"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3,
	"s": 1, "sec": 1, "second": 1, "seconds": 1,
	"min": 60, "minute": 60, "minutes": 60,
	"h": 3600, "hour": 3600, "hours": 3600,
	"d": 86400, "day": 86400, "days": 86400,
}

// reader returns what turns a group's text into a number in the unit that
// check expressions use: bytes, bytes per hour or seconds.
func reader(unit string) (func(string) (float64, bool), error) {
	switch unit {
	case "", "%":
		return scaled(1), nil
	case "size":
		return func(s string) (float64, bool) {
			n, err := soak.ParseSize(s)
			return float64(n), err == nil
		}, nil
	case "duration":
		return func(s string) (float64, bool) {
			d, err := soak.ParseDuration(s)
			return time.Duration(d).Seconds(), err == nil
		}, nil
	}
	if seconds, ok := times[unit]; ok {
		return scaled(seconds), nil
	}
	if strings.Trim(unit, "0123456789. ") == unit {
		if size, err := soak.ParseSize("1" + unit); err == nil {
			return scaled(float64(size)), nil
		}
		if rate, err := soak.ParseRate("1" + unit); err == nil {
			return scaled(float64(rate)), nil
		}
	}
	return nil, fmt.Errorf("unknown unit %q", unit)
}

// scaled reads a number, thousands separated by commas or not, times factor.
func scaled(factor float64) func(string) (float64, bool) {
	return func(s string) (float64, bool) {
		if strings.Contains(s, ",") {
			s = strings.ReplaceAll(s, ",", "")
		}
		x, err := strconv.ParseFloat(s, 64)
		x *= factor
		return x, err == nil && !math.IsInf(x, 0) && !math.IsNaN(x)
	}
}

// derive adds the rule's ratios, where both values are there.
func (r *rule) derive(values map[string]float64) {
	for _, q := range r.ratios {
		over, has := values[q.over]
		under, hasUnder := values[q.under]
		if has && hasUnder && under != 0 {
			values[q.name] = over / under
		}
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
