package experiment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"leakcheck/soak"
)

// compare fills in what growth coincides with.
func (p *Passive) compare(r *soak.Passive, growth []increment, first int) {
	var series []happens
	for h, c := range p.kinds {
		x := make([]float64, len(growth))
		for i := range x { // bin first+1+i is where memory came out after growth[i]
			if at := first + 1 + i; at < len(c.bins) {
				x[i] = c.bins[at]
			}
		}
		if why := incomparable(x); why != "" {
			r.Untold = append(r.Untold, soak.Untold{Kind: h.kind, Name: h.name, Why: why})
			continue
		}
		series = append(series, happens{happening: h, total: c.total, x: x})
	}
	slices.SortFunc(series, func(a, b happens) int {
		return cmp.Or(cmp.Compare(b.total, a.total), cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	})
	if len(series) > mostCompared {
		r.Warnings = append(r.Warnings, fmt.Sprintf("only the %d most frequent of %d kinds of happenings were compared", mostCompared, len(series)))
		series = series[:mostCompared]
	}
	var undecided []soak.Untold
	r.Seen, undecided = coincide(growth, series, p.width)
	r.Untold = append(r.Untold, undecided...)
	slices.SortFunc(r.Untold, func(a, b soak.Untold) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	r.Why = conclusion(r, len(undecided))
}

const (
	// rare is how many bins something must happen in.
	rare = 5
	// even is by what share of the usual nine of ten bins may differ from each
	// other and still be called even.
	even = 0.1
)

func incomparable(x []float64) string {
	in := 0
	for _, n := range x {
		if n > 0 {
			in++
		}
	}
	sorted := slices.Sorted(slices.Values(x))
	n := len(x)
	usual, spread := sorted[n/2], sorted[n-1-n/20]-sorted[n/20]
	switch {
	case in < rare:
		return fmt.Sprintf("it happened in only %d stretches", in)
	case usual > 0 && spread <= even*usual, usual >= 5 && spread <= 1:
		return "it happened at an even rate all along: growth cannot go up and down with it"
	}
	return ""
}

func conclusion(r *soak.Passive, undecided int) string {
	var names []string
	for _, c := range r.Seen {
		if c.Coincides {
			names = append(names, c.Kind+" "+c.Name)
		}
	}
	switch {
	case len(r.Seen) == 0 && undecided > 0:
		return fmt.Sprintf("all %d kinds of happenings that were seen have growth's own rhythm: only an experiment can tell whether it comes from there", undecided)
	case len(r.Seen) == 0:
		return "nothing that growth could be compared with was seen"
	case len(names) == 0:
		return fmt.Sprintf("growth coincides with none of %d kinds of happenings more than chance would have it", len(r.Seen))
	}
	return "growth coincides with " + strings.Join(names[:min(len(names), 3)], ", ") + "; whether it comes from there, only an experiment can tell"
}
