// Package soak is the vocabulary of leakcheck: the words of a soak test as
// data types, and the few small interfaces between its rooms. It does no I/O
// and imports nothing else of this module.
//
// Data flows one way. A [Target] is sampled, its log is read and scenarios are
// fired at it; what is seen travels as a [Batch] to every [Recorder]; a
// [Result] says what the curve is, a [CheckResult] what it means, and a
// [Report] holds all of a judged run.
package soak
