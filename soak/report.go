package soak

import "time"

// Outcome is what became of a check.
type Outcome string

// The outcomes.
const (
	Pass          Outcome = "pass"
	Warn          Outcome = "warn"
	Fail          Outcome = "fail"
	Inconclusive  Outcome = "inconclusive"   // evidence is missing, and Evidence says which
	NotDue        Outcome = "not-due"        // its window has not ended yet
	NotRun        Outcome = "not-run"        // the load it needs was not fired
	NotApplicable Outcome = "not-applicable" // its window closed before anybody looked
)

// CheckResult is one judged line of the checklist.
type CheckResult struct {
	ID       string   `json:"id"`
	Target   string   `json:"target"`
	Text     string   `json:"text"`
	Severity Severity `json:"severity"`
	Window   string   `json:"window"` // such as "first hour", "24h"
	Outcome  Outcome  `json:"outcome"`
	// Value is what was measured and Threshold what the expression compares
	// it with, both printed for people; empty when there is none.
	Value     string `json:"value"`
	Threshold string `json:"threshold"`
	Evidence  string `json:"evidence"`
	Hint      string `json:"hint"`
	Next      string `json:"next,omitempty"`
	// Optional marks an inconclusive check that is right to stay so: the node
	// had no reason to give evidence, or a later check has it.
	Optional bool `json:"optional,omitempty"`
}

// HoldsUp reports whether the check, being open, keeps a run from passing. One
// that could only warn does not.
func (c CheckResult) HoldsUp() bool {
	return c.Outcome == Inconclusive && c.Severity != SeverityWarn && !c.Optional
}

// Verdict is the whole run in one word.
type Verdict string

// The verdicts.
const (
	VerdictPass         Verdict = "pass"
	VerdictFail         Verdict = "fail"
	VerdictInconclusive Verdict = "inconclusive"
	VerdictNotMeasured  Verdict = "not-measured"
)

// The exit codes, the same for every command and output format. If several
// apply the first of 130, 1, 3, 4, 0 wins.
const (
	ExitPass         = 0
	ExitFail         = 1
	ExitUsage        = 2
	ExitNotMeasured  = 3
	ExitInconclusive = 4
	ExitInterrupted  = 130
)

// Report is a judged run: the leakcheck.run/1 contract.
type Report struct {
	Schema   string         `json:"schema"`
	Run      RunInfo        `json:"run"`
	Memory   []MemoryResult `json:"memory"`
	Checks   []CheckResult  `json:"checks"`
	Signals  []SignalResult `json:"signals"`
	Load     LoadResult     `json:"load"`
	Events   []Event        `json:"events"`
	Observer Observer       `json:"observer"`
	Verdict  Verdict        `json:"verdict"`
	ExitCode int            `json:"exit_code"`
	Warnings []string       `json:"warnings"`
	// Errors are the most frequent error lines of the logs, the most frequent first.
	Errors []ErrorLine `json:"errors"`
	// Rollback is the way back of each target that failed and whose profile
	// names one.
	Rollback []Rollback `json:"rollback,omitempty"`
}

// ReportSchema is the value of Report.Schema.
const ReportSchema = "leakcheck.run/1"

// RunInfo is what a run was asked to do and how long it went.
type RunInfo struct {
	ID      string       `json:"id"`
	Version string       `json:"version"`
	Profile string       `json:"profile"`
	Targets []TargetInfo `json:"targets"`
	Started time.Time    `json:"started"`
	// Planned is the length asked for, 0 for "until stopped".
	Planned  float64 `json:"planned_s"`
	Duration float64 `json:"duration_s"`
	Interval float64 `json:"interval_s"`
	// Rehearsal is the factor by which every duration was shortened; 0 for a real run.
	Rehearsal float64   `json:"rehearsal"`
	LoadLevel LoadLevel `json:"load_level"`
	// NoLog means that the user asked for the log not to be read.
	NoLog bool `json:"no_log,omitempty"`
	// Tap is where a counting proxy between the node and what it calls listened; empty without one.
	Tap string `json:"tap,omitempty"`
	// Kind is what the run was made for; empty for a soak or a watch. An experiment has a
	// design, a firing one of its own.
	Kind   RunKind       `json:"kind,omitempty"`
	Design *Design       `json:"experiment,omitempty"`
	Firing *FiringDesign `json:"firing,omitempty"`
	// Tolerance in bytes per hour as given by the user, 0 for the default.
	Tolerance float64 `json:"tolerance_bytes_per_hour"`
	// Limit and Fills in bytes as given by the user: a memory limit to judge by,
	// and what the program fills by design; 0 without.
	Limit         float64        `json:"limit_bytes,omitempty"`
	Fills         float64        `json:"fills_bytes,omitempty"`
	Interruptions []Interruption `json:"interruptions"`
}

// Interruption is a stretch in which leakcheck itself was not running.
type Interruption struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Reason string    `json:"reason"`
}

// MemoryResult is one target's curve and the range of each component.
type MemoryResult struct {
	Result
	Components map[string]Range `json:"components"`
	// Lives is how many lives were seen.
	Lives int `json:"lives"`
	// Since is when the present rate began: the last change point, or the start
	// of the life's data without one; nil when it is not known.
	Since *time.Time `json:"since"`
}

// Range is how a component moved, in its own unit. Derived marks a component
// that was computed rather than reported.
type Range struct {
	First   int64 `json:"first"`
	Min     int64 `json:"min"`
	Max     int64 `json:"max"`
	Last    int64 `json:"last"`
	Derived bool  `json:"derived,omitempty"`
}

// SignalResult is how often a rule hit.
type SignalResult struct {
	Name   string     `json:"name"`
	Target string     `json:"target"`
	Count  int        `json:"count"`
	First  *time.Time `json:"first"`
	Last   *time.Time `json:"last"`
	// Values are the last hit's captures, Text its line.
	Values map[string]float64 `json:"values,omitempty"`
	Text   string             `json:"text,omitempty"`
	// Units are those of the values that are no plain numbers: bytes, bytes per
	// hour, seconds, percent, or share (of 1).
	Units map[string]string `json:"units,omitempty"`
}

// LoadResult is what was fired.
type LoadResult struct {
	Scenarios []ScenarioResult `json:"scenarios"`
	Brake     *Brake           `json:"brake"`
	// Earlier is how many requests earlier runs sent to the same node; the
	// scenarios are of this run alone.
	Earlier int64 `json:"earlier_requests,omitempty"`
}

// Brake is the latched stop of all load.
type Brake struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// ScenarioResult is one scenario's traffic. Latencies are in milliseconds.
type ScenarioResult struct {
	Name     string `json:"name"`
	Due      int64  `json:"due"`
	Requests int64  `json:"requests"`
	// Open counts those that had neither been answered nor failed yet.
	Open   int64               `json:"open,omitempty"`
	Errors map[ErrorKind]int64 `json:"errors"`
	P50    float64             `json:"p50_ms"`
	P95    float64             `json:"p95_ms"`
	P99    float64             `json:"p99_ms"`
	Max    float64             `json:"max_ms"`
	Bytes  int64               `json:"bytes"`
	// Drift is how the answers changed over the run; nil means too few to tell.
	Drift *Drift `json:"drift,omitempty"`
}

// Drift is how the answers to one scenario changed from the beginning of a run
// to its end, each figure with its 95 % interval.
type Drift struct {
	// P95 is the change of the 95th percentile and Throughput that of the good
	// answers a second, both as a share of their median: 0.2 is 20 % more. Nil
	// where too little was answered.
	P95        *Interval `json:"p95"`
	Throughput *Interval `json:"throughput"`
	// Errors is the change of the failed share of all requests: 0.01 is one
	// more of a hundred.
	Errors *Interval `json:"errors"`
}

// Observer is what watching cost.
type Observer struct {
	RSS         int64   `json:"rss"`
	CPUSeconds  float64 `json:"cpu_s"`
	EngineCalls int64   `json:"engine_calls"`
	// OpenFiles and Goroutines are leakcheck's own at the last look; 0 when unknown.
	OpenFiles  int64 `json:"open_files,omitempty"`
	Goroutines int64 `json:"goroutines,omitempty"`
	LogBytes   int64 `json:"log_bytes"`
	Samples    int64 `json:"samples"`
	Missed     int64 `json:"missed"`
	Late       int64 `json:"late"`
	// MaxLate is the worst lateness of a sample, in seconds.
	MaxLate float64 `json:"max_late_s"`
}
