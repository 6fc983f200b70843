package record

import (
	"slices"
	"time"

	"leakcheck/soak"
)

// Targets describes the targets, each as it was last seen, in the order in
// which they were first seen.
func (r *Record) Targets() ([]soak.TargetInfo, error) {
	targets := []soak.TargetInfo{}
	var seen soak.TargetInfo
	fresh := func() {
		i := slices.IndexFunc(targets, func(t soak.TargetInfo) bool { return t.Name == seen.Name })
		if i < 0 {
			targets = append(targets, seen)
		} else {
			targets[i] = seen
		}
		seen = soak.TargetInfo{} // what the next one does not say must not stay
	}
	err := each(r.read, "SELECT body FROM info ORDER BY id", fresh, jsonValue{&seen})
	return targets, err
}

// Last is when something was last recorded; zero for an empty record.
func (r *Record) Last() time.Time {
	var last time.Time
	// An event may be dated back: the last few are looked at.
	err := r.read.QueryRow(`SELECT max(
		ifnull((SELECT until FROM block ORDER BY id DESC LIMIT 1), 0), ifnull((SELECT at FROM sample ORDER BY id DESC LIMIT 1), 0),
		ifnull((SELECT max(at) FROM (SELECT at FROM event ORDER BY id DESC LIMIT 10)), 0),
		ifnull((SELECT at FROM load ORDER BY id DESC LIMIT 1), 0))`).Scan(instant{&last})
	if err != nil {
		return time.Time{}
	}
	return last
}
