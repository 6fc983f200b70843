package soak

import "time"

// EventKind says what happened.
type EventKind string

// The kinds of events.
const (
	EventLife      EventKind = "life"      // a life begins: At is when its main process started
	EventExit      EventKind = "exit"      // the main process ended
	EventDeath     EventKind = "death"     // a process died inside a container that stayed up
	EventOOM       EventKind = "oom-kill"  // the kernel killed for memory
	EventHealth    EventKind = "health"    // the engine's health state changed
	EventPause     EventKind = "pause"     // frozen by the engine
	EventUnpause   EventKind = "unpause"   // thawed
	EventRemove    EventKind = "remove"    // the container is gone
	EventRecreate  EventKind = "recreate"  // a new container stands under the same name
	EventRename    EventKind = "rename"    // the container changed its name
	EventLimit     EventKind = "limit"     // its memory limit was changed
	EventGap       EventKind = "gap"       // samples are missing
	EventLogGap    EventKind = "log-gap"   // log lines are missing: those of the Duration before At
	EventEngine    EventKind = "engine"    // the engine was lost or came back
	EventClock     EventKind = "clock"     // the wall clock jumped, or the machine slept
	EventPhase     EventKind = "phase"     // the load plan entered a phase
	EventBrake     EventKind = "brake"     // the brake stopped all load
	EventProbe     EventKind = "probe"     // a health request's answer changed
	EventInterrupt EventKind = "interrupt" // leakcheck itself was stopped or resumed
	EventVerdict   EventKind = "verdict"   // the running verdict changed
	EventEnded     EventKind = "ended"     // an experiment cannot be gone on with, Text says why
	EventPlan      EventKind = "plan"      // what a run of this length can see, or that it was made longer
	EventWarning   EventKind = "warning"   // something the report must say
)

// Braked begins the text of an [EventBrake]; the reason follows.
// BrakedForLeak begins what stands in the reason when a proven leak was it.
const (
	Braked        = "the brake stopped all load: "
	BrakedForLeak = "memory runs out in "
)

// LoadBegins begins the text of the [EventPhase] with which a load command of the
// user's begins; its program follows.
const LoadBegins = "load command begins: "

// Event is something that happened to a target, or to the run when Target is
// empty.
type Event struct {
	At     time.Time `json:"at"`
	Target string    `json:"target,omitempty"`
	Life   int       `json:"life,omitempty"`
	Kind   EventKind `json:"kind"`
	// Text is one plain sentence.
	Text string `json:"text"`
	// Exit is set for exits and deaths.
	Exit *Exit `json:"exit,omitempty"`
	// Duration is how long a gap or a clock jump was, or by how much a run was
	// made longer.
	Duration time.Duration `json:"duration_ns,omitempty"`
}

// Exit is how a process ended.
type Exit struct {
	Code int `json:"code"`
	// OOMKilled is what the engine says about it.
	OOMKilled bool `json:"oom_killed"`
}
