// Package curve says what a memory curve is: its floor, its rate with an
// interval, its pattern, whether it leaks, and when it meets a wall.
//
// Samples go into a [Stream] one by one; a file is fed through the same stream
// as a running soak, so both get the same answer. The package touches no clock
// and does no I/O: time is whatever the samples say.
package curve
