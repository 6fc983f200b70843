package cmd

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
)

// outputOptions say where the report goes.
type outputOptions struct {
	format string
	out    string
}

func (o *outputOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.format, "format", "text", "what to print at the end: text, json, junit or markdown")
	f.StringVar(&o.out, "out", "", "folder for the record and all reports, written however the run ends")
}

func (o *outputOptions) check() error {
	switch o.format {
	case "text", "json", "junit", "markdown":
	default:
		return usage("--format %q: use text, json, junit or markdown", o.format)
	}
	if o.out == "" {
		return nil
	}
	return writable(o.out)
}

// writable makes the folder and proves that files can be written into it, so
// that a run does not find out at its end.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usage("--out: cannot make the folder: %w", err)
	}
	f, err := os.CreateTemp(dir, ".leakcheck-*")
	if err != nil {
		return usage("--out: cannot write into %s: %w", dir, err)
	}
	if err := firstError(f.Close(), os.Remove(f.Name())); err != nil {
		return usage("--out: cannot write into %s: %w", dir, err)
	}
	return nil
}

// recordPath is the record inside an --out folder.
func recordPath(dir string) string { return filepath.Join(dir, "run.db") }

// saved tells where things are.
func saved(dir string) string { return fmt.Sprintf("Written to %s", dir) }
