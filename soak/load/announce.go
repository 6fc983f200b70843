package load

import (
	"fmt"
	"math"
	"net/url"
	"sort"
	"strings"
	"time"

	"leakcheck/soak"
)

// Announced is what a plan will send of one scenario.
type Announced struct {
	Scenario string
	Summary  string
	// Steps are the requests, such as "GET /api/records?limit=5", with every
	// credential still a placeholder.
	Steps []string
	// Clients is how many run the steps at the same time.
	Clients int
	// Requests is how many will be sent in all, or in an hour of a run without
	// an end, and PerHour the average. Both are infinite for a closed loop,
	// which sends as fast as it is answered.
	Requests float64
	PerHour  float64
}

// String is one line of the announcement.
func (a Announced) String() string {
	clients := ""
	if a.Clients > 1 {
		clients = fmt.Sprintf(", %d clients at a time", a.Clients)
	}
	amount := "as fast as it is answered"
	if !math.IsInf(a.Requests, 1) {
		amount = fmt.Sprintf("%.0f requests (%s an hour)", a.Requests, round(a.PerHour))
	}
	return fmt.Sprintf("%s: %s%s: %s", a.Scenario, amount, clients, strings.Join(a.Steps, ", "))
}

func round(perHour float64) string {
	if perHour < 10 {
		return fmt.Sprintf("%.1f", perHour)
	}
	return fmt.Sprintf("%.0f", perHour)
}

// Announce says what a plan will send in a run of a duration, 0 meaning that
// it has no end: one entry for each scenario, in the order in which they are
// first fired.
func Announce(plan []soak.Phase, scenarios map[string]*soak.Scenario, duration time.Duration) []Announced {
	var all []Announced
	at := map[string]int{}
	start := time.Duration(0)
	total := duration
	if total == 0 {
		total = length(plan)
	}
	if total == 0 {
		total = time.Hour
	}
	for _, p := range plan {
		span := p.For.D()
		if span == 0 {
			span = total - start
		}
		span = min(span, total-start)
		for _, f := range p.Fire {
			s := scenarios[f.Scenario]
			if s == nil || span <= 0 {
				continue
			}
			i, known := at[f.Scenario]
			if !known {
				i = len(all)
				at[f.Scenario] = i
				all = append(all, describe(f.Scenario, s))
			}
			all[i].Requests += iterations(f, span, p.For.D()) * float64(max(s.Workers, 1)*len(s.Steps))
		}
		start += span
	}
	for i := range all {
		all[i].PerHour = all[i].Requests / total.Hours()
	}
	return all
}

func describe(name string, s *soak.Scenario) Announced {
	a := Announced{Scenario: name, Summary: s.Summary, Clients: max(s.Workers, 1)}
	for _, step := range s.Steps {
		method := strings.ToUpper(step.Method)
		if method == "" {
			method = "GET"
		}
		a.Steps = append(a.Steps, method+" "+step.Path+queryNames(step))
	}
	return a
}

// queryNames shows a step's query; a value that holds a credential is not read.
func queryNames(step soak.Step) string {
	if len(step.Query) == 0 {
		return ""
	}
	var pairs []string
	for name, value := range step.Query {
		if !placeholder.MatchString(value) {
			value = url.QueryEscape(value)
		}
		pairs = append(pairs, name+"="+value)
	}
	sort.Strings(pairs)
	return "?" + strings.Join(pairs, "&")
}

// iterations is how often a firing fires its steps in the first span of a
// phase of a length.
func iterations(f soak.Firing, span, length time.Duration) float64 {
	switch {
	case f.Every > 0:
		if span <= f.After.D() {
			return 0
		}
		return math.Ceil(float64(span-f.After.D()) / float64(f.Every))
	case f.Rate > 0:
		return math.Ceil(dueBy(f, span, length))
	case f.Loops > 0:
		return float64(f.Loops)
	}
	return math.Inf(1)
}

// length is a plan's, 0 if it goes on to the end of the run.
func length(plan []soak.Phase) (total time.Duration) {
	for _, p := range plan {
		if p.For == 0 {
			return 0
		}
		total += p.For.D()
	}
	return total
}
