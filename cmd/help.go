package cmd

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"
)

// documented makes the help of every command of the tree end with its exit
// codes, unless it tells them in its own words, and makes a word that a group
// of commands does not know the mistake that it is.
func documented(c *cobra.Command) {
	if !strings.Contains(c.Long, "Exit codes") {
		c.Long = cmp.Or(c.Long, c.Short+".") + "\n\n" + exitCodes
	}
	if c.HasSubCommands() && !c.Runnable() {
		c.RunE = group
	}
	for _, sub := range c.Commands() {
		documented(sub)
	}
}

// group is what a command does that has others below it and nothing to do itself.
func group(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	hint := ""
	c.SuggestionsMinimumDistance = 2 // letters; cobra sets it for its own errors only
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "; did you mean " + near[0] + "?"
	}
	return usage("unknown command %q for %q%s\nsee '%s --help'", args[0], c.CommandPath(), hint, c.CommandPath())
}
