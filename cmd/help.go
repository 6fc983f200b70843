package cmd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func init() { cobra.EnableCommandSorting = false } // the main job first, as commands lists them

// wrapped makes help fit a width.
func wrapped(root *cobra.Command, width int) {
	fits := fmt.Sprintf("FlagUsagesWrapped %d | trim", min(width, 120))
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "FlagUsages | trim", fits))
}

// unset are the values of flags that mean "not given", which help need not say.
var unset = []string{"0 B", "0 B/h", "0s"}

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
	wanted(c)
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains(unset, f.DefValue) {
			f.DefValue = ""
		}
	})
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
