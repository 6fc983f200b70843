package judge

import (
	"maps"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestSignalsNameTheUnitsOfTheirValues: as the rule gives them; plain numbers,
// and signals that were never seen, have none.
func TestSignalsNameTheUnitsOfTheirValues(t *testing.T) {
	x := fixed(time.Hour)
	for _, l := range leakWarning {
		x.say(30*time.Minute, l)
	}
	want := map[string]map[string]string{
		"cache_hit_rate": {"percent": "percent"},
		"cache_cleaned":  {},
		"external_leak": {"current": "bytes", "growth": "bytes", "over": "seconds", "rate": "bytes per hour",
			"heap_cap": "bytes", "to_crash": "seconds"},
		"memory_monitor": {"heap": "bytes", "heap_total": "bytes", "heap_percent": "percent", "rss": "bytes",
			"external": "bytes", "ratio": "share"},
		"uncaught": nil,
	}
	found := 0
	for _, s := range x.tell(t, "fitnessally").Signals {
		units, asked := want[s.Name]
		if !asked {
			continue
		}
		found++
		if !maps.Equal(s.Units, units) {
			t.Errorf("%s: units %v, want %v", s.Name, s.Units, units)
		}
	}
	if found != len(want) {
		t.Errorf("%d of %d signals are in the report", found, len(want))
	}
}

// TestWarningsOfTheFirstDayAreToldWhenSeen, six hours into it.
func TestWarningsOfTheFirstDayAreToldWhenSeen(t *testing.T) {
	for id, broken := range map[string]func(*tale){
		"no-404-storm-24h": func(x *tale) {
			for range 60 {
				x.say(5*hour, retried)
			}
		},
		"cache-size-24h": func(x *tale) {
			x.say(5*hour, "🧹 [GUN 404 Cache] Cleaned 45 expired entries, 12000 remain")
		},
	} {
		t.Run(id, func(t *testing.T) {
			x := fixed(6 * hour)
			expect(t, "met", outcome(t, x.tell(t, "fitnessally"), id), soak.NotDue)
			broken(x)
			expect(t, "broken", outcome(t, x.tell(t, "fitnessally"), id), soak.Warn)
		})
	}
}
