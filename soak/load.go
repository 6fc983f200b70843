package soak

import "time"

// Scenario is something clients do to the node: steps, run in order.
type Scenario struct {
	Name    string `yaml:"-" json:"name"`
	Summary string `yaml:"summary,omitempty" json:"summary,omitempty"`
	Steps   []Step `yaml:"steps" json:"steps"`
	// Workers is how many clients run the steps at the same time each time the
	// scenario is fired; a burst of ten has 10. 0 means 1.
	Workers int `yaml:"workers,omitempty" json:"workers,omitempty"`
	// Compare means that the steps are alternatives rather than a sequence:
	// `fire` fires them one after the other and shows them side by side, and
	// for `diagnose` each is an arm of its own. In a soak they are fired in order.
	Compare bool `yaml:"compare,omitempty" json:"compare,omitempty"`
}

// Step is one HTTP request and what is expected of its answer. Values of
// Headers, Query and Body may name environment variables as ${env:NAME} or
// files as ${file:PATH}; what those hold reaches no record, report or log.
type Step struct {
	// Method is GET unless given.
	Method  string            `yaml:"method,omitempty" json:"method,omitempty"`
	Path    string            `yaml:"path" json:"path"`
	Query   map[string]string `yaml:"query,omitempty" json:"query,omitempty"`
	Headers map[string]string `yaml:"headers,omitempty" json:"headers,omitempty"`
	Body    string            `yaml:"body,omitempty" json:"body,omitempty"`
	Expect  Expect            `yaml:"expect,omitempty" json:"expect,omitzero"`
	// Timeout is 30 s unless given.
	Timeout Duration `yaml:"timeout,omitempty" json:"timeout,omitempty"`
	// Think is how long the client waits before its next step.
	Think Duration `yaml:"think,omitempty" json:"think,omitempty"`
}

// Expect is what a good answer looks like; anything below 400 by default.
type Expect struct {
	Status []int  `yaml:"status,omitempty" json:"status,omitempty"`
	Text   string `yaml:"text,omitempty" json:"text,omitempty"`
}

// Phase is a stretch of the load plan.
type Phase struct {
	// Name is "warm-up", "steady", "burst", "idle", "cool-down" or the user's own.
	Name string `yaml:"name" json:"name"`
	// For is how long the phase lasts; 0, allowed for the last one, means to
	// the end of the run.
	For  Duration `yaml:"for,omitempty" json:"for,omitempty"`
	Fire []Firing `yaml:"fire,omitempty" json:"fire,omitempty"`
}

// Firing says how a phase fires one scenario. Exactly one of Every, Rate and
// Loops is set.
type Firing struct {
	Scenario string `yaml:"scenario" json:"scenario"`
	// Every fires the scenario once each period (all its workers at once, each
	// running the steps once), the first time after After.
	Every Duration `yaml:"every,omitempty" json:"every,omitempty"`
	After Duration `yaml:"after,omitempty" json:"after,omitempty"`
	// Rate starts that many iterations per second, open loop: latency counts
	// from when a request was due. RampTo, if set, is the rate at the phase's end.
	Rate   float64 `yaml:"rate,omitempty" json:"rate,omitempty"`
	RampTo float64 `yaml:"ramp_to,omitempty" json:"ramp_to,omitempty"`
	// Loops keeps the scenario's workers busy all the time, closed loop, each
	// for that many iterations; -1 means until the phase ends.
	Loops int `yaml:"loops,omitempty" json:"loops,omitempty"`
}

// ErrorKind says how a request failed.
type ErrorKind string

// The kinds of request errors.
const (
	ErrorRefused ErrorKind = "refused" // nobody listens
	ErrorReset   ErrorKind = "reset"   // the connection broke
	ErrorTimeout ErrorKind = "timeout" // no answer in time
	ErrorStatus  ErrorKind = "status"  // another status than expected
	ErrorBody    ErrorKind = "body"    // the text that was expected is missing
	ErrorOther   ErrorKind = "other"   // TLS, DNS and the rest
)

// HealthScenario is the reserved name under which requests to the health path
// are counted. They are not part of the load plan: the brake lets them go on,
// and they tell availability and response time.
const HealthScenario = "health"

// LoadInterval is what was fired of one scenario in one interval of time.
type LoadInterval struct {
	At       time.Time     `json:"at"` // the interval's end
	Duration time.Duration `json:"duration_ns"`
	Scenario string        `json:"scenario"`
	Phase    string        `json:"phase"`
	// Due is how many requests the plan wanted; less sent is load that did not land.
	Due      int64               `json:"due"`
	Requests int64               `json:"requests"`
	Errors   map[ErrorKind]int64 `json:"errors,omitempty"`
	// Bytes is what the answers' bodies held.
	Bytes int64 `json:"bytes"`
	// Latency is an HdrHistogram in its V2 compressed form, in microseconds.
	Latency []byte `json:"latency,omitempty"`
}
