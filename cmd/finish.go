package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// finish judges the run, and writes and prints its report.
func (r *run) finish() (soak.Report, error) {
	r.judge.Finish(r.summary.Interrupted)
	r.judge.Add(r.gates.check(r.judge, r.info)...)
	judged := r.judge.Report(time.Now())
	if r.summary.RecordErr != nil {
		judged.Warnings = append(judged.Warnings, "the record is incomplete: "+r.summary.RecordErr.Error())
	}
	var err error
	if r.record != nil {
		err = r.record.Finish(judged.Run)
	}
	view := report.NewView(judged, curvesOf(r.judge, r.curves), time.Now())
	if r.o.out != "" {
		err = errors.Join(err, writeReports(r.o.out, view, r.record))
	}
	err = errors.Join(err, r.o.writeFiles(view))
	if r.summary.Reason != "" && !r.app.quiet {
		fmt.Fprintln(r.app.stderr, "Ended early:", r.summary.Reason)
	}
	err = errors.Join(r.tellAll(view, judged), err)
	r.app.told(r)
	if err != nil {
		return judged, notMeasured(err)
	}
	return judged, nil
}

// tellAll prints the report, to the CI server too. A watch has shown the
// details and leaves its first screen behind.
func (r *run) tellAll(v *report.View, judged soak.Report) error {
	r.app.tellCI(v)
	if r.screened && (r.o.format != "text" || !r.app.terminalOf(r.app.stdout).is) {
		if err := report.Screen(r.app.stderr, v, r.app.textOptions(r.app.stderr)); err != nil {
			return err
		}
	}
	if r.o.watching && r.o.format == "text" && !r.app.quiet {
		return report.Screen(r.app.stdout, v, r.app.textOptions(r.app.stdout))
	}
	return r.app.print(r.o.format, v, judged)
}

// told says where to find the run again.
func (a *app) told(r *run) {
	if a.quiet || r.record == nil {
		return
	}
	fmt.Fprintf(a.stderr, "Run %s, record %s\n", r.info.ID, r.record.Path())
	if r.summary.Interrupted && r.resumable(time.Now()) {
		fmt.Fprintf(a.stderr, "Go on with: leakcheck soak --resume %s\n", r.resumeAs())
	}
	if r.o.out != "" {
		fmt.Fprintln(a.stderr, saved(r.o.out))
	}
}

// print renders a report in one of the formats of --format. Quiet text is the
// verdict alone.
func (a *app) print(format string, v *report.View, judged soak.Report) error {
	switch format {
	case "json":
		return report.JSON(a.stdout, judged)
	case "junit":
		return report.JUnit(a.stdout, v)
	case "markdown":
		return report.Markdown(a.stdout, v)
	}
	if a.quiet {
		_, err := fmt.Fprintln(a.stdout, v.Headline.Text)
		return err
	}
	return report.Text(a.stdout, v, a.textOptions(a.stdout))
}

// textOptions is what a stream can show, in the report's words.
func (a *app) textOptions(w io.Writer) report.TextOptions {
	t := a.terminalOf(w)
	return report.TextOptions{Width: t.width, Color: t.color, Unicode: t.unicode, Plain: !t.is}
}

// writeReports fills an --out folder.
func writeReports(dir string, v *report.View, rec *record.Record) error {
	return errors.Join(report.WriteAll(dir, v), writeCSV(filepath.Join(dir, "samples.csv"), rec))
}

func writeCSV(path string, rec *record.Record) error {
	// A new file that takes the place of whatever has the name: a symlink
	// there is replaced, not followed.
	f, err := os.CreateTemp(filepath.Dir(path), ".samples-*")
	if err != nil {
		return err
	}
	err = errors.Join(record.WriteCSV(f, rec.Samples("")), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error is the one to tell
	}
	return err
}
