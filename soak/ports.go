package soak

import (
	"context"
	"errors"
	"time"
)

// ErrUnavailable means that a target or its engine cannot be reached for now:
// the sample is a gap, and the run goes on.
var ErrUnavailable = errors.New("unavailable")

// ErrGone means that a target does not exist or does not run.
var ErrGone = errors.New("gone")

// Batch is a piece of what was seen, in the order it happened. It is what
// flows from probes and load to the record, the judge, the brake and the live
// view, and what a stored run replays.
type Batch struct {
	Targets []TargetInfo
	Samples []Sample
	Events  []Event
	Signals []Signal
	Logs    []LogSpan
	Load    []LoadInterval
	// Observer is what watching has cost since the run began; the last one counts.
	Observer *Observer
}

// Recorder receives what a run sees. For a record on disk a nil error means
// that the batch is durable.
type Recorder interface {
	Record(Batch) error
}

// Target is a node being watched. Its methods may run at the same time.
type Target interface {
	// Sample measures the target now. The error wraps ErrUnavailable or ErrGone.
	Sample(context.Context) (Sample, error)
	// Watch reports events until ctx ends. It reconnects by itself.
	Watch(ctx context.Context, emit func(Event)) error
	// Follow delivers the log from since on, until ctx ends, no line twice; an
	// emitted gap says what is missing. It reconnects by itself.
	Follow(ctx context.Context, since time.Time, line func(Line), emit func(Event)) error
}

// Scanner turns the log of one target into signals. Its methods may run at the
// same time.
type Scanner interface {
	// Line reads one line.
	Line(Line)
	// Take returns the signals found, and what was read, since the last call.
	Take() Batch
	// Flush is Take at the end: nothing is held back.
	Flush() Batch
}

// Load fires a plan.
type Load interface {
	// Run fires until the plan or ctx ends. It returns no error for failed
	// requests: they are counted.
	Run(context.Context) error
	// Take returns what was fired since the last call.
	Take() Batch
	// Stop ends all firing at once and for good, and says why.
	Stop(reason string)
}
