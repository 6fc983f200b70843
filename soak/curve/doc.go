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
// white to nearly a random walk (noise.go, gram.go), scored by BIC (fit.go) and
// averaged over the noises (blend.go). The answer (decide.go) is "yes" if the
// averaged present rate is proven above the tolerance and above what settling
// could explain, and no harmless explanation fits as well; "no" if it is proven
// below the tolerance by the present regime or, where that leaves it open, by the
// whole life (analyse.go), unless the memory only pauses between two steps
// (stairs.go); else "inconclusive", with what could have been seen and how much
// longer it would take (power.go). What is believed of the rate and the level
// together says when a wall is met (reach.go, forecast.go), and the components of
// the samples in which memory the growth is (where.go). The numbers it hangs on
// are in thresholds.go.
//
// # What a curve cannot tell
//
// Memory with a bound that is touched for the first time grows as straight as a
// leak: a JVM's initial heap, a cache on its way to its maximum. What the
// program was told on its command line can tell (fills.go); without it such a
// fill is a "yes" until it ends. The bound of a heap, V8's old space or -Xmx, is
// no such word: healthy programs do not fill it, leaking ones do.
//
// Under noise whose memory is longer than a fiftieth of the run intervals are
// wider than a known noise would need (`make bench-verdict`): by a fifth at
// AR(1) 0.98 over 1,440 samples, more than twofold at 0.999, where a line and the noise's
// own wandering are told apart by nothing else.
package curve
