package soak

// Profile is all that leakcheck knows of a kind of node: which containers it
// suits, what to fire, what to read in the log and what to expect.
type Profile struct {
	Name    string `yaml:"name" json:"name"`
	Extends string `yaml:"extends,omitempty" json:"extends,omitempty"`
	Summary string `yaml:"summary,omitempty" json:"summary,omitempty"`
	// Match suits containers by name or image; the most specific profile wins.
	Match   Match   `yaml:"match,omitempty" json:"match,omitzero"`
	Service Service `yaml:"service,omitempty" json:"service,omitzero"`
	// Ceiling is the memory the node must stay under, a wall like the limit.
	Ceiling Size `yaml:"ceiling,omitempty" json:"ceiling,omitempty"`
	// Scenarios by name.
	Scenarios map[string]*Scenario `yaml:"scenarios,omitempty" json:"scenarios,omitempty"`
	// Load is the plan for each level but "none".
	Load    map[LoadLevel][]Phase `yaml:"load,omitempty" json:"load,omitempty"`
	Signals []SignalRule          `yaml:"signals,omitempty" json:"signals,omitempty"`
	Checks  []Check               `yaml:"checks,omitempty" json:"checks,omitempty"`
	Files   []FileCheck           `yaml:"files,omitempty" json:"files,omitempty"`
	// Rollback are the steps back, printed and never run.
	Rollback []string `yaml:"rollback,omitempty" json:"rollback,omitempty"`
	// Drop takes away what the extended profile has and this one must not.
	Drop Drop `yaml:"drop,omitempty" json:"drop,omitzero"`
}

// Drop names parts of the extended profile that do not suit this one.
type Drop struct {
	Scenarios []string `yaml:"scenarios,omitempty" json:"scenarios,omitempty"`
	Signals   []string `yaml:"signals,omitempty" json:"signals,omitempty"`
	Checks    []string `yaml:"checks,omitempty" json:"checks,omitempty"`
	Files     []string `yaml:"files,omitempty" json:"files,omitempty"`
}

// Match holds glob patterns (path.Match, case-insensitive); any hit suits.
type Match struct {
	Names  []string `yaml:"names,omitempty" json:"names,omitempty"`
	Images []string `yaml:"images,omitempty" json:"images,omitempty"`
}

// Service is where the node answers.
type Service struct {
	// Port is the container's port whose published address gets the load.
	Port int `yaml:"port,omitempty" json:"port,omitempty"`
	// Health is a path that answers below 400 while the node is well.
	Health string `yaml:"health,omitempty" json:"health,omitempty"`
	TLS    *TLS   `yaml:"tls,omitempty" json:"tls,omitempty"`
}

// TLS names the files for HTTPS with an own authority or a client certificate.
type TLS struct {
	CA   string `yaml:"ca,omitempty" json:"ca,omitempty"`
	Cert string `yaml:"cert,omitempty" json:"cert,omitempty"`
	Key  string `yaml:"key,omitempty" json:"key,omitempty"`
	// Name is the server name to expect, if it is not the host's.
	Name string `yaml:"name,omitempty" json:"name,omitempty"`
}

// LoadLevel is how hard a run pushes.
type LoadLevel string

// The load levels.
const (
	LoadNone   LoadLevel = "none"
	LoadGentle LoadLevel = "gentle"
	LoadFull   LoadLevel = "full"
)

// Check is one line of the checklist.
type Check struct {
	// ID is unique in a profile, in kebab-case.
	ID string `yaml:"id" json:"id"`
	// Text is the sentence that holds when the check passes.
	Text string `yaml:"text" json:"text"`
	// Expr is an expr-lang condition over the facts of the window, such as
	// `memory.max < 5*GB`; package checklist lists the facts.
	Expr string `yaml:"expr" json:"expr"`
	// When, if given, must hold for the check to mean anything; if it does
	// not, the check is inconclusive and Missing says why.
	When    string `yaml:"when,omitempty" json:"when,omitempty"`
	Missing string `yaml:"missing,omitempty" json:"missing,omitempty"`
	// Optional is for evidence that a healthy node need not give, such as a
	// line about records that are missing where none is. If When is known not
	// to hold, the check is inconclusive and yet does not hold the verdict up;
	// if that is not known, because the log could not be read, it does.
	Optional bool `yaml:"optional,omitempty" json:"optional,omitempty"`
	// Later names a check that asks the same of a longer time. Once that one
	// passes, this one may stay open without holding the verdict up.
	Later  string   `yaml:"later,omitempty" json:"later,omitempty"`
	Severe Severity `yaml:"severity,omitempty" json:"severity,omitempty"`
	Window Window   `yaml:"window,omitempty" json:"window,omitzero"`
	// Always means that a violation counts the moment it is seen; otherwise
	// the check is decided when its window ends.
	Always bool `yaml:"always,omitempty" json:"always,omitempty"`
	// OwnClock marks a check on what the node does by its own timers, such as
	// an hourly clean-up. A rehearsal cannot hurry those: there it is not-due.
	// Facts about log rates, log gaps and up time imply it.
	OwnClock bool `yaml:"own_clock,omitempty" json:"own_clock,omitempty"`
	// Needs names a scenario without which the check is not-run.
	Needs string `yaml:"needs,omitempty" json:"needs,omitempty"`
	// Hint says what to do when it does not pass; it may hold {container},
	// {service} and {image}.
	Hint string `yaml:"hint,omitempty" json:"hint,omitempty"`
	// Next is the command to run next, with the same placeholders.
	Next string `yaml:"next,omitempty" json:"next,omitempty"`
}

// Severity is what a failed check costs.
type Severity string

// The severities; the empty one means fail.
const (
	SeverityFail Severity = "fail"
	SeverityWarn Severity = "warn"
)

// Window is a stretch of a target's first life, from its container's start.
// A zero To means the end of the run.
type Window struct {
	From Duration `yaml:"from,omitempty" json:"from,omitempty"`
	To   Duration `yaml:"to,omitempty" json:"to,omitempty"`
}

// FileCheck looks into files inside the container, through its archive.
type FileCheck struct {
	ID   string `yaml:"id" json:"id"`
	Text string `yaml:"text" json:"text"`
	// Paths are globs; one file that exists is enough.
	Paths []string `yaml:"paths" json:"paths"`
	// Contains is the text that must be there.
	Contains string   `yaml:"contains" json:"contains"`
	Severe   Severity `yaml:"severity,omitempty" json:"severity,omitempty"`
	Hint     string   `yaml:"hint,omitempty" json:"hint,omitempty"`
}
