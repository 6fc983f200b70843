package cmd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"leakcheck/soak"
	"leakcheck/soak/experiment"
	"leakcheck/soak/load"
)

// variants are the scenarios that a name stands for: itself, or one for each
// step of a scenario that compares them.
func (t *trial) variants(name string) ([]string, error) {
	s, err := t.scenario(name)
	if err != nil || !s.Compare || len(s.Steps) < 2 {
		return []string{name}, err
	}
	var names []string
	for i := range s.Steps {
		one := *s
		one.Steps, one.Compare = s.Steps[i:i+1], false
		one.Name = name + " " + distinction(s.Steps, i)
		if t.node.profile.Scenarios[one.Name] != nil {
			one.Name += fmt.Sprintf(" (%d)", i+1) // two steps that say the same
		}
		t.node.profile.Scenarios[one.Name] = &one
		names = append(names, one.Name)
	}
	return names, nil
}

// distinction is what tells a step from the others.
func distinction(steps []soak.Step, i int) string {
	var parts []string
	for _, key := range sortedKeys(steps[i].Query) {
		if slices.ContainsFunc(steps, func(s soak.Step) bool { return s.Query[key] != steps[i].Query[key] }) {
			parts = append(parts, key+"="+steps[i].Query[key])
		}
	}
	if slices.ContainsFunc(steps, func(s soak.Step) bool { return s.Path != steps[i].Path || s.Method != steps[i].Method }) {
		parts = append([]string{cmp.Or(steps[i].Method, "GET") + " " + steps[i].Path}, parts...)
	}
	if len(parts) == 0 {
		return fmt.Sprintf("step %d", i+1)
	}
	return strings.Join(parts, " ")
}

// shots are what a firing consists of, and what went through the tap by the end
// of each.
type shots struct {
	experiment.Shots
	names []string
	taps  []float64
}

// compared is how the shots did beside each other; nil for a single one.
func (t *trial) compared(s *shots) (all []soak.FiredStep) {
	if len(s.names) < 2 {
		return nil
	}
	before := 0.0
	for i, name := range s.names {
		step := soak.FiredStep{Load: t.fired(name)}
		step.Memory, _ = s.All[i].Memory()
		if i < len(s.taps) && t.tap != nil {
			if step.Load.Requests > 0 {
				each := (s.taps[i] - before) / float64(step.Load.Requests)
				step.Upstream = &each
			}
			before = s.taps[i]
		}
		all = append(all, step)
	}
	return all
}

// together joins what the shots did.
func (t *trial) together(s *shots, name string) (sum soak.ScenarioResult, memory soak.Recovery, components map[string]soak.Excursion) {
	sum = soak.ScenarioResult{Name: name, Errors: map[soak.ErrorKind]int64{}}
	var latency [][]byte
	for i, part := range s.names {
		r := t.fired(part)
		sum.Due, sum.Requests, sum.Bytes = sum.Due+r.Due, sum.Requests+r.Requests, sum.Bytes+r.Bytes
		for kind, n := range r.Errors {
			sum.Errors[kind] += n
		}
		latency = append(latency, t.latency[part]...)
		m, c := s.All[i].Memory()
		if i == 0 {
			memory, components = m, c
			continue
		}
		if m.Before == 0 {
			continue // it did not come to that
		}
		memory.Excursion = joinExcursions(memory.Excursion, m.Excursion)
		memory.Rose, memory.Slack = memory.Rose || m.Rose, max(memory.Slack, m.Slack)
		memory.Back = memory.After <= memory.Before+memory.Slack
		memory.Seconds = m.Seconds
		for k, x := range c {
			components[k] = joinExcursions(components[k], x)
		}
	}
	if q, err := load.Latencies(latency...); err == nil {
		sum.P50, sum.P95, sum.P99, sum.Max = q.P50, q.P95, q.P99, q.Max
	}
	if memory.Back && memory.Seconds == nil {
		memory.Seconds = new(float64)
	}
	return sum, memory, components
}

func joinExcursions(a, b soak.Excursion) soak.Excursion {
	return soak.Excursion{Before: a.Before, Peak: max(a.Peak, b.Peak), After: b.After}
}
