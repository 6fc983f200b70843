package runner

import "time"

// Pace gives the time from the sample that was due at elapsed to the next.
type Pace func(elapsed time.Duration, urgent bool) time.Duration

// Every samples at one interval throughout.
func Every(d time.Duration) Pace {
	return func(time.Duration, bool) time.Duration { return d }
}

// The default pace: close at the start, where warm-up and early death are,
// and wide in the long stretch of a run over an hour.
const (
	closeInterval = 2 * time.Second
	wideInterval  = 15 * time.Second
	closeFor      = 10 * time.Minute
	longRun       = time.Hour
)

// DefaultPace samples every 2 s for the first ten minutes and in runs of up to
// an hour, every 15 s after that, and every 2 s again while urgent. A duration
// of 0 is a run without end.
func DefaultPace(duration time.Duration) Pace {
	return func(elapsed time.Duration, urgent bool) time.Duration {
		if urgent || elapsed < closeFor || (duration > 0 && duration <= longRun) {
			return closeInterval
		}
		return wideInterval
	}
}
