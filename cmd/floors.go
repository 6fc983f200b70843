package cmd

import (
	"leakcheck/report"
	"leakcheck/soak/judge"
)

// curvesOf is what charts are drawn from: what was collected, with the floors
// on which the verdict stands.
func curvesOf(j *judge.Judge, c *report.Collector) map[string]*report.Series {
	all := c.Series()
	for name, s := range all {
		for _, p := range j.Floor(name) {
			s.Floor = append(s.Floor, report.Point{T: p.At.UnixMilli(), V: p.Bytes})
		}
	}
	return all
}
