package cmd

import (
	"errors"
	"path/filepath"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// sheetFiles are what a stored diagnosis or firing can be written as, with the
// names that they get in a folder.
var sheetFiles = map[string]string{"json": "run.json", "html": "report.html"}

// retold tells a stored diagnosis or firing again, from its measurements. It
// is not for a soak, nor for a record made before the design was kept.
func (a *app) retold(rec *record.Record, o judgeOptions, out outputOptions) (done bool, err error) {
	var sheet *report.Sheet
	code := soak.ExitPass
	switch info := rec.Meta().Info; {
	case len(info.Targets) == 0: // a record that was cut short, or is none of ours
		return false, nil
	case info.Kind == soak.KindDiagnose && info.Design != nil:
		d, err := rebuilt(rec)
		if err != nil {
			return true, err
		}
		sheet, code = d.Sheet(), d.ExitCode
	case info.Kind == soak.KindFire && info.Firing != nil:
		f, err := refired(rec)
		if err != nil {
			return true, err
		}
		sheet, code = report.FiredSheet(f), f.ExitCode
	default:
		return false, nil
	}
	if err := out.writeSheet(sheet); err != nil {
		return true, err
	}
	if err := a.printSheet(out.format, sheet); err != nil {
		return true, err
	}
	return true, ended(gated(code, o.inconclusive))
}

// writeSheet writes a sheet wherever the flags say.
func (o *outputOptions) writeSheet(s *report.Sheet) error {
	const faces = "a diagnosis or a firing is text, json or html; --tolerance, --limit or --profile judge its memory as a soak's, which has the others"
	paths := map[string][]string{}
	for format, path := range o.files {
		if *path == "" {
			continue
		}
		if sheetFiles[format] == "" {
			return usage("--%s: %s", format, faces)
		}
		paths[format] = append(paths[format], *path)
	}
	if err := textOrJSON(o.format); err != nil {
		return usage("--format %s: %s", o.format, faces)
	}
	if o.out != "" {
		for format, name := range sheetFiles {
			paths[format] = append(paths[format], filepath.Join(o.out, name))
		}
	}
	var failed []error
	for _, path := range paths["html"] {
		failed = append(failed, report.WriteSheet(path, s))
	}
	for _, path := range paths["json"] {
		failed = append(failed, report.WriteSheetJSON(path, s))
	}
	if err := errors.Join(failed...); err != nil {
		return notMeasured(err)
	}
	return nil
}
