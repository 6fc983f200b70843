package runner

import (
	"time"

	"golang.org/x/sys/unix"
)

// slept is for how long the machine has slept since it started: what its clock
// of all time has gone ahead of the one that stops meanwhile (clock_gettime(2)).
func slept() time.Duration {
	var all, awake unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &all) != nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &awake) != nil {
		return 0
	}
	return time.Duration(all.Nano() - awake.Nano()).Truncate(time.Millisecond)
}
