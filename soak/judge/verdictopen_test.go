package judge

import (
	"math"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestAHealthyDayPasses: a node that has no reason to print what some checks
// read, or that took its time to warm up, passes a day all the same. One whose
// log could not be read does not.
func TestAHealthyDayPasses(t *testing.T) {
	noMissingRecord := func(x *tale) { x.without("GUN 404 Cache") }
	for name, c := range map[string]struct {
		apply func(*tale)
		open  []string // checks that stay open
		want  soak.Verdict
	}{
		"as the documents have it": {func(*tale) {}, nil, soak.VerdictPass},
		"no record is missing": {
			noMissingRecord, []string{"cache-line-seen", "hit-rate-30m", "hit-rate-after-1h", "hit-rate-24h", "cleanup-24h", "cache-bounded-24h"}, soak.VerdictPass,
		},
		"too few lookups to tell": {fewLookups, []string{"hit-rate-after-1h", "hit-rate-24h"}, soak.VerdictPass},
		"a night in which nobody asks": { // and nothing expires
			func(x *tale) { x.between(8*time.Hour, 17*time.Hour, "GUN 404 Cache") }, nil, soak.VerdictPass,
		},
		"without a memory monitor": {
			func(x *tale) { x.without("Memory Monitor") }, []string{"external-ratio", "no-other-source-24h"}, soak.VerdictPass,
		},
		"a warm-up of hours": {
			func(x *tale) {
				x.every = time.Minute
				x.without("Memory Monitor")
				m := x.memory
				x.memory = func(d time.Duration) float64 { return m(d) + 400e6*(1-math.Exp(-d.Hours()/0.7)) }
			}, []string{"pattern-1h", "pattern-2h"}, soak.VerdictPass,
		},
		"the log was not read": {func(x *tale) { x.noLog = true }, []string{"hit-rate-24h", "no-retried-404-24h"}, soak.VerdictInconclusive},
	} {
		t.Run(name, func(t *testing.T) {
			x := fixed(day)
			c.apply(x)
			r := x.tell(t, "fitnessally")
			if r.Verdict != c.want {
				t.Errorf("verdict %s, want %s", r.Verdict, c.want)
				for _, check := range r.Checks {
					if check.HoldsUp() || check.Outcome == soak.Fail {
						t.Logf("%s %s: %s", check.Outcome, check.ID, check.Evidence)
					}
				}
			}
			for _, id := range c.open {
				if got := outcome(t, r, id); got.Outcome != soak.Inconclusive {
					t.Errorf("%s: %s (%s), want inconclusive", id, got.Outcome, got.Evidence)
				}
			}
		})
	}
}
