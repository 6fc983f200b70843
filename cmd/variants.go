package cmd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"leakcheck/soak"
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
