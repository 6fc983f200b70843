package judge

import (
	"cmp"
	"strings"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
	"leakcheck/soak/logscan"
)

// extra is what signals of reserved names told of a target.
type extra struct {
	errors *logscan.Top
	files  map[string]soak.Signal // by the file check's ID
}

// takes keeps a signal of a reserved name; it is none of a rule's.
func (x *extra) takes(s soak.Signal) bool {
	if s.Name == soak.ErrorSignal {
		if x.errors == nil {
			x.errors = logscan.NewTop(logscan.TopErrors)
		}
		x.errors.Join(s.Text, s.Count)
		return true
	}
	id, is := strings.CutPrefix(s.Name, soak.FileSignal)
	if is {
		if x.files == nil {
			x.files = map[string]soak.Signal{}
		}
		x.files[id] = s
	}
	return is || s.Reserved()
}

// errorLines lists the most frequent error lines of every target.
func (j *Judge) errorLines() []soak.ErrorLine {
	lines := []soak.ErrorLine{}
	for _, t := range j.targets {
		if t.extra.errors == nil {
			continue
		}
		for _, l := range t.extra.errors.Lines() {
			lines = append(lines, soak.ErrorLine{Target: t.info.Name, Text: l.Text, Count: l.Count - l.Over})
		}
	}
	return lines
}

// filesWindow is what file checks have in place of a window: a file is the
// same at any time of a container's life.
const filesWindow = "files in the container"

// fileResults judges what was found in a container's files.
func (t *target) fileResults() []soak.CheckResult {
	if t.info.Kind != "container" {
		return nil
	}
	var results []soak.CheckResult
	for _, c := range t.profile.Files {
		r := soak.CheckResult{
			ID: c.ID, Target: t.info.Name, Text: checklist.Fill(c.Text, t.info), Window: filesWindow,
			Severity: cmp.Or(c.Severe, soak.SeverityFail), Threshold: c.Contains,
		}
		s, looked := t.extra.files[c.ID]
		r.Evidence = s.Text
		switch {
		case !looked:
			r.Outcome, r.Evidence = soak.NotRun, "nobody looked into the container's files"
		case s.Values["files"] == 0:
			r.Outcome = soak.Inconclusive
			r.Hint = "If the program lives elsewhere in the container, give the profile's file check its path."
		case s.Values["holding"] > 0:
			r.Outcome, r.Value = soak.Pass, c.Contains
		default:
			r.Outcome, r.Value, r.Hint = soak.Fail, "not there", checklist.Fill(c.Hint, t.info)
			if r.Severity == soak.SeverityWarn {
				r.Outcome = soak.Warn
			}
		}
		results = append(results, r)
	}
	return results
}

// rollback lists the way back of each target that has failed.
func (j *Judge) rollback(checks []soak.CheckResult) (all []soak.Rollback) {
	failed := map[string]bool{}
	for _, c := range checks {
		failed[c.Target] = failed[c.Target] || c.Outcome == soak.Fail
	}
	for _, t := range j.targets {
		if !failed[t.info.Name] || len(t.profile.Rollback) == 0 {
			continue
		}
		back := soak.Rollback{Target: t.info.Name}
		for _, step := range t.profile.Rollback {
			if checklist.Suits(step, t.info) {
				back.Steps = append(back.Steps, checklist.Fill(step, t.info))
			}
		}
		if len(back.Steps) > 0 {
			all = append(all, back)
		}
	}
	return all
}
