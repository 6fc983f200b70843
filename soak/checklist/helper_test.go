package checklist

import (
	"testing"
	"time"

	"leakcheck/soak"
)

var start = time.Date(2024, 12, 8, 9, 0, 0, 0, time.UTC)

var rules = []soak.SignalRule{
	{Name: "retries_exhausted", Pattern: `after 2 retries`},
	{
		Name: "cache_hit_rate", Pattern: `(?P<hits>\d+)/(?P<lookups>\d+) hits \((?P<rate>[\d.]+)%`, Units: map[string]string{"rate": "%"},
	},
	{
		Name: "memory_monitor", Pattern: `RSS: (?P<rss>\d+)MB, External: (?P<external>\d+)MB`,
		Units: map[string]string{"rss": "MB", "external": "MB"}, Ratios: map[string][]string{"ratio": {"external", "rss"}},
	},
}

// ended is the view of a container a while after its start, when the run is over.
func ended(after time.Duration, facts FactMap) View {
	return View{
		Target:  soak.TargetInfo{Name: "fitnessally-oip-gpu-1", Image: "oip:latest", Labels: map[string]string{composeService: "oip-gpu"}},
		Started: start, Now: start.Add(after), Ended: true,
		Fired: func(string) bool { return true },
		Facts: func(soak.Window) Facts { return facts },
	}
}

func mustCompile(t *testing.T, checks ...soak.Check) *List {
	t.Helper()
	for i := range checks {
		if checks[i].ID == "" {
			checks[i].ID = "check"
		}
	}
	l, err := Compile(checks, rules, "workout", "meal-plan", "burst")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// judge evaluates one check.
func judge(t *testing.T, c soak.Check, v View) soak.CheckResult {
	t.Helper()
	return mustCompile(t, c).Evaluate(v)[0]
}

func hours(n float64) soak.Duration { return soak.Duration(n * float64(time.Hour)) }
