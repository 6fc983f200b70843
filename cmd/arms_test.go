package cmd

import (
	"slices"
	"testing"

	"leakcheck/soak"
)

// A scenario that the load plan does not fire is said to be left out, unless
// the user picked what to try.
func TestScenariosThatAreLeftOutAreNamed(t *testing.T) {
	p := &soak.Profile{
		Scenarios: map[string]*soak.Scenario{"browse": {}, "order": {}, "search": {}},
		Load:      map[soak.LoadLevel][]soak.Phase{soak.LoadGentle: {{Fire: []soak.Firing{{Scenario: "browse"}}}}},
	}
	if got := leftOut(p, nil); !slices.Equal(got, []string{"order", "search"}) {
		t.Errorf("%v", got)
	}
	if got := leftOut(p, []string{"browse"}); got != nil {
		t.Errorf("the user picked: %v", got)
	}
}
