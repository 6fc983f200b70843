package cmd

import (
	"strings"

	"leakcheck/soak"
	"leakcheck/soak/experiment"
	"leakcheck/soak/load"
	"leakcheck/soak/record"
)

// fired puts together what came of a firing from what the run saw, while it
// goes on or from its record.
type fired struct {
	shots  *experiment.Shots
	design soak.FiringDesign
	*tally
	tap         map[string]float64
	brake       *soak.Brake
	interrupted bool
}

// refired replays a record to the firing that it holds: the marks that part its
// phases first.
func refired(rec *record.Record) (soak.Fired, error) {
	info := rec.Meta().Info
	f := &fired{shots: &experiment.Shots{Target: info.Targets[0].Name}, design: *info.Firing, tally: newTally()}
	for range f.design.Shots {
		f.shots.All = append(f.shots.All, &experiment.Shot{})
	}
	err := rec.Replay(experiment.Marks{Shots: f.shots})
	if err == nil {
		err = rec.Replay(fanout{f.shots, f})
	}
	if err != nil {
		return soak.Fired{}, notMeasured(err)
	}
	return f.result(info), nil
}

// Record keeps what the result must say. It never fails.
func (f *fired) Record(b soak.Batch) error {
	for _, e := range b.Events {
		switch {
		case e.Kind == soak.EventBrake:
			f.brake = &soak.Brake{At: e.At, Reason: strings.TrimPrefix(e.Text, soak.Braked)}
		case e.Kind == soak.EventEnded && f.brake == nil:
			f.brake = &soak.Brake{At: e.At, Reason: e.Text}
		case e.Kind == soak.EventInterrupt:
			f.interrupted = true
		case e.Kind == soak.EventWarning:
			f.warn(e.Text)
		}
	}
	for _, s := range b.Signals {
		if s.Name == soak.TapSignal {
			f.tap = s.Values
		}
	}
	for _, in := range b.Load {
		f.count(in)
	}
	return nil
}

// result is what came of it.
func (f *fired) result(info soak.RunInfo) soak.Fired {
	r := soak.Fired{
		Schema: soak.FiredSchema, Target: info.Targets[0].Name, Profile: info.Profile, Version: info.Version,
		Started: info.Started, Duration: info.Duration, Times: f.design.Times, Compared: f.compared(), Brake: f.brake,
	}
	r.Load, r.Memory, r.Components = f.together()
	if f.tap != nil {
		r.Tap = &soak.TapSeen{Values: f.tap}
		if n := r.Load.Requests; n > 0 {
			r.Tap.PerClientRequest = f.tap["requests"] / float64(n)
		}
	}
	experiment.Decide(&r)
	if t := info.Targets[0]; r.ExitCode == soak.ExitInconclusive && t.Kind == "container" {
		words := []string{"leakcheck diagnose --container", shellWord(t.Name)}
		if t.Flags != "" {
			words = append(words, t.Flags)
		}
		r.Next = strings.Join(append(words, "--scenario", shellWord(f.design.Scenario)), " ")
	}
	if f.interrupted {
		r.ExitCode, r.Why = soak.ExitInterrupted, "interrupted: "+r.Why
	}
	r.Warnings = f.warnings
	return r
}

// compared is how the shots did beside each other; nil for a single one.
func (f *fired) compared() (all []soak.FiredStep) {
	if len(f.design.Shots) < 2 {
		return nil
	}
	before, upstreams := 0.0, f.shots.Upstreams()
	for i, name := range f.design.Shots {
		step := soak.FiredStep{Load: f.fired(name)}
		step.Memory, _ = f.shots.All[i].Memory()
		if i < len(upstreams) {
			if step.Load.Requests > 0 {
				each := (upstreams[i] - before) / float64(step.Load.Requests)
				step.Upstream = &each
			}
			before = upstreams[i]
		}
		all = append(all, step)
	}
	return all
}

// together joins what the shots did.
func (f *fired) together() (sum soak.ScenarioResult, memory soak.Recovery, components map[string]soak.Excursion) {
	sum = soak.ScenarioResult{Name: f.design.Scenario, Errors: map[soak.ErrorKind]int64{}}
	var latency [][]byte
	for i, part := range f.design.Shots {
		r := f.fired(part)
		sum.Due, sum.Requests, sum.Bytes = sum.Due+r.Due, sum.Requests+r.Requests, sum.Bytes+r.Bytes
		for kind, n := range r.Errors {
			sum.Errors[kind] += n
		}
		latency = append(latency, f.latency[part]...)
		m, c := f.shots.All[i].Memory()
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
