package runner

import (
	"time"

	"golang.org/x/sys/unix"
)

// slept is for how long the machine has slept since it started: what its clock
// of all time has gone ahead of the one that stops meanwhile (clock_gettime(2)).
//
// No two clocks are read at once, and on a machine that is overloaded the
// program may wait between two readings. One clock is therefore read on both
// sides of the other, until hardly any time has passed between them.
func slept() time.Duration {
	best, within := time.Duration(0), time.Duration(1<<63-1)
	for range 16 {
		before, all, after := reads(unix.CLOCK_MONOTONIC), reads(unix.CLOCK_BOOTTIME), reads(unix.CLOCK_MONOTONIC)
		if took := after - before; took < within {
			best, within = all-before, took
		}
		if within < 100*time.Microsecond {
			break
		}
	}
	return best.Truncate(time.Millisecond)
}

// reads gives a clock's time, 0 where there is no such clock.
func reads(clock int32) time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(clock, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
