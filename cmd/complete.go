package cmd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leakcheck/probe"
	"leakcheck/scenarios"
	"leakcheck/soak/record"
)

// completes is how a shell finds words for an argument or a flag.
type completes = cobra.CompletionFunc

// completeWithin bounds how long a person waits after pressing tab.
const completeWithin = 2 * time.Second

// complete gives every command of the tree its words: those of its arguments
// by what its usage line calls them, those of its flags by their names.
func (a *app) complete(c *cobra.Command) {
	flags := map[string]completes{
		"container": a.containers, "profile": files(profiles), "resume": files(a.runs), "baseline": files(a.runs),
		"scenario": a.scenarios, "load": words("none", "gentle", "full"), "inconclusive": words("pass", "fail"),
		"color": words("auto", "always", "never"), "format": formats,
	}
	for name, f := range flags {
		if c.Flags().Lookup(name) != nil || c.PersistentFlags().Lookup(name) != nil {
			_ = c.RegisterFlagCompletionFunc(name, f) // fails only for a flag that is not there, or has words of its own
		}
	}
	if c.ValidArgsFunction == nil {
		c.ValidArgsFunction = a.arguments(c)
	}
	for _, sub := range c.Commands() {
		a.complete(sub)
	}
}

// arguments are the words for what a usage line calls RUN and CONTAINER;
// BEFORE and AFTER are runs, too.
func (a *app) arguments(c *cobra.Command) completes {
	_, args, _ := strings.Cut(c.Use, " ")
	runs := strings.Contains(args, "RUN") || strings.Contains(args, "BEFORE")
	containers := strings.Contains(args, "CONTAINER") || c.Name() == "verify"
	switch {
	case runs && containers:
		return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			r, _ := a.runs(c, args, typed)
			n, _ := a.containers(c, args, typed)
			return append(n, r...), cobra.ShellCompDirectiveDefault
		}
	case containers:
		return a.containers
	case runs:
		return files(a.runs)
	}
	return nil
}

func words(all ...string) completes {
	return cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp)
}

// files offers files beside the words.
func files(f completes) completes {
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		all, _ := f(c, args, typed)
		return all, cobra.ShellCompDirectiveDefault
	}
}

// formats are those that the flag's own help names.
func formats(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var all []string
	help := c.Flags().Lookup("format").Usage
	for _, f := range []string{"text", "json", "junit", "markdown", "html"} {
		if strings.Contains(help, f) {
			all = append(all, f)
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

func profiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return scenarios.Names(), cobra.ShellCompDirectiveDefault
}

// runs are the stored ones, the latest first, each with what it watched.
func (a *app) runs(_ *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	stored, err := record.List(record.Dir(a.getenv))
	if err != nil || len(stored) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all := []string{"latest\tthe latest run"}
	for _, r := range stored {
		if !slices.Contains(given, r.ID) && r.State != record.Gone {
			all = append(all, fmt.Sprintf("%s\t%s, %s", r.ID, strings.Join(r.Targets, " "), r.State))
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// containers are those that the engine knows. Without an engine there is
// nothing to offer, and pressing tab is no moment to complain.
func (a *app) containers(c *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmp.Or[context.Context](c.Context(), context.Background()), completeWithin)
	defer cancel()
	host, _ := c.Flags().GetString("docker-host") // empty where there is no such flag
	engine, err := probe.Connect(ctx, a.engineOptions(host))
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer engine.Close()
	listed, err := engine.List(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var all []string
	for _, x := range listed {
		if !slices.Contains(given, x.Name) {
			all = append(all, x.Name+"\t"+x.Image)
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

// scenarios are those of the profile that was named, or of all.
func (a *app) scenarios(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	named, _ := c.Flags().GetStringArray("profile")
	if len(named) == 0 {
		named = scenarios.Names()
	}
	var all []string
	for _, name := range named {
		if p, err := scenarios.Load(name); err == nil {
			all = append(all, sortedKeys(p.Scenarios)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), cobra.ShellCompDirectiveNoFileComp
}
