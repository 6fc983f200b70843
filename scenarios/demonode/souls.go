package demonode

import (
	"strconv"
	"strings"
)

// The relay's world: 56 of its souls are missing.
const (
	missingSouls = 56
	bodySize     = 30_000
)

// reads is what a query for records looks up at a depth: how many souls that
// are there and how many that are missing, at the kind's usual limit.
type reads struct{ found, missing int }

var usualLimit = map[string]int{"workout": 5, "mealPlan": 10}

// A workout query of the documents, at depth 2, reads 64 souls of which all 56
// missing ones; one with ten missing exercises is at depth 1.
var readsAt = map[string][3]reads{
	"workout":  {{0, 0}, {2, 10}, {8, missingSouls}},
	"mealPlan": {{0, 0}, {4, 6}, {8, 20}},
}

// souls lists what a query looks up, in order.
func souls(kind string, depth, limit int) []string {
	plan, ok := readsAt[kind]
	if !ok {
		plan, limit = readsAt["workout"], 0
	}
	r := plan[min(max(depth, 0), 2)]
	usual := max(usualLimit[kind], 1)
	scale := func(n int) int { return (n*limit + usual - 1) / usual }
	var all []string
	for i := range scale(r.found) {
		all = append(all, kind+"-"+strconv.Itoa(i))
	}
	for i := range min(scale(r.missing), missingSouls) {
		all = append(all, missingPrefix+strconv.Itoa(i))
	}
	return all
}

const (
	missingPrefix = "missing-"
	rarePrefix    = "rare-"
)

func isMissing(soul string) bool {
	return strings.HasPrefix(soul, missingPrefix) || strings.HasPrefix(soul, rarePrefix)
}
