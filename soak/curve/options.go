package curve

import (
	"iter"
	"time"

	"leakcheck/soak"
)

// Wall is a number of bytes that the memory must not reach.
type Wall struct {
	// Name is "limit", "host", "ceiling" or "heap".
	Name  string
	Bytes float64
}

// Options say how a curve is to be judged.
type Options struct {
	// Source and Target are copied into the result.
	Source, Target string
	// Tolerance is the slowest growth that matters, in bytes per hour. 0 takes
	// the default: what would lead from the floor to the nearest ceiling or
	// limit in 7 days, or would double the floor in 7 days when there is none.
	Tolerance float64
	// Walls adds walls that the samples cannot know: a ceiling, a heap cap, a
	// limit given by the user. The limit and the host's available memory are
	// read from the samples; of two limits the lower one counts.
	Walls []Wall
	// Fills is how many bytes the program was told to fill whatever it does: a
	// JVM's initial heap, Redis's maxmemory. 0 knows of none. Growth within it
	// is not called a leak.
	Fills float64
	// Scale marks a rehearsal: every duration is this many times shorter than
	// in the real run. 0 or 1 is a real run.
	Scale float64
}

// Point is one point of a floor.
type Point struct {
	At    time.Time
	Bytes float64
}

// Classify judges a finished series of samples of one target. It feeds a
// [Stream] and returns its result.
func Classify(samples iter.Seq[soak.Sample], o Options) soak.Result {
	s := New(o)
	for x := range samples {
		s.Add(x)
	}
	return s.Result()
}
