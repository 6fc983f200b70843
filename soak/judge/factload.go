package judge

import (
	"fmt"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// load answers load.NAME and load.SCENARIO.NAME.
func (f *facts) load(scenario, name string) checklist.Fact {
	c := f.w.load[scenario]
	switch {
	case f.t != f.j.loaded():
		return checklist.Fact{Missing: "load goes to " + f.j.loaded().info.Name + " only", Unfired: true}
	case c == nil || c.requests == 0:
		return checklist.Fact{Missing: f.unfired(scenario), Unfired: true}
	}
	switch name {
	case "requests":
		return checklist.Number(float64(c.requests))
	case "errors":
		return checklist.Fact{Value: float64(c.errors), Note: c.kindsText()}
	case "error_rate":
		if c.ended() == 0 {
			return checklist.Missing(fmt.Sprintf("none of %s requests has had an answer yet", grouped(c.requests)))
		}
		return checklist.Fact{Value: float64(c.errors) / float64(c.ended()), Note: fmt.Sprintf("%s of %s", grouped(c.errors), grouped(c.ended()))}
	case "p50":
		return f.latency(c, scenario, 50)
	case "p95":
		return f.latency(c, scenario, 95)
	case "p99":
		return f.latency(c, scenario, 99)
	case "max":
		return f.latency(c, scenario, 100)
	case "drift":
		return f.drift(scenario)
	}
	return f.spike(scenario, name)
}

// unfired says that a scenario was not fired, and of health requests why.
func (f *facts) unfired(scenario string) string {
	switch scenario {
	case allScenarios:
		return "no load was fired in this window"
	case soak.HealthScenario:
		return "no health request was sent in this window: " + f.unasked()
	}
	return "the scenario " + scenario + " was not fired in this window"
}

// unasked says why nobody asked the target's health path.
func (f *facts) unasked() string {
	switch info := f.j.info; {
	case info.Kind == soak.KindVerify:
		return "verify sends none unless it is told to (--ask-health)"
	case info.LoadLevel == soak.LoadNone:
		return "nothing was to be sent (--load none)"
	case len(info.Targets) > 1 && f.j.loaded() != f.t:
		return "they go to " + f.j.loaded().info.Name + ", which gets the load"
	}
	return "it takes a health path in the profile (service: health), and a port there or a --url"
}

func (f *facts) latency(c *counts, scenario string, quantile float64) checklist.Fact {
	switch {
	case c == nil || c.requests == 0:
		return checklist.Fact{Missing: f.unfired(scenario), Unfired: scenario != soak.HealthScenario}
	case c.latency == nil:
		return checklist.Missing(fmt.Sprintf("none of %s requests was answered", grouped(c.requests)))
	}
	return checklist.Number(c.ms(quantile))
}

func (f *facts) availability() checklist.Fact {
	c := f.w.load[soak.HealthScenario]
	if c == nil || c.requests == 0 {
		return checklist.Missing(f.unfired(soak.HealthScenario))
	}
	ended := c.ended()
	if ended == 0 {
		return checklist.Missing(fmt.Sprintf("none of %s health requests has had an answer yet", grouped(c.requests)))
	}
	return checklist.Fact{
		Value: float64(ended-c.errors) / float64(ended),
		Note:  fmt.Sprintf("%s of %s health requests failed", grouped(c.errors), grouped(ended)),
	}
}

func (f *facts) drift(scenario string) checklist.Fact {
	d, frozen := f.w.drift[scenario]
	if c := f.j.load.courses[scenario]; !frozen && c != nil {
		d.factor, d.ok = c.drift(later(f.from, c.start), f.to)
	}
	if !d.ok {
		return checklist.Missing(fmt.Sprintf("the first and the last quarter of the window need %d answers each to compare their latency", enough))
	}
	return checklist.Number(d.factor)
}

// spike answers spike and recovered of a scenario.
func (f *facts) spike(scenario, name string) checklist.Fact {
	s := f.w.spikes[scenario]
	if last := f.j.load.firings[scenario]; last != nil && last.settled(f.j.load.spikeWithin()) {
		s = s.with(f.w, *last)
	}
	switch {
	case s.firings == 0:
		return checklist.Missing(fmt.Sprintf("no firing of %s has been watched from before it until the memory settled", scenario))
	case name == "spike":
		return checklist.Fact{Value: float64(s.worst), Note: fmt.Sprintf("the worst of %d, %s", s.firings, f.when(s.worstAt))}
	}
	return checklist.Fact{Value: s.unrecovered == 0, Note: fmt.Sprintf("%d of %d firings", s.firings-s.unrecovered, s.firings)}
}
