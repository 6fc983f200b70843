package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"leakcheck/report"
)

// outputOptions say where the report goes.
type outputOptions struct {
	format string
	out    string
	files  map[string]*string // where to write a format beside what is printed
}

func (o *outputOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.format, "format", "text", "what to print at the end: text, json, junit or markdown")
	o.files = map[string]*string{}
	for _, format := range report.Formats {
		o.files[format] = f.String(format, "", "write the report as "+format+" to this `file`, too")
	}
	f.StringVar(&o.out, "out", "", "`folder` for the record and all reports, written however the run ends")
}

func (o *outputOptions) check() error {
	switch o.format {
	case "text", "json", "junit", "markdown":
	default:
		return usage("--format %q: use text, json, junit or markdown", o.format)
	}
	for _, format := range report.Formats {
		if path := o.files[format]; path != nil && *path != "" {
			if err := writable("--"+format, filepath.Dir(*path)); err != nil {
				return err
			}
		}
	}
	if o.out == "" {
		return nil
	}
	return writable("--out", o.out)
}

// writeFiles writes the reports that were asked for beside the printed one.
func (o *outputOptions) writeFiles(v *report.View) error {
	var failed []error
	for _, format := range report.Formats {
		if path := o.files[format]; path != nil && *path != "" {
			failed = append(failed, report.WriteFile(*path, format, v))
		}
	}
	return errors.Join(failed...)
}

// writable makes the folder and proves that files can be written into it, so
// that a run does not find out at its end.
func writable(flag, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usage("%s %s: cannot make the folder: %w; name one that can be written to", flag, dir, err)
	}
	f, err := os.CreateTemp(dir, ".leakcheck-*")
	if err != nil {
		return usage("%s %s: cannot write there: %w; name a folder that can be written to", flag, dir, err)
	}
	if err := firstError(f.Close(), os.Remove(f.Name())); err != nil {
		return usage("%s %s: cannot write there: %w; name a folder that can be written to", flag, dir, err)
	}
	return nil
}

// recordPath is the record inside an --out folder.
func recordPath(dir string) string { return filepath.Join(dir, "run.db") }

// saved tells where things are.
func saved(dir string) string { return fmt.Sprintf("Written to %s", dir) }
