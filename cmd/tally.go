package cmd

import (
	"fmt"
	"slices"

	"leakcheck/soak"
	"leakcheck/soak/load"
)

// tally adds up what was fired of each scenario.
type tally struct {
	counts   map[string]*soak.ScenarioResult
	latency  map[string][][]byte
	warnings []string
}

func newTally() *tally {
	return &tally{counts: map[string]*soak.ScenarioResult{}, latency: map[string][][]byte{}, warnings: []string{}}
}

const maxTrialWarnings = 50

func (t *tally) warn(text string) {
	if !slices.Contains(t.warnings, text) && len(t.warnings) < maxTrialWarnings {
		t.warnings = append(t.warnings, text)
	}
}

func (t *tally) count(in soak.LoadInterval) {
	c := t.counts[in.Scenario]
	if c == nil {
		c = &soak.ScenarioResult{Name: in.Scenario, Errors: map[soak.ErrorKind]int64{}}
		t.counts[in.Scenario] = c
	}
	c.Due, c.Requests, c.Bytes = c.Due+in.Due, c.Requests+in.Requests, c.Bytes+in.Bytes
	for kind, n := range in.Errors {
		c.Errors[kind] += n
	}
	if len(in.Latency) > 0 {
		t.latency[in.Scenario] = append(t.latency[in.Scenario], in.Latency)
	}
}

// fired is what was fired of a scenario.
func (t *tally) fired(scenario string) soak.ScenarioResult {
	c := t.counts[scenario]
	if c == nil {
		return soak.ScenarioResult{Name: scenario, Errors: map[soak.ErrorKind]int64{}}
	}
	q, err := load.Latencies(t.latency[scenario]...)
	if err != nil {
		t.warn(err.Error())
	}
	c.P50, c.P95, c.P99, c.Max = q.P50, q.P95, q.P99, q.Max
	if float64(c.Due-c.Requests) > 0.01*float64(c.Due) {
		t.warn(fmt.Sprintf("only %d of %d requests that were due were sent", c.Requests, c.Due))
	}
	return *c
}
