package cmd

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newMan is hidden: `make man` runs it.
func newMan(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write a man page for each command into a folder",
		Example: "  leakcheck man ./man",
		Hidden:  true,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return usage("cannot make the folder: %w", err)
			}
			root := c.Root()
			root.DisableAutoGenTag = true
			// Dated today, or at SOURCE_DATE_EPOCH for pages that can be made again.
			header := &doc.GenManHeader{Section: "1", Source: "leakcheck", Manual: "leakcheck"}
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return notMeasured(err)
			}
			return nil
		},
	}
}
