package cmd

import (
	"github.com/spf13/cobra"

	"leakcheck/scenarios/demonode"
)

// newDemonode is hidden: the demo and the tests run it.
func newDemonode(a *app) *cobra.Command {
	o := demonode.Buggy()
	o.OwnProcess = true
	c := &cobra.Command{
		Use:    "demonode",
		Short:  "Run the stand-in node that the demo soaks",
		Long:   "demonode runs a stand-in for the node of the incident and for the relay it reads from.\nIts bug leaks by construction; --fix takes the bug out.",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.Check(); err != nil {
				return usage("demonode: %w", err)
			}
			return demonode.Run(c.Context(), o, a.stdout)
		},
	}
	o.Flags(c.Flags())
	return c
}
