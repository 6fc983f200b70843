package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"leakcheck/report"
)

func newReport(a *app) *cobra.Command {
	var (
		j       judgeOptions
		out     outputOptions
		profile string
		gate    gateOptions
		pack    bundleOptions
	)
	c := &cobra.Command{
		Use:   "report RUN",
		Short: "Judge a stored run again and render its report",
		Long: `report judges a finished or running soak from its record: by the profile it was
made with, or by another one. A stored diagnosis or firing is told again as it
was, from its measurements; with --profile, --tolerance, --limit or --bundle its
memory is judged as a soak's. A RUN is an id from 'leakcheck runs list', a unique
prefix of one, latest, or a folder or record file.

` + exitCodes,
		Example: `  leakcheck report latest
  leakcheck report latest --format json
  leakcheck report ./soak-out --tolerance 1MB/h --out ./again
  leakcheck report latest --bundle leak.tar.gz`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := firstError(j.check(), out.check()); err != nil {
				return err
			}
			return a.report(c.Context(), args[0], j, out, profile, gate, pack)
		},
	}
	j.flags(c.Flags())
	out.flags(c.Flags())
	gate.flags(c.Flags())
	pack.flags(c.Flags())
	c.Flags().StringVar(&profile, "profile", "", "judge by this profile (name or file) instead of the recorded one")
	return c
}

// report judges and renders one stored run.
func (a *app) report(ctx context.Context, ref string, o judgeOptions, out outputOptions, profile string, gate gateOptions, pack bundleOptions) error {
	g, err := a.openGates(gate, o)
	if err != nil {
		return err
	}
	rec, err := a.openRun(ref)
	if err != nil {
		return err
	}
	defer rec.Close()
	if asSoak := profile != "" || o.tolerance > 0 || o.limit > 0 || pack.path != ""; !asSoak {
		if done, err := a.retold(rec, o, out); done {
			return err
		}
	}
	j, curves, err := rejudge(rec, o, profile)
	if err != nil {
		return err
	}
	m, until := rec.Meta(), seenUntil(rec)
	if m.Finished {
		j.Finish(false)
	}
	j.Add(g.check(j, m.Info)...)
	judged := j.Report(until)
	view := report.NewStoredView(judged, curvesOf(j, curves), until, time.Now())
	if out.out != "" {
		if err := writeReports(out.out, view, rec); err != nil {
			return notMeasured(err)
		}
		if !a.quiet {
			fmt.Fprintln(a.stderr, saved(out.out))
		}
	}
	a.tellCI(view)
	if err := errors.Join(out.writeFiles(view), a.print(out.format, view, judged)); err != nil {
		return notMeasured(errors.Join(errors.New("the report could not be printed"), err))
	}
	if pack.path != "" {
		if err := a.bundle(ctx, pack.path, pack.dockerHost, rec, view, judged); err != nil {
			return err
		}
	}
	return ended(judged.ExitCode)
}
