package cmd_test

import (
	"testing"

	"leakcheck/probe"
	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// TestEveryCountOfATapIsAFact holds what a tap counts and what checks may read
// of it together.
func TestEveryCountOfATapIsAFact(t *testing.T) {
	counts := probe.TapCounts{Requests: 3, Keys: 1, MissingKeys: 1, Status: map[int]int64{404: 3}}
	for name := range counts.Values() {
		if _, err := checklist.Compile([]soak.Check{{ID: "x", Expr: "tap." + name + " >= 0"}}, nil); err != nil {
			t.Error(err)
		}
	}
}
