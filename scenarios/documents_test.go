package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// sentence is a line of the documents as a check, with facts that meet it and
// facts that break it, one of them each.
type sentence struct {
	check  string
	meets  []string
	breaks []string
	// open facts leave it inconclusive, with this in the evidence.
	open []string
	says string
}

// sentences covers the whole checklist of an OIP node; a test below sees to it.
var sentences = []sentence{
	// What every service must do.
	{check: "no-leak", meets: []string{"memory.leak=no"}, breaks: []string{"memory.leak=yes"}},
	{check: "far-from-the-wall", meets: []string{"memory.hours_to_wall=1e9"}, breaks: []string{"memory.hours_to_wall=60"}},
	{check: "no-oom-kill", meets: []string{"node.oom_kills=0"}, breaks: []string{"node.oom_kills=1"}},
	{check: "no-restart", meets: []string{"node.restarts=0"}, breaks: []string{"node.restarts=1"}},
	{check: "no-death", meets: []string{"node.deaths=0"}, breaks: []string{"node.deaths=1"}},
	{check: "running-and-healthy", meets: []string{"node.running=true node.health=healthy", "node.running=true node.health=none"}, breaks: []string{"node.running=false", "node.running=true node.health=unhealthy"}},
	{
		check: "open-files",
		meets: []string{"memory.fds.first=30 memory.fds.last=150 memory.sockets.first=4 memory.sockets.last=90"},
		breaks: []string{
			"memory.fds.first=30 memory.fds.last=900 memory.sockets.first=4 memory.sockets.last=4",
			"memory.fds.first=30 memory.fds.last=90 memory.sockets.first=4 memory.sockets.last=300",
		},
	},
	{check: "answers", meets: []string{"node.availability=1"}, breaks: []string{"node.availability=0.9"}},
	{check: "load-succeeds", meets: []string{"load.error_rate=0.01"}, breaks: []string{"load.error_rate=0.2"}},
	{check: "few-error-lines", meets: []string{"signals.error_lines.per_hour=2"}, breaks: []string{"signals.error_lines.per_hour=600"}},
	{check: "memory-was-never-refused", meets: []string{"signals.out_of_memory.count=0"}, breaks: []string{"signals.out_of_memory.count=1"}},
	{check: "no-heap-failure", meets: []string{"signals.heap_alloc_failure.count=0"}, breaks: []string{"signals.heap_alloc_failure.count=1"}},
	{check: "no-listener-leak", meets: []string{"signals.listener_leak.count=0"}, breaks: []string{"signals.listener_leak.count=1"}},
	{check: "no-uncaught-error", meets: []string{"signals.uncaught.count=0"}, breaks: []string{"signals.uncaught.count=1"}},

	// "Look for: server initialization messages, GUN helper initialized, no immediate errors."
	{check: "startup-seen", meets: []string{"signals.server_started.count=1"}, breaks: []string{"signals.server_started.count=0"}},
	{check: "gun-helper-ready", meets: []string{"signals.gun_ready.count=1"}, breaks: []string{"signals.gun_ready.count=0"}},
	{check: "no-early-crash", meets: []string{"signals.uncaught.count=0 signals.heap_alloc_failure.count=0 node.restarts=0 node.deaths=0"}, breaks: []string{"signals.uncaught.count=1", "node.restarts=1", "signals.heap_alloc_failure.count=1", "node.deaths=1"}},
	{check: "no-early-error", meets: []string{"signals.error_lines.count=0"}, breaks: []string{"signals.error_lines.count=1"}},
	// "Should see cache stats logging after ~100 getRecord calls."
	{check: "cache-line-seen", meets: []string{"signals.cache_hit_rate.count=1 signals.cache_hit_rate.lookups.last=100"}, breaks: nil,
		open: []string{"signals.cache_hit_rate.count=0"}, says: "the node prints one only when a hit falls on a multiple of 100 lookups"},
	// "Expected: no output (404s now return immediately without retries)."
	{check: "no-retried-404-5m", meets: []string{"signals.retried_404.count=0"}, breaks: []string{"signals.retried_404.count=1"}},
	{check: "no-retried-404-1h", meets: []string{"signals.retried_404.count=0"}, breaks: []string{"signals.retried_404.count=56"}},
	{check: "no-retried-404-24h", meets: []string{"signals.retried_404.count=0"}, breaks: []string{"signals.retried_404.count=3"}},
	// "The retry logic tripled every 404": counted between the node and its relay.
	{check: "asked-once", meets: []string{"tap.retries=0"}, breaks: []string{"tap.retries=112"}},
	// "56+ consecutive 404 errors."
	{check: "no-404-storm-24h", meets: []string{"signals.retried_404.longest_run=0"}, breaks: []string{"signals.retried_404.longest_run=56"}},
	{check: "relay-answers-24h", meets: []string{"signals.retries_exhausted.per_hour=1"}, breaks: []string{"signals.retries_exhausted.per_hour=100"}},
	// "Expected initial memory: 500MB - 1.5GB (depending on services)."
	{check: "baseline", meets: []string{"memory.last=5e8", "memory.last=1.5e9"}, breaks: []string{"memory.last=4e8", "memory.last=1.6e9"}},
	// "After 30 min: 30-40 % hit rate; after 1 hour: 50-70 %; after 2 hours: 70-90 %."
	{check: "hit-rate-30m", meets: []string{hits("30"), hits("80")}, breaks: []string{hits("29.9")}, open: []string{"signals.cache_hit_rate.count=0"}, says: "multiple of 100 lookups"},
	{check: "hit-rate-1h", meets: []string{hits("50"), hits("99")}, breaks: []string{hits("49")}, open: []string{"signals.cache_hit_rate.count=0"}, says: "multiple of 100 lookups"},
	{check: "hit-rate-2h", meets: []string{hits("70"), hits("95")}, breaks: []string{hits("65")}, open: []string{"signals.cache_hit_rate.count=0"}, says: "multiple of 100 lookups"},
	// "Cache hit rate > 50% after 1 hour", if there were lookups enough to tell.
	{check: "hit-rate-after-1h", meets: []string{hits("50.1") + enough}, breaks: []string{hits("50") + enough, hits("0.5") + enough}, open: []string{hits("10") + " signals.cache_hit_rate.lookups.last=200", "signals.cache_hit_rate.count=0"}, says: "too few lookups"},
	{check: "hit-rate-24h", meets: []string{hits("85") + enough}, breaks: []string{hits("45") + enough}, open: []string{hits("10") + " signals.cache_hit_rate.lookups.last=200"}, says: "too few lookups"},
	// "Memory stable or sawtooth pattern (not continuous growth)."
	{check: "pattern-1h", meets: []string{"memory.pattern=stable", "memory.pattern=sawtooth"}, breaks: []string{"memory.pattern=linear-growth"}},
	{check: "pattern-2h", meets: []string{"memory.pattern=stable", "memory.pattern=sawtooth"}, breaks: []string{"memory.pattern=linear-growth"}},
	{check: "pattern-24h", meets: []string{"memory.pattern=stable", "memory.pattern=sawtooth"}, breaks: []string{"memory.pattern=linear-growth"}},
	// "Memory stays around baseline (500MB - 2GB)."
	{check: "range-2h", meets: []string{"memory.min=6e8 memory.max=1.9e9"}, breaks: []string{"memory.min=1e8 memory.max=1e9", "memory.min=6e8 memory.max=2.1e9"}},
	// "No EXTERNAL MEMORY LEAK warnings (or ratio < 150%)"; what the container refutes is a warn.
	{check: "no-external-warning-1h", meets: noWarning, breaks: borneOut},
	{check: "no-external-warning-2h", meets: noWarning, breaks: borneOut},
	{check: "no-external-warning-24h", meets: noWarning, breaks: borneOut},
	{check: "external-ratio", meets: []string{ratio("1.49") + " memory.max=1e9", ratio("3.17") + " signals.memory_monitor.external.max=2.566e9 memory.max=8.1e8"},
		breaks: []string{ratio("1.51") + " signals.memory_monitor.external.max=9e8 memory.max=1e9"}, open: []string{"signals.memory_monitor.count=0"}, says: "[Memory Monitor]"},
	{check: "no-other-source-24h", meets: []string{ratio("1.9") + " memory.max=1e9"}, breaks: []string{ratio("2.1") + " signals.memory_monitor.external.max=9e8 memory.max=1e9"}, open: []string{"signals.memory_monitor.count=0"}, says: "[Memory Monitor]"},
	{check: "external-counter-plausible", meets: []string{"signals.external_leak.count=0 signals.memory_monitor.count=0", "signals.external_leak.count=0 signals.memory_monitor.count=9 signals.memory_monitor.external.max=2e8 memory.max=8.1e8"},
		breaks: []string{"signals.external_leak.count=1 signals.external_leak.current.max=5.23e10 memory.max=8.1e8", "signals.external_leak.count=0 signals.memory_monitor.count=1 signals.memory_monitor.external.max=2.566e9 memory.max=8.1e8"}},
	// "Memory stays under 5GB; no continuous growth trend; no heap allocation failures."
	{check: "under-5gb-24h", meets: []string{"memory.max=4.99e9"}, breaks: []string{"memory.max=5e9"}},
	{check: "no-growth-24h", meets: []string{"memory.leak=no"}, breaks: []string{"memory.leak=yes"}},
	{check: "no-heap-failure-24h", meets: []string{"signals.heap_alloc_failure.count=0"}, breaks: []string{"signals.heap_alloc_failure.count=1"}},
	// "FitnessAlly runs without restart"; "status Up for 24+ hours".
	{check: "no-restart-24h", meets: []string{quiet}, breaks: []string{"node.restarts=1", "node.deaths=1", "node.oom_kills=1"}},
	{check: "up-24h", meets: []string{"node.running=true node.up=86400"}, breaks: []string{"node.running=false node.up=0", "node.running=true node.up=3600"}},
	// "Check for socket/connection leaks."
	{check: "sockets-24h", meets: []string{"memory.sockets.first=40 memory.sockets.last=90"}, breaks: []string{"memory.sockets.first=40 memory.sockets.last=4000"}},
	// "Cleaned 45 expired entries, 500 remain", every hour, if anything could expire.
	{check: "cleanup-24h", meets: []string{cached + " signals.cache_cleaned.count=23 signals.cache_cleaned.max_gap=3600", cached + " signals.cache_cleaned.count=11 signals.cache_cleaned.max_gap=7200",
		"signals.cache_size.count=5 signals.cache_size.entries.max=56 signals.cache_size.max_gap=30000 signals.cache_cleaned.count=12 signals.cache_cleaned.max_gap=36000"},
		breaks: []string{cached + " signals.cache_cleaned.count=3 signals.cache_cleaned.max_gap=36000", cached + " signals.cache_cleaned.count=0"}, open: []string{"signals.cache_size.count=0"}, says: "nothing could expire"},
	// "Cache limited to 10,000 entries max"; "> 50,000 entries" is an issue.
	{check: "cache-size-24h", meets: []string{"signals.cache_size.count=1 signals.cache_size.entries.max=10000"}, breaks: []string{"signals.cache_size.count=1 signals.cache_size.entries.max=10001"}, open: []string{"signals.cache_size.count=0"}, says: "multiple of 100 lookups"},
	{check: "cache-bounded-24h", meets: []string{"signals.cache_size.count=1 signals.cache_size.entries.max=50000"}, breaks: []string{"signals.cache_size.count=1 signals.cache_size.entries.max=50001"}, open: []string{"signals.cache_size.count=0"}, says: "multiple of 100 lookups"},
	// "Application healthy and responsive."
	{check: "healthy-24h", meets: []string{"node.running=true node.health=healthy node.availability=0.999"}, breaks: []string{"node.running=true node.health=healthy node.availability=0.5", "node.health=unhealthy"}},
	// "Can query workouts with resolveDepth=2 without memory spike"; meal plans likewise.
	{check: "workouts-24h", meets: []string{"load.workout.spike=2e7 load.workout.error_rate=0"}, breaks: []string{"load.workout.spike=5e8", "load.workout.error_rate=0.5"}},
	{check: "meal-plans-24h", meets: []string{`load["meal-plan"].spike=2e7 load["meal-plan"].error_rate=0`}, breaks: []string{`load["meal-plan"].spike=5e8`}},
	// "Memory spike during requests; memory drops after GC."
	{check: "burst-recovers-24h", meets: []string{"load.burst.recovered=true"}, breaks: []string{"load.burst.recovered=false"}},
	// 24-48 hours.
	{check: "under-5gb-48h", meets: []string{"memory.max=1e9"}, breaks: []string{"memory.max=14e9"}},
	{check: "no-growth-48h", meets: []string{"memory.leak=no"}, breaks: []string{"memory.leak=yes"}},
	{check: "no-restart-48h", meets: []string{quiet}, breaks: []string{"node.restarts=2"}},
	{check: "no-heap-failure-48h", meets: []string{"signals.heap_alloc_failure.count=0"}, breaks: []string{"signals.heap_alloc_failure.count=1"}},
	// "After 7 days: runs without restart, pattern remains stable, no performance degradation, cleanup working."
	{check: "no-restart-7d", meets: []string{quiet}, breaks: []string{"node.restarts=1"}},
	{check: "pattern-7d", meets: []string{"memory.pattern=sawtooth memory.pattern_changed=false"}, breaks: []string{"memory.pattern=stable memory.pattern_changed=true", "memory.pattern=linear-growth"}},
	{check: "no-degradation-7d", meets: []string{"load.drift=1.1"}, breaks: []string{"load.drift=2"}},
	{check: "cleanup-7d", meets: []string{cached + " signals.cache_cleaned.count=12 signals.cache_cleaned.max_gap=7200"}, breaks: []string{cached + " signals.cache_cleaned.count=0"}, open: []string{"signals.cache_size.count=0"}, says: "nothing could expire"},
	// "Track 404 volume trends."
	{check: "fewer-404s-7d", meets: []string{"signals.cache_hit_rate.count=99 signals.cache_hit_rate.trend=0 signals.cache_hit_rate.per_hour=5"}, breaks: []string{"signals.cache_hit_rate.count=99 signals.cache_hit_rate.trend=4 signals.cache_hit_rate.per_hour=5"}, open: []string{"signals.cache_hit_rate.count=3"}, says: "too few"},
}

const (
	enough = " signals.cache_hit_rate.lookups.last=500"
	quiet  = "node.restarts=0 node.deaths=0 node.oom_kills=0"
	cached = "signals.cache_size.count=5 signals.cache_size.entries.max=56 signals.cache_size.max_gap=600"
)

var (
	noWarning = []string{"signals.external_leak.count=0", "signals.external_leak.count=1 signals.external_leak.current.max=5.23e10 memory.max=8.1e8"}
	borneOut  = []string{"signals.external_leak.count=1 signals.external_leak.current.max=5e9 memory.max=6e9"}
)

func hits(percent string) string {
	return "signals.cache_hit_rate.count=9 signals.cache_hit_rate.percent.last=" + percent
}

func ratio(x string) string {
	return "signals.memory_monitor.count=9 signals.memory_monitor.ratio.max=" + x
}

func TestEachSentenceOfTheDocuments(t *testing.T) {
	p, err := Load("oip-node")
	if err != nil {
		t.Fatal(err)
	}
	list, err := checklist.Compile(p.Checks, p.Signals, sortedKeys(p.Scenarios)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sentences {
		i := slices.IndexFunc(p.Checks, func(c soak.Check) bool { return c.ID == s.check })
		if i < 0 {
			t.Errorf("there is no check %s", s.check)
			continue
		}
		broken := soak.Fail
		if p.Checks[i].Severe == soak.SeverityWarn {
			broken = soak.Warn
		}
		expect := func(facts string, want soak.Outcome, says string) {
			r := list.Evaluate(after8Days(parseFacts(t, facts)))[i]
			if r.Outcome != want || !strings.Contains(r.Evidence, says) {
				t.Errorf("%s with %q: %s (%s), want %s (%s)", s.check, facts, r.Outcome, r.Evidence, want, says)
			}
			if r.Outcome != soak.Pass && r.Hint == "" {
				t.Errorf("%s with %q: no hint", s.check, facts)
			}
		}
		for _, facts := range s.meets {
			expect(facts, soak.Pass, "")
		}
		for _, facts := range s.breaks {
			expect(facts, broken, "")
		}
		for _, facts := range s.open {
			expect(facts, soak.Inconclusive, s.says)
		}
		expect("", soak.Inconclusive, "")
	}
}

func TestEveryCheckHasItsSentence(t *testing.T) {
	p, err := Load("oip-node")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Checks {
		if !slices.ContainsFunc(sentences, func(s sentence) bool { return s.check == c.ID }) {
			t.Errorf("nothing shows what meets and breaks %s", c.ID)
		}
	}
}

// TestHowTheThreeNodesDiffer holds what the documents say of each.
func TestHowTheThreeNodesDiffer(t *testing.T) {
	for _, c := range []struct {
		profile, check, facts string
		want                  soak.Outcome
	}{
		{"fitnessally", "baseline", "memory.last=3e8", soak.Warn},
		{"rockhoppers", "baseline", "memory.last=3e8", soak.Pass}, // "stable at few hundred MB"
		{"rockhoppers", "range-2h", "memory.min=2e8 memory.max=4e8", soak.Pass},
		{"fitnessally", "hit-rate-24h", hits("10") + enough, soak.Fail},
		{"rockhoppers", "hit-rate-24h", hits("10") + enough, soak.Warn}, // "minimal 404s"
		{"oip-main", "no-slow-growth-24h", "memory.slope_high=1e6", soak.Pass},
		{"oip-main", "no-slow-growth-24h", "memory.slope_high=3e8", soak.Fail}, // "14GB after couple days"
	} {
		p, err := Load(c.profile)
		if err != nil {
			t.Fatal(err)
		}
		list, err := checklist.Compile(p.Checks, p.Signals, sortedKeys(p.Scenarios)...)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list.Evaluate(after8Days(parseFacts(t, c.facts))) {
			if r.ID == c.check && r.Outcome != c.want {
				t.Errorf("%s: %s with %q is %s, want %s", c.profile, c.check, c.facts, r.Outcome, c.want)
			}
		}
	}
}

// after8Days sees every window closed.
func after8Days(facts checklist.FactMap) checklist.View {
	start := time.Date(2024, 12, 8, 0, 0, 0, 0, time.UTC)
	return checklist.View{
		Target:  soak.TargetInfo{Name: "fitnessally-oip-gpu-1"},
		Started: start, Now: start.Add(8 * 24 * time.Hour), Ended: true,
		Fired: func(string) bool { return true },
		Facts: func(soak.Window) checklist.Facts { return facts },
	}
}

// parseFacts reads "memory.max=5e9 node.running=true".
func parseFacts(t *testing.T, text string) checklist.FactMap {
	t.Helper()
	facts := checklist.FactMap{}
	for _, f := range strings.Fields(text) {
		path, value, ok := strings.Cut(f, "=")
		if !ok {
			t.Fatal(fmt.Errorf("%q is no fact", f))
		}
		if x, err := strconv.ParseFloat(value, 64); err == nil {
			facts[path] = checklist.Number(x)
		} else if b, err := strconv.ParseBool(value); err == nil {
			facts[path] = checklist.Truth(b)
		} else {
			facts[path] = checklist.Text(value)
		}
	}
	return facts
}
