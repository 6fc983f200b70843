package judge

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// change makes a tale break a sentence, or takes its evidence away. Its name
// tells it from other changes, so that a tale need not be told twice.
type change struct {
	name  string
	apply func(*tale)
}

// once is a change that only one row makes.
func once(apply func(*tale)) change { return change{"", apply} }

func says(d time.Duration, text ...string) change {
	return change{fmt.Sprint("says", d, text), func(t *tale) {
		for _, one := range text {
			t.say(d, one)
		}
	}}
}

func mute(text string) change { return change{"mute" + text, func(t *tale) { t.without(text) }} }

var (
	noLog     = change{"noLog", func(t *tale) { t.noLog = true }}
	noMemory  = change{"noMemory", func(t *tale) { t.noMemory = true; t.without("Memory Monitor") }}
	unwatched = change{"unwatched", func(t *tale) { t.older = 72 * time.Hour }}
	noCache   = mute("GUN 404 Cache")
)

func grows(perHour float64) change {
	return change{fmt.Sprint("grows", perHour), func(t *tale) { t.memory = leaking(perHour) }}
}

// tapCounts is what a tap counts in all; none is no tap.
func tapCounts(counts ...soak.Signal) change { return once(func(t *tale) { t.tap = counts }) }

func steadyAt(bytes float64) change { return once(func(t *tale) { t.memory = flat(bytes) }) }

func happens(d time.Duration, kind soak.EventKind) change {
	return change{fmt.Sprint("happens", d, kind), func(t *tale) {
		t.events = append(t.events, event(d, kind, func(e *soak.Event) { e.Life = 2 }))
	}}
}

func without(scenario string) change {
	return change{"without" + scenario, func(t *tale) {
		delete(t.scenario, scenario)
		t.bursts = t.bursts && scenario != "burst"
	}}
}

const (
	retried  = "❌ Error in getRecord after 2 retries: Request failed with status code 404"
	heapFull = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"
)

// leakWarning is the node's own tracker.
var leakWarning = []string{
	"🚨 [Memory Leak Tracker] EXTERNAL MEMORY LEAK DETECTED", "   Current: 700MB", "   Growth: +500MB in last 1.0 minutes",
	"   Rate: 500.0 MB/min", "   Time to crash (if 32GB heap): 60 minutes",
}

// sentence is a line of the two documents: the check that stands for it, how
// long a run it takes, what breaks it and what leaves it open.
type sentence struct {
	text   string
	check  string
	length time.Duration
	broken change
	cost   soak.Outcome // of the breach: fail unless said
	open   change
	opened soak.Outcome // without evidence: inconclusive unless said
}

const (
	hour = time.Hour
	day  = 24 * time.Hour
	week = 7 * day
)

// documents holds every sentence that says what must be so.
var documents = []sentence{
	{text: "Look for: Server initialization messages", check: "startup-seen", length: 10 * time.Minute, broken: once(func(t *tale) { t.without("Server"); t.without("GUN helper") }), open: noLog},
	{text: "Look for: GUN helper initialized", check: "gun-helper-ready", length: 10 * time.Minute, broken: mute("GUN helper"), cost: soak.Warn, open: noLog},
	{text: "Look for: No immediate errors", check: "no-early-error", length: 10 * time.Minute, broken: says(20*time.Second, "TypeError: cannot read properties of undefined"), cost: soak.Warn, open: noLog},
	{text: "No immediate errors (crash)", check: "no-early-crash", length: 10 * time.Minute, broken: happens(time.Minute, soak.EventLife), open: noLog},
	{text: "Should see cache stats logging after ~100 getRecord calls", check: "cache-line-seen", length: 10 * time.Minute, broken: once(func(t *tale) {
		t.without("cached souls")
		t.say(3*time.Minute, "📊 [GUN 404 Cache] 4/50 hits (8.0% cache hit rate, 5 cached souls)")
	}), cost: soak.Warn, open: mute("cached souls")},
	{text: `Should see ZERO "after 2 retries" messages (5 minutes)`, check: "no-retried-404-5m", length: 10 * time.Minute, broken: says(time.Minute, retried), open: noLog},
	{text: "Expected initial memory: 500MB - 1.5GB, too much", check: "baseline", length: 10 * time.Minute, broken: steadyAt(2e9), cost: soak.Warn, open: unwatched, opened: soak.NotApplicable},
	{text: "Expected initial memory: 500MB - 1.5GB, too little", check: "baseline", length: 10 * time.Minute, broken: steadyAt(200e6), cost: soak.Warn, open: noMemory},
	{text: "After 30 min: 30-40% hit rate", check: "hit-rate-30m", length: hour, broken: hitRateOf(12), cost: soak.Warn, open: mute("cached souls")},
	{text: "After 1 hour: 50-70% hit rate", check: "hit-rate-1h", length: 2 * hour, broken: hitRateOf(42), cost: soak.Warn, open: mute("cached souls")},
	{text: "After 2 hours: 70-90% hit rate", check: "hit-rate-2h", length: 2 * hour, broken: hitRateOf(62), cost: soak.Warn, open: mute("cached souls")},
	{text: "Cache hit rate > 50% after 1 hour", check: "hit-rate-after-1h", length: 3 * hour, broken: hitRateOf(42), open: change{"fewLookups", fewLookups}},
	{text: `No "Error in getRecord after 2 retries" messages for 404s`, check: "no-retried-404-1h", length: hour, broken: says(40*time.Minute, retried), open: noLog},
	{text: "Memory stable or sawtooth pattern (not continuous growth)", check: "pattern-1h", length: 2 * hour, broken: grows(1.5e9), open: unwatched, opened: soak.NotApplicable},
	{text: `No "EXTERNAL MEMORY LEAK DETECTED" warnings (1 hour)`, check: "no-external-warning-1h", length: hour, broken: says(50*time.Minute, leakWarning...), open: noLog},
	{text: "Sawtooth or stable; linear growth NOT expected", check: "pattern-2h", length: 3 * hour, broken: grows(900e6), open: noMemory},
	{text: "Stable: Memory stays around baseline (500MB - 2GB)", check: "range-2h", length: 2 * hour, broken: steadyAt(2.5e9), cost: soak.Warn, open: unwatched, opened: soak.NotApplicable},
	{text: "No external memory warnings (2 hours)", check: "no-external-warning-2h", length: 2 * hour, broken: says(90*time.Minute, leakWarning...), open: noLog},
	{text: "(or ratio < 150%)", check: "external-ratio", length: 2 * hour, broken: once(func(t *tale) { t.without("Memory Monitor"); t.say(hour, monitorLine(700, 400)) }), open: mute("Memory Monitor")},
	{text: "External memory: 516GB while RSS only 79GB (651% ratio!)", check: "external-counter-plausible", length: 2 * hour,
		broken: says(90*time.Minute, "[Memory Monitor] Heap: 312MB / 400MB (78.00%), RSS: 79GB, External: 516GB"), cost: soak.Warn, open: noLog},

	{text: "External memory stabilization (no more 500MB/min growth)", check: "no-growth-24h", length: day, broken: grows(30e9), open: unwatched, opened: soak.NotApplicable},
	{text: "Memory stays under 5GB", check: "under-5gb-24h", length: day, broken: grows(250e6), open: unwatched, opened: soak.NotApplicable},
	{text: "No continuous growth trend", check: "no-growth-24h", length: day, broken: grows(100e6), open: unwatched, opened: soak.NotApplicable},
	{text: "Memory grows slowly, GC drops it, repeats (24 hours)", check: "pattern-24h", length: day, broken: grows(100e6), open: noMemory},
	{text: "No heap allocation failures", check: "no-heap-failure-24h", length: day, broken: says(20*hour, heapFull), open: noLog},
	{text: "FitnessAlly runs without restart", check: "no-restart-24h", length: day, broken: happens(9*hour, soak.EventLife), open: unwatched, opened: soak.NotApplicable},
	{text: `Expected: Status "Up" for 24+ hours`, check: "up-24h", length: day, broken: happens(9*hour, soak.EventLife), open: once(func(t *tale) { t.length = 6 * hour }), opened: soak.NotDue},
	{text: `No "after 2 retries" for 404s`, check: "no-retried-404-24h", length: day, broken: says(20*hour, retried), open: noLog},
	{text: "56 404s become 168 requests", check: "asked-once", length: 10 * time.Minute, broken: tapCounts(through(2*time.Minute, 168, 56, 112)), open: tapCounts(), opened: soak.NotRun},
	{text: "Logs showed: 56+ consecutive 404 errors", check: "no-404-storm-24h", length: day, broken: once(func(t *tale) {
		for range 60 {
			t.say(5*hour, retried)
		}
	}), cost: soak.Warn, open: noLog},
	{text: "Look for other retry loops", check: "relay-answers-24h", length: day, broken: once(func(t *tale) {
		for d := 10 * time.Second; d < day; d += 40 * time.Second {
			t.say(d, "Error in getRecord after 2 retries: connect ECONNREFUSED 172.18.0.5:8765")
		}
	}), cost: soak.Warn, open: noLog},
	{text: "Cache hit rate > 50%", check: "hit-rate-24h", length: day, broken: hitRateOf(42), open: change{"fewLookups", fewLookups}},
	{text: "No external memory warnings", check: "no-external-warning-24h", length: day, broken: says(20*hour, leakWarning...), open: noLog},
	{text: "If external memory ratio > 200%, there may be another leak source", check: "no-other-source-24h", length: day, broken: once(func(t *tale) { t.say(hour, monitorLine(750, 300)) }), cost: soak.Warn, open: mute("Memory Monitor")},
	{text: "Check for socket/connection leaks", check: "sockets-24h", length: day, broken: once(func(t *tale) {
		t.sockets = func(d time.Duration) int64 { return 40 + int64(d.Hours()*20) }
	}), cost: soak.Warn, open: unwatched, opened: soak.NotApplicable},
	{text: "Cache cleanup logs every hour", check: "cleanup-24h", length: day, broken: mute("Cleaned"), open: noCache},
	{text: "Cache cleanup logs every hour, not only at first", check: "cleanup-24h", length: day,
		broken: once(func(t *tale) { t.between(6*hour, day+hour, "Cleaned") }), open: noCache},
	{text: "Cache limited to 10,000 entries max", check: "cache-size-24h", length: day, broken: says(5*hour, "🧹 [GUN 404 Cache] Cleaned 45 expired entries, 12000 remain"), cost: soak.Warn, open: noCache},
	{text: "Cache growing too large (> 50,000 entries)", check: "cache-bounded-24h", length: day, broken: says(5*hour, "🧹 [GUN Cache] Cleaned 45 expired entries (404: 60000, Del: 3)"), open: noCache},
	{text: "Application healthy and responsive", check: "healthy-24h", length: day, broken: unanswered(soak.HealthScenario), open: without(soak.HealthScenario)},
	{text: "Can query workouts with resolveDepth=2 without memory spike", check: "workouts-24h", length: day, broken: change{"jumps", jumps}, open: without("workout"), opened: soak.NotRun},
	{text: "Can query workouts with resolveDepth=2", check: "workouts-24h", length: day, broken: unanswered("workout"), open: without("workout"), opened: soak.NotRun},
	{text: "Meal Plans (resolveDepth=1): similar", check: "meal-plans-24h", length: day, broken: change{"jumps", jumps}, open: without("meal-plan"), opened: soak.NotRun},
	{text: "Memory drops after GC (ten concurrent requests)", check: "burst-recovers-24h", length: day, broken: change{"staysUp", staysUp}, cost: soak.Warn, open: without("burst"), opened: soak.NotRun},

	{text: "Memory stays under 5GB (48 hours)", check: "under-5gb-48h", length: 2 * day, broken: grows(150e6), open: unwatched, opened: soak.NotApplicable},
	{text: "No continuous growth (48 hours)", check: "no-growth-48h", length: 2 * day, broken: grows(60e6), open: noMemory},
	{text: "No restart (48 hours)", check: "no-restart-48h", length: 2 * day, broken: happens(40*hour, soak.EventLife), open: unwatched, opened: soak.NotApplicable},
	{text: "No heap allocation failures (48 hours)", check: "no-heap-failure-48h", length: 2 * day, broken: says(40*hour, heapFull), open: noLog},

	{text: "FitnessAlly runs without restart (7 days)", check: "no-restart-7d", length: week, broken: happens(150*hour, soak.EventLife), open: once(func(t *tale) { t.length = day }), opened: soak.NotDue},
	{text: "Memory pattern remains stable (7 days)", check: "pattern-7d", length: week, broken: grows(60e6), open: noMemory},
	{text: "No performance degradation (7 days)", check: "no-degradation-7d", length: week, broken: change{"slower", slower}, open: once(func(t *tale) { t.scenario = nil; t.bursts = false }), opened: soak.NotRun},
	{text: `Cache cleanup working (periodic "Cleaned X entries" logs)`, check: "cleanup-7d", length: week, broken: mute("Cleaned"), open: noCache},
	{text: "Track 404 volume trends", check: "fewer-404s-7d", length: week, broken: change{"moreOften", moreOften}, cost: soak.Warn, open: mute("cached souls")},
}

func hitRateOf(percent float64) change {
	return change{fmt.Sprint("hit rate", percent), func(t *tale) {
		t.stats(func(d time.Duration) (float64, int) { return percent, 100 * int(1+d.Minutes()) })
	}}
}

// fewLookups is a node that hardly misses a record.
func fewLookups(t *tale) {
	t.without("cached souls")
	t.say(20*time.Minute, "📊 [GUN 404 Cache] 8/100 hits (8.0% cache hit rate, 92 cached souls)")
	t.say(90*time.Minute, "📊 [GUN 404 Cache] 30/200 hits (15.0% cache hit rate, 120 cached souls)")
}

// moreOften has the cache print three times as often in the second half.
func moreOften(t *tale) {
	for d := t.length / 2; d < t.length; d += time.Minute {
		t.say(d+7*time.Second, "📊 [GUN 404 Cache] 800/1000 hits (80.0% cache hit rate, 455 cached souls)")
	}
}

// monitorLine has more external memory than the process holds.
func monitorLine(external, rss int) string {
	return fmt.Sprintf("[Memory Monitor] Heap: 312MB / 400MB (78.00%%), RSS: %dMB, External: %dMB", rss, external)
}

// unanswered lets every fifth request of a scenario fail.
func unanswered(scenario string) change {
	return once(func(t *tale) {
		fire, n := t.scenario[scenario], 0
		t.scenario[scenario] = func(d time.Duration) soak.LoadInterval {
			x := fire(d)
			if n++; n%5 == 0 {
				x.Errors = map[soak.ErrorKind]int64{soak.ErrorTimeout: 1}
			}
			return x
		}
	})
}

// jumps has memory jump by 700 MB for a minute in the middle of the run.
func jumps(t *tale) {
	t.every = time.Minute
	base, middle := t.memory, t.length/2
	t.memory = func(d time.Duration) float64 {
		if d > middle && d <= middle+time.Minute {
			return base(d) + 700e6
		}
		return base(d)
	}
}

// staysUp has memory stay where the burst of the twelfth hour brought it.
func staysUp(t *tale) {
	t.every = time.Minute
	base := t.memory
	t.memory = func(d time.Duration) float64 {
		if d > 12*hour+10*time.Minute {
			return base(d) + 400e6
		}
		return base(d)
	}
}

// slower has answers take twice as long in the end.
func slower(t *tale) {
	slow := fired(0, "workout", 1, 200*time.Millisecond)
	t.bursts = false
	fire, length := t.scenario["workout"], t.length
	t.scenario["workout"] = func(d time.Duration) soak.LoadInterval {
		if d < length/2 {
			return fire(d)
		}
		slow.At = at(d)
		return slow
	}
}

// TestTheDocuments tells, for each sentence, a run that meets it, one that
// breaks it and one that leaves it open.
func TestTheDocuments(t *testing.T) {
	told := map[string]soak.Report{}
	tell := func(length time.Duration, c change) soak.Report {
		key := fmt.Sprint(c.name, length)
		r, known := told[key]
		if !known || c.name == "" {
			x := fixed(length)
			c.apply(x)
			r = x.tell(t, "fitnessally")
			told[key] = r
		}
		return r
	}
	asItIs := change{"as it is", func(*tale) {}}
	for _, s := range documents {
		t.Run(s.check+"/"+s.text, func(t *testing.T) {
			expect(t, "met", outcome(t, tell(s.length, asItIs), s.check), soak.Pass)
			if s.broken.apply != nil {
				expect(t, "broken", outcome(t, tell(s.length, s.broken), s.check), orOutcome(s.cost, soak.Fail))
			}
			expect(t, "open", outcome(t, tell(s.length, s.open), s.check), orOutcome(s.opened, soak.Inconclusive))
		})
	}
}

func orOutcome(a, b soak.Outcome) soak.Outcome {
	if a == "" {
		return b
	}
	return a
}

func expect(t *testing.T, which string, got soak.CheckResult, want soak.Outcome) {
	t.Helper()
	if got.Outcome != want {
		t.Errorf("%s: %s, want %s: %s", which, got.Outcome, want, got.Evidence)
	}
	if got.Evidence == "" {
		t.Errorf("%s: no evidence", which)
	}
	if want != soak.Pass && want != soak.NotDue && want != soak.NotRun && want != soak.NotApplicable && got.Hint == "" {
		t.Errorf("%s: no hint", which)
	}
}

// TestEveryCheckOfTheDocumentsIsTold: a check that is added to the checklist
// gets its sentence.
func TestEveryCheckOfTheDocumentsIsTold(t *testing.T) {
	generic := map[string]bool{}
	for _, c := range load(t, "oip-log").Checks { // what any node must do is told elsewhere
		generic[c.ID] = true
	}
	for _, c := range load(t, "oip-node").Checks {
		if !generic[c.ID] && !slices.ContainsFunc(documents, func(s sentence) bool { return s.check == c.ID && s.broken.apply != nil }) {
			t.Errorf("no sentence of the documents stands for %s, met and broken", c.ID)
		}
	}
}
