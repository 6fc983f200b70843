package checklist

import (
	"fmt"
	"slices"
	"strings"

	"leakcheck/soak"
)

// Unit is the unit of a fact, and so how its values print.
type Unit string

// The units.
const (
	Count        Unit = "count"
	Bytes        Unit = "bytes"
	BytesPerHour Unit = "bytes per hour"
	Seconds      Unit = "seconds"
	Milliseconds Unit = "ms"
	Hours        Unit = "hours"
	PerHour      Unit = "per hour"
	Share        Unit = "share"   // 0..1
	Percent      Unit = "percent" // 0..100
	Factor       Unit = "factor"
	YesNo        Unit = "true or false"
	Word         Unit = "word"
)

// Spec describes one fact that expressions may read.
type Spec struct {
	// Path is the fact as it is written. METRIC stands for a metric's name,
	// SIGNAL, FIELD and SCENARIO for names of the profile's own, CODE for an
	// HTTP status.
	Path string
	Unit Unit
	// Words are the values that a word can have.
	Words []string
	// OwnClock marks what hangs on timers inside the node, which a rehearsal
	// cannot hurry.
	OwnClock bool
	// Text says what the fact is.
	Text string
}

// String prints the fact for a list of them.
func (s Spec) String() string {
	unit, mark := string(s.Unit), ""
	if s.Words != nil {
		unit = strings.Join(s.Words, ", ")
	}
	if s.OwnClock {
		mark = " *"
	}
	return fmt.Sprintf("%-31s %s (%s)%s", s.Path, s.Text, unit, mark)
}

// Reference lists every fact that an expression may read.
func Reference() []Spec { return slices.Clone(reference) }

var reference = []Spec{
	{Path: "memory.pattern", Unit: Word, Words: patterns, Text: "the shape of the curve, as known at the window's end"},
	{Path: "memory.leak", Unit: Word, Words: leaks, Text: "whether it leaks, as known at the window's end"},
	{Path: "memory.slope", Unit: BytesPerHour, Text: "the floor's present rate"},
	{Path: "memory.slope_low", Unit: BytesPerHour, Text: "the lower end of the rate's interval"},
	{Path: "memory.slope_high", Unit: BytesPerHour, Text: "the upper end of the rate's interval"},
	{Path: "memory.hours_to_wall", Unit: Hours, Text: "until the working set meets the nearest wall; without a wall in sight, without end"},
	{Path: "memory.pattern_changed", Unit: YesNo, Text: "the last fifth of the window, or its last day, has another pattern than what came before"},
	{Path: "memory.first", Unit: Bytes, Text: "the working set at the first sample"},
	{Path: "memory.min", Unit: Bytes, Text: "the lowest working set"},
	{Path: "memory.max", Unit: Bytes, Text: "the highest working set"},
	{Path: "memory.last", Unit: Bytes, Text: "the working set at the last sample"},
	{Path: "memory.METRIC.first", Unit: Bytes, Text: "a component at the first sample"},
	{Path: "memory.METRIC.min", Unit: Bytes, Text: "its lowest value"},
	{Path: "memory.METRIC.max", Unit: Bytes, Text: "its highest value"},
	{Path: "memory.METRIC.last", Unit: Bytes, Text: "its value at the last sample"},

	{Path: "signals.SIGNAL.count", Unit: Count, Text: "log lines that the rule hit"},
	{Path: "signals.SIGNAL.longest_run", Unit: Count, Text: "the longest run of consecutive hits"},
	{Path: "signals.SIGNAL.per_hour", Unit: PerHour, OwnClock: true, Text: "hits per hour"},
	{Path: "signals.SIGNAL.trend", Unit: PerHour, OwnClock: true, Text: "hits per hour in the second half less those in the first"},
	{Path: "signals.SIGNAL.max_gap", Unit: Seconds, OwnClock: true, Text: "the longest time without a hit, from the first hit on"},
	{Path: "signals.SIGNAL.FIELD.first", Unit: Count, Text: "a captured value at the first hit"},
	{Path: "signals.SIGNAL.FIELD.last", Unit: Count, Text: "its value at the last hit"},
	{Path: "signals.SIGNAL.FIELD.min", Unit: Count, Text: "its lowest value"},
	{Path: "signals.SIGNAL.FIELD.max", Unit: Count, Text: "its highest value"},
	{Path: "signals.SIGNAL.FIELD.mean", Unit: Count, Text: "its mean over the hits"},

	{Path: "log.lines", Unit: Count, Text: "log lines read"},
	{Path: "log.complete", Unit: YesNo, Text: "the log was read over the whole window"},

	{Path: "node.restarts", Unit: Count, Text: "lives that began after the first"},
	{Path: "node.deaths", Unit: Count, Text: "processes that died inside, and the main process if it failed for good"},
	{Path: "node.oom_kills", Unit: Count, Text: "processes that the kernel killed for memory"},
	{Path: "node.exits", Unit: Count, Text: "ends of the main process"},
	{Path: "node.running", Unit: YesNo, Text: "the main process runs at the window's end"},
	{Path: "node.up", Unit: Seconds, OwnClock: true, Text: "how long the present life lasts at the window's end"},
	{Path: "node.health", Unit: Word, Words: []string{"healthy", "unhealthy", "starting", "none"}, Text: "the engine's last word on its health check"},
	{Path: "node.availability", Unit: Share, Text: "health requests that were answered below 400"},
	{Path: "node.response_p95", Unit: Milliseconds, Text: "95 of 100 health requests were answered within"},

	{Path: "load.requests", Unit: Count, Text: "requests of all scenarios"},
	{Path: "load.errors", Unit: Count, Text: "requests that failed"},
	{Path: "load.error_rate", Unit: Share, Text: "the part of requests that failed"},
	{Path: "load.p50", Unit: Milliseconds, Text: "median latency"},
	{Path: "load.p95", Unit: Milliseconds, Text: "95 of 100 requests were answered within"},
	{Path: "load.p99", Unit: Milliseconds, Text: "99 of 100 requests were answered within"},
	{Path: "load.max", Unit: Milliseconds, Text: "the slowest answer"},
	{Path: "load.drift", Unit: Factor, Text: "p95 in the window's last quarter over p95 in its first"},
	{Path: "load.SCENARIO.requests", Unit: Count, Text: "requests of one scenario"},
	{Path: "load.SCENARIO.errors", Unit: Count, Text: "those that failed"},
	{Path: "load.SCENARIO.error_rate", Unit: Share, Text: "the part of them that failed"},
	{Path: "load.SCENARIO.p50", Unit: Milliseconds, Text: "their median latency"},
	{Path: "load.SCENARIO.p95", Unit: Milliseconds, Text: "95 of 100 of them were answered within"},
	{Path: "load.SCENARIO.p99", Unit: Milliseconds, Text: "99 of 100 of them were answered within"},
	{Path: "load.SCENARIO.max", Unit: Milliseconds, Text: "the slowest of them"},
	{Path: "load.SCENARIO.drift", Unit: Factor, Text: "their p95 in the last quarter over that in the first"},
	{Path: "load.SCENARIO.spike", Unit: Bytes, Text: "the highest working set within 60 s of a firing, less the level before it; the worst firing"},
	{Path: "load.SCENARIO.recovered", Unit: YesNo, Text: "after each firing the working set came back to 10 % or 20 MB of the level before it"},

	{Path: "tap.requests", Unit: Count, Text: "what the node asked another service for, counted by a tap"},
	{Path: "tap.unreachable", Unit: Count, Text: "connections that the other service did not take"},
	{Path: "tap.status_CODE", Unit: Count, Text: "answers of that status, such as tap.status_404"},
	{Path: "tap.not_found", Unit: Count, Text: "answers of status 404"},
	{Path: "tap.keys", Unit: Count, Text: "distinct things asked for"},
	{Path: "tap.missing_keys", Unit: Count, Text: "those of them that answered 404"},
	{Path: "tap.for_missing", Unit: Count, Text: "requests for them"},
	{Path: "tap.concurrent", Unit: Count, Text: "requests for a missing one before the node could know"},
	{Path: "tap.repeats", Unit: Count, Text: "requests for one that had answered 404 before"},
	{Path: "tap.retries", Unit: Count, Text: "repeats within a minute"},
	{Path: "tap.requests_per_key", Unit: Count, Text: "requests for each thing, from the tap's beginning on"},
	{Path: "tap.requests_per_missing_key", Unit: Count, Text: "1 and the repeats of each missing one, from the tap's beginning on"},
	{Path: "tap.requests_per_client_request", Unit: Count, Text: "what the node asked for, for each request of the load"},
}

var (
	patterns = []string{string(soak.Stable), string(soak.Sawtooth), string(soak.LinearGrowth)}
	leaks    = []string{string(soak.LeakYes), string(soak.LeakNo)}
)

// Constant is a name that stands for a number in expressions.
type Constant struct {
	Name  string
	Value float64
	Unit  Unit
}

// Constants lists the names that stand for numbers.
func Constants() []Constant { return slices.Clone(constants) }

var constants = []Constant{
	{"kB", 1e3, Bytes}, {"MB", 1e6, Bytes}, {"GB", 1e9, Bytes}, {"TB", 1e12, Bytes},
	{"KiB", 1 << 10, Bytes}, {"MiB", 1 << 20, Bytes}, {"GiB", 1 << 30, Bytes},
	{"second", 1, Seconds}, {"minute", 60, Seconds}, {"hour", 3600, Seconds}, {"day", 86400, Seconds},
	{"percent", 0.01, Share},
}
