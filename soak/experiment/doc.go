// Package experiment finds out which of several causes makes memory grow. It
// switches them on and off in random order, one at a time, and compares the
// floor before and after each block. Because chance alone decides when a cause
// is on, what grows with it grows because of it (Fisher, The Design of
// Experiments, 1935): nothing else here is ever called a cause.
//
// An [Experiment] is pure: it says which block comes next, is told what came of
// it, and knows when it is done. A [Driver] runs its blocks for real, as the
// load of a run, and hands on what each measured; a [Story] puts the diagnosis
// together from that, be it while the run goes on or from its record.
// [Shots] fire once and see whether memory comes back. [Passive] fires nothing:
// it compares growth with what happened, and calls that coincidence.
package experiment
