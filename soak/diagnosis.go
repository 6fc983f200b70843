package soak

import "time"

// ArmKind says what an experiment switches on and off.
type ArmKind string

// The kinds of arms.
const (
	ArmScenario ArmKind = "scenario" // requests; counted in bytes per request
	ArmIdle     ArmKind = "idle"     // nothing: what grows by itself, in bytes per hour
	ArmObserver ArmKind = "observer" // leakcheck's own log reading and health requests
	ArmCommand  ArmKind = "command"  // the user's own commands
)

// Means says what an arm does that neither a profile nor a user has named.
func (k ArmKind) Means() string {
	switch k {
	case ArmIdle:
		return "nothing is sent"
	case ArmObserver:
		return "leakcheck's own log reading and health requests"
	}
	return ""
}

// ArmVerdict is what an experiment says of an arm.
type ArmVerdict string

// The verdicts on an arm.
const (
	ArmProven   ArmVerdict = "proven"   // memory grows because of it
	ArmRefuted  ArmVerdict = "refuted"  // it costs less than what matters; the bound is the interval's
	ArmUntested ArmVerdict = "untested" // not enough was seen to say either
)

// Nature says what kind of growth an arm's is.
type Nature string

// The natures of growth.
const (
	NatureLeak      Nature = "leak"            // the same load again makes it rise again
	NatureHighWater Nature = "high-water mark" // it rose once; the same load again does not
	NatureUnclear   Nature = "unclear"         // it rises ever less, or was not repeated
)

// ArmResult is what an experiment found out about one arm. Intervals hold for
// all arms and looks together; nil means not measured or not applicable.
type ArmResult struct {
	Name    string     `json:"name"`
	Kind    ArmKind    `json:"kind"`
	Verdict ArmVerdict `json:"verdict"`
	Nature  Nature     `json:"nature,omitempty"`
	// PerRequest is for scenarios, PerHour for everything else.
	PerRequest *Interval `json:"bytes_per_request"`
	PerHour    *Interval `json:"bytes_per_hour"`
	// Share of all growth that the experiment saw, 0 to 1; nil if nothing grew.
	Share *float64 `json:"share"`
	// First is how much the first block made memory rise, Again what the same
	// load made it rise later on, in bytes.
	First *float64  `json:"first_rise_bytes"`
	Again *Interval `json:"again_rise_bytes"`
	// Dose is what a request costs at double the rate, and DoseHolds whether
	// that is what it costs at the single one.
	Dose      *Interval `json:"bytes_per_request_at_double_rate"`
	DoseHolds *bool     `json:"dose_holds"`
	// Where lists the memory components that grow with the arm, the largest first.
	Where    []ComponentGrowth `json:"where"`
	Requests int64             `json:"requests"`
	Blocks   int               `json:"blocks"`
	// LeftOut marks a scenario that was no arm: it is untested, and the exit
	// code does not count it.
	LeftOut bool `json:"left_out,omitempty"`
	// Why is one plain sentence.
	Why string `json:"why"`
}

// ComponentGrowth is how much of an arm's growth lies in one memory component,
// in the arm's own unit.
type ComponentGrowth struct {
	Component string   `json:"component"`
	Growth    Interval `json:"growth"`
}

// DiagnosisSchema is the value of Diagnosis.Schema.
const DiagnosisSchema = "leakcheck.diagnosis/1"

// Diagnosis is what an experiment found out.
type Diagnosis struct {
	Schema   string    `json:"schema"`
	Target   string    `json:"target"`
	Profile  string    `json:"profile"`
	Version  string    `json:"version"`
	Started  time.Time `json:"started"`
	Duration float64   `json:"duration_s"`
	// Seed repeats the order of the blocks.
	Seed   uint64 `json:"seed"`
	Rounds int    `json:"rounds"`
	Blocks int    `json:"blocks"`
	// Growth is how far the floor rose in all, in bytes.
	Growth float64 `json:"growth_bytes"`
	// Matters is the cost of a request, in bytes, below which an arm is
	// cleared, and Tolerance the same for arms that are counted by the hour.
	Matters   float64     `json:"matters_bytes_per_request"`
	Tolerance float64     `json:"tolerance_bytes_per_hour"`
	Arms      []ArmResult `json:"arms"`
	// HoursToDecide is how much longer than Duration the whole would take until
	// every arm is proven or cleared, by what the blocks scatter by; nil when
	// all are, or when more blocks alone would not do.
	HoursToDecide *float64 `json:"hours_to_decide"`
	// Next is the command that goes on, empty when there is nothing to decide.
	Next string `json:"next,omitempty"`
	// Ended says why the experiment ended.
	Ended    string   `json:"ended"`
	Brake    *Brake   `json:"brake"`
	Tap      *TapSeen `json:"tap"`
	ExitCode int      `json:"exit_code"`
	Warnings []string `json:"warnings"`
}

// TapSeen is what went through a tap, by the names of the tap's signal.
type TapSeen struct {
	Values map[string]float64 `json:"values"`
	// PerClientRequest is how many requests the node sent for each one that it
	// was sent; 0 if it was sent none.
	PerClientRequest float64 `json:"requests_per_client_request"`
}

// TapSignal is the name of the signal that carries what a tap has counted. Its
// Count is the requests since the last one; its values count from the tap's
// beginning.
const TapSignal = "tap"
