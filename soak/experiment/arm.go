package experiment

import (
	"time"

	"leakcheck/soak"
)

// Arm is something that can be switched on and off.
type Arm struct {
	Name string
	Kind soak.ArmKind
}

// counted reports whether an arm's cost is per request rather than per hour.
func (a Arm) counted() bool { return a.Kind == soak.ArmScenario }

// Stage is a part of the experiment.
type Stage string

// The stages, in their order.
const (
	// WarmUp runs every arm once, so that caches that fill and code that is
	// compiled on first use do not count as growth.
	WarmUp Stage = "warm-up"
	// Screen runs rounds in which every arm is on once, in random order.
	Screen Stage = "screen"
	// Confirm repeats the arms that made memory grow, at the single and the
	// double dose.
	Confirm Stage = "confirm"
)

// Block is a stretch in which one arm is on.
type Block struct {
	Stage Stage
	// Round counts the rounds of all stages from 0. Blocks of one round are
	// each other's comparison.
	Round int
	// Arm is the arm's place in the options, Dose how many times its usual rate
	// it is run at.
	Arm  int
	Dose int
}

// Measured is what came of a block.
type Measured struct {
	Block
	// Requests were sent by the arm, which was on for On.
	Requests int64
	On       time.Duration
	// Span is the time from the floor before the block to that after it.
	Span time.Duration
	// Floor is what was left after the block.
	Floor Floor
}
