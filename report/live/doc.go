// Package live shows a run that goes on, on a whole terminal screen, and
// leaves the terminal as it was. What the screen says is report.Frame; this
// package knows keys, sizes and escapes alone.
package live
