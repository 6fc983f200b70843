package soak

import "time"

// RunKind is what a run was made for.
type RunKind string

// The kinds of runs.
const (
	KindSoak     RunKind = ""         // a soak or a watch, judged by its checklist
	KindDiagnose RunKind = "diagnose" // an experiment, set up as its Design says
	KindFire     RunKind = "fire"     // a firing, set up as its FiringDesign says
	KindVerify   RunKind = "verify"   // a short look at what runs already, judged by its checklist
)

// Left is how much of a soak's time lies ahead at an instant. It is 0 for what
// cannot be gone on with: a run of another kind, a rehearsal, or a watch, which
// has no length.
func (r RunInfo) Left(now time.Time) time.Duration {
	if r.Kind != KindSoak || r.Rehearsal > 0 {
		return 0
	}
	return max(0, time.Duration(r.Planned*float64(time.Second))-now.Sub(r.Started))
}

// Load says in a word what a run fired: its load level, or what it was made for.
func (r RunInfo) Load() string {
	if r.Kind == KindDiagnose || r.Kind == KindFire {
		return string(r.Kind)
	}
	return string(r.LoadLevel)
}

// Design is what an experiment was asked to do. With what its blocks measured,
// it is all that the diagnosis takes.
type Design struct {
	Arms []ArmDesign `json:"arms"`
	// LeftOut are the profile's scenarios that are no arms.
	LeftOut []LeftOut `json:"left_out,omitempty"`
	// Seed, Matters and Tolerance are those of [Diagnosis].
	Seed      uint64  `json:"seed"`
	Matters   float64 `json:"matters_bytes_per_request"`
	Tolerance float64 `json:"tolerance_bytes_per_hour"`
	// Rate is how many requests a second a scenario sends while it is on.
	Rate float64 `json:"requests_per_second"`
	// Block is how long an arm is on, Pause how long nothing is after it, and
	// Max how long the experiment may take, in seconds.
	Block float64 `json:"block_s"`
	Pause float64 `json:"pause_s"`
	Max   float64 `json:"max_s"`
}

// ArmDesign is an arm before it was tried.
type ArmDesign struct {
	Name string  `json:"name"`
	Kind ArmKind `json:"kind"`
}

// LeftOut is a scenario that was not tried, and why not.
type LeftOut struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// FiringDesign is what a firing was asked to do: a scenario, as one shot or,
// where it compares its steps, as one for each of them.
type FiringDesign struct {
	Scenario string   `json:"scenario"`
	Shots    []string `json:"shots"`
	Times    int      `json:"times"`
}

const (
	// BlockSignal carries what came of one block of an experiment, or the floor
	// that it began with: Text is the stage, Values are the measurements.
	BlockSignal = "experiment block"
	// ShotSignal tells that a firing went on: Text is the phase, and the value
	// "shot" the place of the shot in the design.
	ShotSignal = "shot phase"
)
