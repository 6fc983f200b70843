// Package record keeps a run on disk: one SQLite file that holds measurements
// only, never conclusions, so that a run can be judged again at any time.
//
// A batch is durable when [Record.Record] returns. What was recorded comes
// back, batch by batch and in the same order, from [Record.Replay], or one
// target's samples at a time from [Record.Samples], also while another process
// goes on writing. The file is described in schema.go; any SQLite tool reads
// everything in it but the samples, which are stored as differences (see
// frame.go) because a week of them at one a second must stay small.
package record
