// Package curve says what a memory curve is: its floor, its rate with an
// interval, its pattern, whether it leaks, and when it meets a wall.
//
// Samples go into a [Stream] one by one; a file is fed through the same stream
// as a running soak, so both get the same answer. The package touches no clock
// and does no I/O: time is whatever the samples say.
//
// # How a verdict is reached
//
// A stream keeps each life of the target in at most 1,024 buckets (grid.go).
// The floor (floor.go) is the minimum of each garbage collection cycle where
// the curve is a sawtooth (teeth.go), the smoothed curve where it is not, and
// at most 100 points long. The present regime begins at the last change point
// (frame.go). Explanations compete for it (shapes.go): a line, a bend, a late
// onset, an acceleration, steps, and those that grow without a leak, namely a
// warm-up, logarithmic and square-root fills, a daily cycle. Each is fitted by
// generalised least squares under some twenty hypotheses about the noise, from
// white to nearly a random walk (noise.go, gram.go), scored by BIC and averaged
// (fit.go). The answer (decide.go) is "yes" if the averaged present rate is
// proven above the tolerance and above what settling could explain, and no
// harmless explanation fits as well; "no" if it is proven below the tolerance;
// else "inconclusive", with what could have been seen and how much longer it
// would take (power.go). The numbers it hangs on are in thresholds.go.
package curve
