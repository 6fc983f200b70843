package report

import (
	"maps"
	"slices"

	"leakcheck/soak"
)

// cleaned copies a report with every text from outside made safe to print, so
// that no face can forget to do it.
func cleaned(r soak.Report) soak.Report {
	r.Run.ID, r.Run.Profile, r.Run.Version = Clean(r.Run.ID), Clean(r.Run.Profile), Clean(r.Run.Version)
	r.Run.Targets = each(r.Run.Targets, func(t *soak.TargetInfo) {
		cleanAll(&t.Name, &t.Kind, &t.ID, &t.Image, &t.Profile, &t.URL, &t.Source, &t.Health)
		labels := make(map[string]string, len(t.Labels))
		for k, v := range t.Labels {
			labels[Clean(k)] = Clean(v)
		}
		t.Labels = labels
	})
	r.Run.Interruptions = each(r.Run.Interruptions, func(i *soak.Interruption) { cleanAll(&i.Reason) })
	r.Memory = each(r.Memory, cleanMemory)
	r.Checks = each(r.Checks, func(c *soak.CheckResult) {
		cleanAll(&c.ID, &c.Target, &c.Text, &c.Window, &c.Value, &c.Threshold, &c.Evidence, &c.Hint, &c.Next)
		cleanAll(&c.Outcome)
	})
	r.Signals = each(r.Signals, func(s *soak.SignalResult) { cleanAll(&s.Name, &s.Target, &s.Text) })
	r.Load.Scenarios = each(r.Load.Scenarios, func(s *soak.ScenarioResult) { cleanAll(&s.Name) })
	cleanAll(&r.Run.LoadLevel)
	cleanAll(&r.Run.Kind)
	if r.Load.Brake != nil {
		brake := *r.Load.Brake
		cleanAll(&brake.Reason)
		r.Load.Brake = &brake
	}
	r.Events = each(r.Events, func(e *soak.Event) { cleanAll(&e.Target, &e.Text); cleanAll(&e.Kind) })
	r.Errors = each(r.Errors, func(l *soak.ErrorLine) { cleanAll(&l.Target, &l.Text) })
	r.Rollback = each(r.Rollback, func(b *soak.Rollback) {
		cleanAll(&b.Target)
		b.Steps = each(b.Steps, func(s *string) { cleanAll(s) })
	})
	r.Warnings = each(r.Warnings, func(w *string) { cleanAll(w) })
	return r
}

func cleanMemory(m *soak.MemoryResult) {
	cleanAll(&m.Source, &m.Target, &m.Why)
	m.Warnings = each(m.Warnings, func(w *string) { cleanAll(w) })
	m.Models = each(m.Models, func(x *soak.Model) { cleanAll(&x.Name) })
	m.Traits = each(m.Traits, func(t *soak.Trait) { cleanAll(t) })
	cleanAll(&m.Pattern)
	cleanAll(&m.Leak)
	if m.Forecast != nil {
		f := *m.Forecast
		cleanAll(&f.Wall)
		m.Forecast = &f
	}
	m.Components = maps.Clone(m.Components)
}

func cleanAll[T ~string](texts ...*T) {
	for _, t := range texts {
		*t = T(Clean(string(*t)))
	}
}

// each copies a slice and changes the copy's elements.
func each[T any](in []T, change func(*T)) []T {
	out := slices.Clone(in)
	for i := range out {
		change(&out[i])
	}
	return out
}
