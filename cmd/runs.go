package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"leakcheck/report"
	"leakcheck/soak/record"
)

func newRuns(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "runs",
		Short: "List, export and remove stored runs",
		Long: `Runs are stored in $XDG_STATE_HOME/leakcheck (~/.local/state/leakcheck), one file
each, unless 'soak --out DIR' put them elsewhere, which the store then notes.
A RUN is an id from 'runs list', a unique prefix of one, latest, or a folder or
record file.

` + exitCodes,
		Example: `  leakcheck runs list
  leakcheck runs export latest > samples.csv
  leakcheck runs remove k3f9`,
	}
	c.AddCommand(a.newRunsList(), a.newRunsExport(), a.newRunsRemove())
	return c
}

func (a *app) newRunsList() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "list", Short: "List the stored runs, the latest first", Args: cobra.NoArgs,
		Example: "  leakcheck runs list",
		RunE: func(*cobra.Command, []string) error {
			if format != "text" && format != "json" {
				return usage("--format %q: use text or json", format)
			}
			dir := record.Dir(a.getenv)
			all, err := record.List(dir)
			if err != nil {
				return notMeasured(err)
			}
			if len(all) == 0 && format == "text" {
				fmt.Fprintf(a.stderr, "No run is stored in %s yet. 'leakcheck soak' stores one.\n", dir)
				return nil
			}
			return a.printRuns(all, format)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "what to print: text or json")
	return c
}

func (a *app) printRuns(all []record.Summary, format string) error {
	rows := make([]report.Run, 0, len(all))
	for _, s := range all {
		r := report.Run{
			ID: s.ID, State: string(s.State), Kind: cmp.Or(string(s.Kind), "soak"), Profile: s.Profile, Targets: s.Targets,
			Started: s.Started, Duration: max(s.Last.Sub(s.Started), 0).Seconds(), Bytes: s.Size,
		}
		if s.Err != nil {
			r.Kind, r.Problem = "", s.Err.Error()
		}
		rows = append(rows, r)
	}
	if format == "json" {
		return report.RunsJSON(a.stdout, rows)
	}
	return report.RunsText(a.stdout, rows, time.Now(), a.textOptions(a.stdout))
}

func (a *app) newRunsExport() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "export RUN", Short: "Write a run's samples as CSV", Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeRuns,
		Long: `export writes one row for each sample, oldest first, in the form of samples.csv,
which 'leakcheck classify' reads back. Of a damaged record it writes all that can
still be read, and exits with 3.`,
		Example: `  leakcheck runs export latest > samples.csv
  leakcheck runs export ./soak-out -o samples.csv`,
		RunE: func(_ *cobra.Command, args []string) error {
			path, err := record.Find(record.Dir(a.getenv), args[0])
			if err != nil {
				return missing(err)
			}
			if out == "" {
				return missing(exportRun(a.stdout, path))
			}
			f, err := os.OpenFile(out, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
			if err != nil {
				return usage("--output: %w", err)
			}
			return missing(errors.Join(exportRun(f, path), f.Close()))
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "file to write (default: standard output)")
	return c
}

// exportRun writes what can be read of a record, also of a damaged one.
func exportRun(w io.Writer, path string) error {
	d := (*record.DamagedError)(nil)
	rec, damage := record.Open(path)
	switch {
	case damage == nil:
		_ = rec.Close() // opened to be checked only
	case !errors.As(damage, &d) || d.Samples == 0:
		return damage
	}
	rec, err := record.Salvage(path)
	if err != nil {
		return err
	}
	defer rec.Close()
	err = record.WriteCSV(w, rec.Samples(""))
	if errors.As(err, &d) || err == nil && damage != nil {
		return fmt.Errorf("%s is damaged (%w): the %d samples that could be read were written", path, d.Err, d.Samples)
	}
	return err
}

func (a *app) newRunsRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove RUN...", Short: "Delete stored runs for good, those of --out too", Args: cobra.MinimumNArgs(1), ValidArgsFunction: a.completeRuns,
		Example: "  leakcheck runs remove k3f9",
		RunE: func(_ *cobra.Command, args []string) error {
			paths := make([]string, len(args))
			for i, ref := range args {
				var err error
				if paths[i], err = record.Find(record.Dir(a.getenv), ref); err != nil && !errors.Is(err, record.ErrGone) {
					return missing(err)
				}
			}
			for _, path := range paths {
				err := record.Remove(path)
				if errors.Is(err, fs.ErrNotExist) { // what is left is its id
					err = nil
				}
				if err = errors.Join(err, record.Forget(record.Dir(a.getenv), path)); err != nil {
					return missing(err)
				}
				if !a.quiet {
					fmt.Fprintln(a.stderr, "Removed", path)
				}
			}
			return nil
		},
	}
}

// completeRuns offers the stored runs to the shell.
func (a *app) completeRuns(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	ids := []string{"latest"}
	all, _ := record.List(record.Dir(a.getenv)) // a shell can show no error
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	return ids, cobra.ShellCompDirectiveDefault
}
