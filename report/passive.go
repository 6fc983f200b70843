package report

import (
	"fmt"
	"strconv"
	"strings"

	"leakcheck/soak"
)

// PassiveSheet puts into words, for each target, what growth coincided with and
// how closely, and what it could not be compared with.
func PassiveSheet(all []soak.Passive) *Sheet {
	s := &Sheet{Kind: "coincidences", raw: struct {
		Schema  string         `json:"schema"`
		Results []soak.Passive `json:"results"`
	}{soak.PassiveSchema, each(list(all), func(p *soak.Passive) {
		p.Seen, p.Untold, p.Warnings = list(p.Seen), list(p.Untold), list(p.Warnings)
	})}}
	for i, r := range all {
		said, facts := passiveHeadline(r), passiveFacts(r)
		first := Section{}
		if i == 0 {
			s.Headline, s.Facts = said, facts
		} else {
			first = Section{Said: said, Facts: facts}
		}
		first.Table, first.Notes = coincidences(r)
		if first.Table != nil || i > 0 {
			s.Sections = append(s.Sections, first)
		}
		if len(r.Untold) > 0 {
			s.Sections = append(s.Sections, Section{Title: "Not compared", Notes: untold(r.Untold)})
		}
	}
	return s
}

func passiveHeadline(r soak.Passive) Statement {
	s := Statement{Word: "COINCIDENCE", Text: Clean(r.Target) + ": " + Clean(r.Why), Tone: Caution}
	switch {
	case len(r.Seen) == 0:
		s.Word = "NOT MEASURED"
	case !r.Seen[0].Coincides:
		s.Word = "NOTHING FOUND"
	}
	return s
}

func passiveFacts(r soak.Passive) []Fact {
	facts := []Fact{
		{Label: "growth", Text: fmt.Sprintf("the floor rose by %s in %s, by %s; leak: %s", soak.FormatBytes(r.Growth), span(r.To.Sub(r.From)), Clean(r.Source), r.Leak)},
	}
	if len(r.Seen) > 0 {
		facts = append(facts, Fact{Label: "compared", Text: fmt.Sprintf("over %d stretches of %s; p is chance's, for all of them at any lag together", r.Bins, span(seconds(r.Bin)))})
	}
	for _, w := range r.Warnings {
		facts = append(facts, Fact{Label: "warning", Text: Clean(w), Tone: Caution})
	}
	if len(r.Seen) > 0 && r.Seen[0].Coincides {
		facts = append(facts, Fact{Label: "next", Text: "`leakcheck diagnose` with a scenario that does this tells whether it is the cause; nothing here does"})
	}
	return facts
}

// mostUnlike is how many happenings are shown that growth does not coincide
// with, or was not compared with.
const mostUnlike = 10

// coincidences is the table of what was compared, the closest first.
func coincidences(r soak.Passive) (g *grid, notes []Statement) {
	if len(r.Seen) == 0 {
		return nil, nil
	}
	g = &grid{Columns: []column{
		{name: "coincides"}, {name: "what happened"}, {name: "times", right: true}, {name: "strength", right: true}, {name: "lag", right: true},
		{name: "p", right: true}, {name: "growth when busy", right: true}, {name: "of time", right: true},
	}}
	unlike, told := 0, map[string]bool{}
	for _, c := range r.Seen {
		mark, tone, what := "no", Plain, c.Kind+" "+shorten(Clean(c.Name), 60)
		if c.Coincides {
			mark, tone = "yes", Caution
		} else if unlike++; unlike > mostUnlike {
			continue
		}
		row := plainCells(
			mark, what, sig3(c.Count), strconv.FormatFloat(c.Strength, 'f', 2, 64), lagText(c.Lag), strconv.FormatFloat(c.P, 'f', 3, 64),
			soak.FormatBytes(c.Busy), fmt.Sprintf("%.0f %%", 100*c.BusyShare),
		)
		row[0].Tone = tone
		g.Rows = append(g.Rows, row)
		if c.Coincides && len(c.With) > 0 && !told[what] {
			for _, other := range c.With {
				told[other] = true
			}
			notes = append(notes, Statement{Word: "alike", Text: what + " goes up and down with " + Clean(strings.Join(c.With, ", ")) + ": growth cannot tell them apart"})
		}
	}
	if more := unlike - mostUnlike; more > 0 {
		notes = append(notes, Statement{Word: "more", Text: plural(int64(more), "kind") + " that growth does not coincide with"})
	}
	return g, notes
}

func lagText(s float64) string {
	if s == 0 {
		return "none"
	}
	return span(seconds(s))
}

// untold lists what could not be compared.
func untold(all []soak.Untold) (notes []Statement) {
	for _, u := range all[:min(len(all), mostUnlike)] {
		notes = append(notes, Statement{Word: u.Kind, Text: Clean(u.Name) + ": " + Clean(u.Why)})
	}
	if more := len(all) - mostUnlike; more > 0 {
		notes = append(notes, Statement{Word: "more", Text: plural(int64(more), "kind")})
	}
	return notes
}
