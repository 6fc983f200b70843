package cmd

import (
	"io"

	"github.com/spf13/cobra"

	"leakcheck/report/export"
)

func newExport(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "export",
		Short: "Print alert rules and a dashboard for 'soak --listen'",
		Long: `'leakcheck soak --listen ADDRESS' and 'leakcheck watch --listen ADDRESS' serve
/metrics for Prometheus. export prints what makes use of them.`,
		Example: `  leakcheck export alerts > leakcheck.rules.yaml
  leakcheck export grafana > leakcheck-dashboard.json`,
	}
	c.AddCommand(
		a.newExportOf("alerts", "Print Prometheus alert rules", export.Alerts),
		a.newExportOf("grafana", "Print a Grafana dashboard, to be imported as it is", export.Grafana),
	)
	return c
}

func (a *app) newExportOf(name, short string, print func(io.Writer) error) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		Example: "  leakcheck export " + name,
		RunE: func(*cobra.Command, []string) error {
			if err := print(a.stdout); err != nil {
				return notMeasured(err)
			}
			return nil
		},
	}
}
