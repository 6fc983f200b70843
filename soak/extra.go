package soak

import "strings"

// The names of signals that no rule produces: what else a log or a container
// says travels and is stored as a signal too, so that a stored run is judged
// with it. A rule's name is one word, so none can be taken.
const (
	// ErrorSignal tells one of a log's most frequent error lines: Text is the
	// line with its numbers, ids and times folded, Count how often it came
	// since it was told before.
	ErrorSignal = "error line"
	// FileSignal, followed by a [FileCheck]'s ID, tells what was found in the
	// container's files: Values hold how many files there are ("files") and
	// how many of them hold the text ("holding"), Text says it in words.
	FileSignal = "file "
)

// Reserved reports whether no rule produced the signal.
func (s Signal) Reserved() bool {
	switch s.Name {
	case ErrorSignal, BlockSignal, ShotSignal:
		return true
	}
	return strings.HasPrefix(s.Name, FileSignal)
}

// ErrorLine is one of the most frequent error lines of a target's log, its
// numbers, ids and times folded. It came at least Count times.
type ErrorLine struct {
	Target string `json:"target"`
	Text   string `json:"text"`
	Count  int64  `json:"count"`
}

// Rollback is a profile's way back, with the container's real names. It is
// printed, never run.
type Rollback struct {
	Target string   `json:"target"`
	Steps  []string `json:"steps"`
}
