package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/judge"
	"leakcheck/soak/record"
	"leakcheck/soak/record/curvefile"
)

// classifyOptions are the flags of classify.
type classifyOptions struct {
	judgeOptions
	format   string
	interval soak.Duration
}

func newClassify(a *app) *cobra.Command {
	var o classifyOptions
	c := &cobra.Command{
		Use:   "classify FILE|RUN...",
		Short: "Judge memory curves alone: pattern, leak, rate, forecast",
		Long: `classify judges curves that something else recorded, or those of stored runs.

A FILE is CSV with a header or JSON lines, plain or gzipped; - is standard input.
Time is one of t, t_seconds, time, timestamp, unix, unix_ms; memory is bytes (or
memory) alone, or any of usage, working_set, anon, file, inactive_file, shmem,
kernel and limit, in bytes or with a unit (1.2GiB, or in the name: memory_mb,
RSS (MB)); cAdvisor's names, and rss for anon, are known too. The columns target,
life, restarts, oom_kills and requests help where they are there; an empty cell
is "not measured". Rows are in order of time. Lines of 'docker stats --format
json' carry no time: say with --interval how far apart they are.

A RUN is an id from 'leakcheck runs list', a unique prefix of one, latest, or a
folder or record file.

` + exitCodes,
		Example: `  leakcheck classify memory.csv
  leakcheck classify --format json --limit 5GB --tolerance 1MB/h *.csv.gz
  docker stats --format json api | head -600 | leakcheck classify --interval 1s -
  leakcheck classify latest`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.check(args); err != nil {
				return err
			}
			return a.classify(c.Context(), args, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "text", "what to print: text or json")
	f.Var(aboveZero{&o.interval}, "interval", "time between rows that carry no time")
	o.judgeOptions.flags(f)
	return c
}

func (o *classifyOptions) check(args []string) error {
	if o.format != "text" && o.format != "json" {
		return usage("--format %q: use text or json", o.format)
	}
	stdin := 0
	for _, name := range args {
		if name == "-" {
			stdin++
		}
	}
	if stdin > 1 {
		return usage("standard input (-) can be read only once")
	}
	return o.judgeOptions.check()
}

// classify judges all sources at the same time and prints them in the order
// in which they were named.
func (a *app) classify(ctx context.Context, names []string, o classifyOptions) error {
	// A curve's garbage is small and short-lived: collecting it less often takes a
	// seventh off the time of many files, for some 15 MB.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	judged := make([][]soak.Result, len(names))
	failed := make([]error, len(names))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		g.Go(func() error {
			judged[i], failed[i] = unlessOver(ctx, func() ([]soak.Result, error) { return a.classifyOne(ctx, name, o) })
			return nil // a bad file must not keep the others from being judged
		})
	}
	_ = g.Wait()
	var results []soak.Result
	for _, r := range judged {
		results = append(results, r...)
	}
	code, err := classified(results, failed, o.inconclusive)
	// A mistake leaves no JSON, which would look whole; the text of the others is
	// followed by what is wrong.
	if code == soak.ExitInterrupted || code == soak.ExitUsage && (o.format == "json" || len(results) == 0) {
		return &exit{code, err}
	}
	if err := a.printCurves(results, o.format); err != nil {
		return notMeasured(fmt.Errorf("the results could not be printed: %w", err))
	}
	if err != nil {
		return &exit{code, err}
	}
	return ended(code)
}

// classified is the exit code for all sources together, and what went wrong.
func classified(results []soak.Result, failed []error, inconclusive string) (int, error) {
	code, err := soak.ExitPass, errors.Join(failed...)
	if err != nil {
		code = soak.ExitNotMeasured
	}
	for _, r := range results {
		switch {
		case r.Leak == soak.LeakYes, r.Leak == soak.LeakInconclusive && inconclusive == "fail":
			code = soak.ExitFail
		case r.Leak == soak.LeakInconclusive && inconclusive == "" && code == soak.ExitPass:
			code = soak.ExitInconclusive
		}
	}
	for _, e := range failed {
		var x *exit
		if errors.Is(e, context.Canceled) {
			return soak.ExitInterrupted, errors.New("interrupted")
		}
		if errors.As(e, &x) && x.code == soak.ExitUsage {
			code = soak.ExitUsage
		}
	}
	return code, err
}

func (a *app) printCurves(results []soak.Result, format string) error {
	switch {
	case format == "json":
		return report.ClassifyJSON(a.stdout, results)
	case a.quiet:
		return report.ClassifyLines(a.stdout, results, a.textOptions(a.stdout))
	}
	return report.ClassifyText(a.stdout, results, a.textOptions(a.stdout))
}

// classifyOne judges one file or run. Its errors carry their exit code.
func (a *app) classifyOne(ctx context.Context, name string, o classifyOptions) ([]soak.Result, error) {
	info, err := os.Stat(name)
	switch {
	case name == "-":
		return classifyFile(ctx, "stdin", a.stdin, o)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, usage("%w", err)
	case err == nil && !info.IsDir() && !info.Mode().IsRegular():
		return classifyNamed(ctx, name, o) // a pipe
	case err != nil && meansFile(name):
		return nil, usage("there is no file %s", name)
	}
	rec, err := a.openRun(name)
	if errors.Is(err, record.ErrNotRecord) {
		return classifyNamed(ctx, name, o)
	}
	if err != nil {
		return nil, err
	}
	defer rec.Close()
	return classifyRun(ctx, rec, name, o)
}

// meansFile reports whether a name is a path or that of a curve file rather
// than a run's id.
func meansFile(name string) bool {
	return strings.ContainsRune(name, filepath.Separator) || slices.Contains([]string{".csv", ".json", ".jsonl", ".gz"}, strings.ToLower(filepath.Ext(name)))
}

// classifyRun judges a stored run by what it was started with.
func classifyRun(ctx context.Context, rec *record.Record, name string, o classifyOptions) ([]soak.Result, error) {
	m := rec.Meta()
	targets, err := rec.Targets()
	if err != nil {
		return nil, notMeasured(err)
	}
	c := judge.ClassifyOptions{Tolerance: m.Info.Tolerance, Limit: cmp.Or(float64(o.limit), m.Info.Limit), Fills: cmp.Or(float64(o.fills), m.Info.Fills), Scale: m.Info.Rehearsal, Profiles: m.Profiles, Targets: targets}
	if o.tolerance > 0 {
		c.Tolerance = float64(o.tolerance)
	}
	results, err := judge.Classify(until(ctx, rec.Samples("")), name, c)
	if err == nil && len(results) == 0 {
		err = fmt.Errorf("%s: %w", name, curvefile.ErrEmpty)
	}
	return results, missing(err)
}

func classifyNamed(ctx context.Context, name string, o classifyOptions) ([]soak.Result, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usage("%w", err)
	}
	defer f.Close()
	return classifyFile(ctx, name, f, o)
}

func classifyFile(ctx context.Context, name string, r io.Reader, o classifyOptions) ([]soak.Result, error) {
	samples := curvefile.Read(name, r, curvefile.Options{Interval: o.interval.D()})
	results, err := judge.Classify(until(ctx, samples), name, judge.ClassifyOptions{Tolerance: float64(o.tolerance), Limit: float64(o.limit), Fills: float64(o.fills)})
	if row := (*curvefile.RowError)(nil); errors.As(err, &row) {
		return nil, usage("%w", err)
	}
	if err != nil {
		return nil, notMeasured(err)
	}
	return results, nil
}
