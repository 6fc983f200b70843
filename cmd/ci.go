package cmd

import (
	"errors"
	"fmt"
	"os"

	"leakcheck/report"
)

// tellCI gives the report to the CI server that runs leakcheck, if it is one
// with a place for it. What it cannot have is a warning: the verdict stands.
func (a *app) tellCI(v *report.View) {
	var failed error
	if a.getenv("GITHUB_ACTIONS") == "true" {
		// The runner reads commands from either stream; standard output is the report's.
		failed = report.Annotations(a.stderr, v)
	}
	if path := a.getenv("GITHUB_STEP_SUMMARY"); path != "" {
		failed = errors.Join(failed, appendSummary(path, v))
	}
	if failed != nil {
		fmt.Fprintln(a.stderr, "Warning: the CI server was not told:", failed)
	}
}

// appendSummary adds the Markdown report to a job's summary, to which other
// steps write too.
func appendSummary(path string, v *report.View) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	err = report.Markdown(f, v)
	if err == nil {
		_, err = fmt.Fprintln(f)
	}
	return errors.Join(err, f.Close())
}
