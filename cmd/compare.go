package cmd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/judge"
	"leakcheck/soak/record"
	"leakcheck/soak/record/curvefile"
)

// defaultMargin is how much worse, relative to before, passes for no worse.
const defaultMargin = percent(0.1)

// compareOptions are the flags of compare.
type compareOptions struct {
	judgeOptions
	format   string
	margin   percent
	html     string
	interval soak.Duration
}

func newCompare(a *app) *cobra.Command {
	o := compareOptions{margin: defaultMargin}
	c := &cobra.Command{
		Use:   "compare BEFORE AFTER",
		Short: "Say what a fix changed, each figure with its interval",
		Long: `compare holds a run against an earlier one: is the fix a fix? Each side is a RUN
(an id, a unique prefix of one, latest, or a folder or record file) or a curve
file as 'leakcheck classify' reads it.

Runs that were sent different numbers of requests are compared per request, or
not at all where that cannot be; it says which. Where a tap counted what the
node asked of its upstream, that is compared as well.

Worse is what is proven to be worse by more than --margin and, for growth, by
more than the slowest growth that matters. No worse is what is proven to be less
than that.

Exit codes: 0 no worse, 1 worse, 2 bad usage or configuration, 3 could not
measure, 4 cannot tell, 130 interrupted.`,
		Example: `  leakcheck compare ./before ./after
  leakcheck compare k3f9 latest --margin 5%
  leakcheck compare --format json before.csv after.csv`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if o.format != "text" && o.format != "json" {
				return usage("--format %q: use text or json", o.format)
			}
			if err := o.judgeOptions.check(); err != nil {
				return err
			}
			if o.html != "" {
				if err := writable("--html", filepath.Dir(o.html)); err != nil {
					return err
				}
			}
			return a.compare(c.Context(), args[0], args[1], o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "text", "what to print: text or json")
	f.StringVar(&o.html, "html", "", "write a page with both curves over each other to this `file`, too")
	f.Var(&o.margin, "margin", "how much worse passes for no worse")
	f.Var(aboveZero{&o.interval}, "interval", "time between rows of curve files that carry no time")
	o.judgeOptions.flags(f)
	return c
}

// compare judges both sides and prints what changed.
func (a *app) compare(ctx context.Context, before, after string, o compareOptions) error {
	x, err := a.side(ctx, before, o)
	if err != nil {
		return err
	}
	y, err := a.side(ctx, after, o)
	if err != nil {
		return err
	}
	targets, err := judge.Compare(x.Side, y.Side, float64(o.margin))
	if err != nil {
		return usage("%s and %s: %w", before, after, err)
	}
	c := report.Comparison{BeforeName: before, AfterName: after, Before: x.Report(x.end), After: y.Report(y.end), Targets: targets,
		BeforeSeries: x.curves.Series(), AfterSeries: y.curves.Series()}
	if o.html != "" {
		if err := report.WriteSheet(o.html, c.Sheet()); err != nil {
			return notMeasured(err)
		}
	}
	if err := a.printSheet(o.format, c.Sheet()); err != nil {
		return err
	}
	return ended(gated(c.ExitCode(), o.inconclusive))
}

// gated is what --inconclusive makes of an exit code.
func gated(code int, inconclusive string) int {
	switch {
	case code != soak.ExitInconclusive || inconclusive == "":
		return code
	case inconclusive == "pass":
		return soak.ExitPass
	}
	return soak.ExitFail
}

// side is one run of a comparison, as of its end.
type side struct {
	judge.Side
	curves *report.Collector
	end    time.Time
}

// side reads a run or a curve file, unless it is interrupted.
func (a *app) side(ctx context.Context, name string, o compareOptions) (side, error) {
	s, err := unlessOver(ctx, func() (side, error) { return a.readSide(ctx, name, o) })
	if errors.Is(err, context.Canceled) {
		return side{}, &exit{soak.ExitInterrupted, errors.New("interrupted")}
	}
	return s, err
}

func (a *app) readSide(ctx context.Context, name string, o compareOptions) (side, error) {
	rec, err := a.openRun(name)
	if errors.Is(err, record.ErrNotRecord) {
		return fileSide(ctx, name, o)
	}
	if err != nil {
		return side{}, err
	}
	defer rec.Close()
	return runSide(rec, o.judgeOptions)
}

// runSide judges a stored run by the profile that it was made with.
func runSide(rec *record.Record, o judgeOptions) (side, error) {
	m := rec.Meta()
	j, err := judgeOf(m, o, "")
	if err != nil {
		return side{}, err
	}
	s := side{Side: judge.Side{Judge: j, Upstream: &judge.Upstream{}}, curves: report.NewCollector(chartPoints), end: seenUntil(rec)}
	if err := rec.Replay(fanout{j, s.Upstream, s.curves}); err != nil {
		return side{}, notMeasured(err)
	}
	if m.Finished {
		j.Finish(false)
	}
	return s, nil
}

// fileSide judges a curve file by the built-in checks.
func fileSide(ctx context.Context, name string, o compareOptions) (side, error) {
	f, err := os.Open(name)
	if err != nil {
		return side{}, usage("%w", err)
	}
	defer f.Close()
	j, err := judge.New(soak.RunInfo{Tolerance: float64(o.tolerance)}, nil, o.options())
	if err != nil {
		return side{}, usage("%w", err)
	}
	s := side{Side: judge.Side{Judge: j}, curves: report.NewCollector(chartPoints)}
	sinks := fanout{j, s.curves}
	for x, err := range until(ctx, curvefile.Read(name, f, curvefile.Options{Interval: o.interval.D()})) {
		if row := (*curvefile.RowError)(nil); errors.As(err, &row) {
			return side{}, usage("%w", err)
		}
		if err != nil {
			return side{}, notMeasured(err)
		}
		s.end = x.At
		if err := sinks.Record(soak.Batch{Samples: []soak.Sample{x}}); err != nil {
			return side{}, notMeasured(err)
		}
	}
	j.Finish(false)
	return s, nil
}
