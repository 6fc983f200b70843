package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"leakcheck/soak"
)

// FiredJSON prints a firing as the leakcheck.fire/1 contract.
func FiredJSON(w io.Writer, f soak.Fired) error {
	f.Warnings = list(f.Warnings)
	return writeJSON(w, f)
}

// FiredLine prints the verdict on a firing alone.
func FiredLine(w io.Writer, f soak.Fired, o TextOptions) error {
	p := newPrinter(o)
	p.statement(firedHeadline(f))
	return p.flush(w)
}

// FiredText prints a firing: the verdict, what the requests did, and how each
// memory component moved.
func FiredText(w io.Writer, f soak.Fired, o TextOptions) error {
	p := newPrinter(o)
	p.statement(firedHeadline(f))
	facts := []Fact{{Label: "fired", Text: firedLoad(f)}}
	if f.Load.Requests > 0 {
		facts = append(facts, Fact{Label: "latency", Text: fmt.Sprintf("p50 %s, p95 %s, p99 %s, max %s",
			millis(f.Load.P50), millis(f.Load.P95), millis(f.Load.P99), millis(f.Load.Max))})
	}
	facts = append(facts, tapFacts(f.Tap)...)
	for _, warning := range f.Warnings {
		facts = append(facts, Fact{Label: "warning", Text: Clean(warning), Tone: Caution})
	}
	p.facts(facts)
	p.heading("Memory")
	p.excursions(f)
	return p.flush(w)
}

func firedHeadline(f soak.Fired) Statement {
	s := Statement{Word: strings.ToUpper(string(f.Verdict)), Text: Clean(f.Target + ", " + f.Load.Name + ": " + f.Why), Tone: Caution}
	switch f.Verdict {
	case soak.VerdictPass:
		s.Tone = Good
	case soak.VerdictFail:
		s.Tone = Bad
	}
	return s
}

func firedLoad(f soak.Fired) string {
	times := "once"
	if f.Times > 1 {
		times = number(int64(f.Times)) + " times"
	}
	text := fmt.Sprintf("%s %s: %s, %s of answers", Clean(f.Load.Name), times, plural(f.Load.Requests, "request"), soak.FormatBytes(float64(f.Load.Bytes)))
	if len(f.Load.Errors) == 0 {
		return text + ", no errors"
	}
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(f.Load.Errors)) {
		kinds = append(kinds, fmt.Sprintf("%s %s", number(f.Load.Errors[kind]), kind))
	}
	return text + "; errors: " + strings.Join(kinds, ", ")
}

// excursions is the table of before, top and after.
func (p *printer) excursions(f soak.Fired) {
	columns := []column{{name: "memory"}, {name: "before", right: true}, {name: "peak", right: true}, {name: "after", right: true}, {name: "stayed", right: true}}
	bytes := func(x int64) string { return soak.FormatBytes(float64(x)) }
	add := func(rows [][]string, name string, e soak.Excursion) [][]string {
		return append(rows, []string{name, bytes(e.Before), bytes(e.Peak), bytes(e.After), bytes(e.After - e.Before)})
	}
	var rows [][]string
	if _, same := f.Components[f.Memory.Metric]; !same && f.Memory.Metric != "" {
		rows = add(rows, f.Memory.Metric, f.Memory.Excursion)
	}
	for _, m := range soak.Metrics() {
		if e, ok := f.Components[m.String()]; ok {
			rows = add(rows, m.String(), e)
		}
	}
	p.table(columns, rows)
}
