package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"leakcheck/soak"
)

// allScenarios is the key under which all scenarios count together.
const allScenarios = ""

// traffic is the load of a run. It goes to one target, whose windows it fills.
type traffic struct {
	judge   *Judge
	total   map[string]*counts
	earlier map[string]*counts // of runs before this one, which a look at what runs already has read
	courses map[string]*course
	firings map[string]*firing // the latest of each scenario
	recent  recent
	damaged bool // a latency histogram could not be read
}

// counts is what was fired of one scenario in one stretch.
type counts struct {
	due, requests, errors, bytes int64
	kinds                        map[soak.ErrorKind]int64
	latency                      *latencies // nil until there is one
}

func newTraffic(j *Judge) *traffic {
	return &traffic{judge: j, total: map[string]*counts{}, earlier: map[string]*counts{}, courses: map[string]*course{}, firings: map[string]*firing{}}
}

// add takes what was fired of one scenario in one interval.
func (t *traffic) add(x soak.LoadInterval) {
	latency, err := unpack(x.Latency)
	t.damaged = t.damaged || err != nil
	windows, totals := t.windows(), t.total
	if x.At.Before(t.judge.info.Started) {
		totals = t.earlier
	}
	for _, name := range keys(x.Scenario) {
		count(totals, name, x, latency)
		for _, w := range windows {
			if w.inside(x.At) {
				count(w.load, name, x, latency)
			} else {
				t.freezeDrift(w, name, x)
			}
		}
		t.follow(name, x, latency)
	}
	if x.Requests > 0 && x.Scenario != soak.HealthScenario {
		t.fire(x)
	}
}

// windows are those of the target that gets the load.
func (t *traffic) windows() []*window {
	if to := t.judge.loaded(); to != nil {
		return to.order
	}
	return nil
}

// keys are the names under which a scenario counts. Health requests are no
// part of the load.
func keys(scenario string) []string {
	if scenario == soak.HealthScenario {
		return []string{scenario}
	}
	return []string{scenario, allScenarios}
}

// count adds an interval to the counts of a name.
func count(in map[string]*counts, name string, x soak.LoadInterval, latency *latencies) {
	c := in[name]
	if c == nil {
		c = &counts{kinds: map[soak.ErrorKind]int64{}}
		in[name] = c
	}
	c.due, c.requests, c.bytes = c.due+x.Due, c.requests+x.Requests, c.bytes+x.Bytes
	for kind, n := range x.Errors {
		c.errors += n
		c.kinds[kind] += n
	}
	if latency == nil {
		return
	}
	if c.latency == nil {
		c.latency = newLatencies()
	}
	c.latency.Merge(latency)
}

// ended counts requests that were answered or failed; the others are on their
// way, or the end of the run cut them off. Of those that failed only the kinds
// without any answer have no latency.
func (c *counts) ended() int64 {
	n := c.kinds[soak.ErrorRefused] + c.kinds[soak.ErrorReset] + c.kinds[soak.ErrorOther]
	if c.latency != nil {
		n += c.latency.TotalCount()
	}
	return max(min(n, c.requests), c.errors)
}

// kindsText lists how requests failed: "timeout 3, refused 1".
func (c *counts) kindsText() string {
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(c.kinds)) {
		all = append(all, fmt.Sprintf("%s %s", kind, grouped(c.kinds[kind])))
	}
	return strings.Join(all, ", ")
}

// ms reads a quantile in milliseconds.
func (c *counts) ms(quantile float64) float64 {
	if c.latency == nil {
		return 0
	}
	return float64(c.latency.ValueAtPercentile(quantile)) / 1000
}

// fired reports whether a scenario, or any, was fired.
func (t *traffic) fired(scenario string) bool {
	return t.total[scenario].sent() || t.earlier[scenario].sent()
}

func (c *counts) sent() bool { return c != nil && c.requests > 0 }

// grouped prints a count with its thousands separated.
func grouped[N int | int64](n N) string { return soak.FormatCount(int64(n)) }
