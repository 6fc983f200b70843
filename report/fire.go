package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"leakcheck/soak"
)

// FiredSheet puts a firing into words: the verdict, what the requests did, and
// how each memory component moved.
func FiredSheet(f soak.Fired) *Sheet {
	raw := f
	raw.Warnings = list(f.Warnings)
	s := &Sheet{Kind: "firing", raw: raw, Headline: firedHeadline(f), Facts: []Fact{{Label: "fired", Text: firedLoad(f)}}}
	if f.Load.Max > 0 { // connections that break have none
		s.Facts = append(s.Facts, Fact{Label: "latency", Text: fmt.Sprintf("p50 %s, p95 %s, p99 %s, max %s",
			millis(f.Load.P50), millis(f.Load.P95), millis(f.Load.P99), millis(f.Load.Max))})
	}
	s.Facts = append(s.Facts, tapFacts(f.Tap)...)
	for _, w := range warnings(f.Warnings) {
		s.Facts = append(s.Facts, Fact{Label: "warning", Text: w.Text, Tone: w.Tone})
	}
	if f.Next != "" {
		s.Facts = append(s.Facts, Fact{Label: "next", Text: Clean(f.Next), Command: true})
	}
	if len(f.Compared) > 0 {
		side := Section{Title: "Side by side", Table: firedSteps(f)}
		if f.Times == 1 {
			side.Notes = []Statement{{Word: "note", Text: "one firing of each says little of memory and latency: --times 20 fires each 20 times"}}
		}
		s.Sections = append(s.Sections, side)
	}
	memory := Section{Title: "Memory", Table: excursions(f)}
	if f.Memory.Metric == Unreclaimable {
		memory.Notes = []Statement{{Word: "note", Text: "unreclaimable is anon + shmem + kernel, what the kernel cannot take back: it decides"}}
	}
	s.Sections = append(s.Sections, memory)
	return s
}

// firedSteps is the table of what was fired to be compared.
func firedSteps(f soak.Fired) *grid {
	g := &grid{Columns: []column{{name: "step"}, {"sent", true}, {"p95", true}, {"answer", true}, {"rose", true}, {"stayed", true}}}
	if f.Tap != nil {
		g.Columns = append(g.Columns, column{"upstream", true})
	}
	for _, x := range f.Compared {
		answer := "-"
		if x.Load.Requests > 0 {
			answer = soak.FormatBytes(float64(x.Load.Bytes) / float64(x.Load.Requests))
		}
		row := plainCells(
			Clean(strings.TrimPrefix(x.Load.Name, f.Load.Name+" ")), number(x.Load.Requests), millis(x.Load.P95), answer,
			more(x.Memory.Before, x.Memory.Peak), more(x.Memory.Before, x.Memory.After),
		)
		switch {
		case x.Upstream != nil:
			row = append(row, cell{Text: sig3(*x.Upstream)})
		case f.Tap != nil:
			row = append(row, cell{Text: "-"})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// more is by how much memory lies above what it was before.
func more(before, now int64) string {
	if now <= before {
		return "nothing"
	}
	return soak.FormatBytes(float64(now - before))
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
	if f.Brake != nil {
		times += ", until it was stopped"
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
func excursions(f soak.Fired) *grid {
	g := &grid{Columns: []column{{name: "memory"}, {"before", true}, {"peak", true}, {"after", true}, {"stayed", true}}}
	bytes := func(x int64) string { return soak.FormatBytes(float64(x)) }
	add := func(name string, e soak.Excursion) {
		g.Rows = append(g.Rows, plainCells(Clean(name), bytes(e.Before), bytes(e.Peak), bytes(e.After), more(e.Before, e.After)))
	}
	if _, same := f.Components[f.Memory.Metric]; !same && f.Memory.Metric != "" {
		add(f.Memory.Metric, f.Memory.Excursion)
	}
	for _, m := range soak.Metrics() {
		if e, ok := f.Components[m.String()]; ok {
			add(m.String(), e)
		}
	}
	return g
}
