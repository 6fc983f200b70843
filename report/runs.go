package report

import (
	"io"
	"strings"
	"time"

	"leakcheck/soak"
)

// Run is one stored run in a list.
type Run struct {
	ID    string `json:"id"`
	State string `json:"state"`
	// Kind is soak, verify, fire or diagnose; empty for a run that cannot be read.
	Kind    string   `json:"kind,omitempty"`
	Profile string   `json:"profile"`
	Targets []string `json:"targets"`
	// Started is when the run began, Duration how long its data goes.
	Started  time.Time `json:"started"`
	Duration float64   `json:"duration_s"`
	Bytes    int64     `json:"bytes"`
	// Problem says why a run cannot be read.
	Problem string `json:"problem,omitempty"`
}

// RunsJSON prints a list of runs as the leakcheck.runs/1 contract.
func RunsJSON(w io.Writer, runs []Run) error {
	return writeJSON(w, struct {
		Schema string `json:"schema"`
		Runs   []Run  `json:"runs"`
	}{"leakcheck.runs/1", each(list(runs), func(r *Run) { r.Targets = list(r.Targets) })})
}

// RunsText prints a list of runs as a table; now is what times are near to.
func RunsText(w io.Writer, runs []Run, now time.Time, o TextOptions) error {
	p := newPrinter(o)
	if p.Plain {
		p.Width = 1000 // an id is never cut where there is no screen to fit
	}
	var rows [][]string
	for _, r := range runs {
		rows = append(rows, []string{
			Clean(r.ID), r.State, Clean(r.Kind), clock(r.Started, now), elapsed(seconds(r.Duration)), soak.FormatBytes(float64(r.Bytes)),
			targets(&r),
		})
	}
	p.table([]column{{name: "run"}, {name: "state"}, {name: "kind"}, {name: "started"}, {name: "length", right: true}, {name: "size", right: true}, {name: "targets"}}, rows)
	for _, r := range runs {
		if r.Problem != "" {
			p.labelled("", Clean(r.ID), width(r.ID)+2, Clean(r.Problem), Caution)
		}
	}
	return p.flush(w)
}

// targets names what a run watched, and by which profile.
func targets(r *Run) string {
	if r.Profile == "" {
		return Clean(strings.Join(r.Targets, ", "))
	}
	return Clean(strings.Join(r.Targets, ", ") + " (" + r.Profile + ")")
}
