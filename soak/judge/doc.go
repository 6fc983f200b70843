// Package judge turns what was seen into a judged run. A [Judge] is a
// soak.Recorder: the runner feeds it live, a stored run is replayed into it,
// and both take the same path. It keeps no samples and no log lines, only what
// each window of the checklist needs, so its memory does not depend on the
// length of the run. It is the one place that calls curve and checklist.
package judge
