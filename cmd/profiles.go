package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"leakcheck/report"
	"leakcheck/scenarios"
	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

func newProfiles(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "profiles",
		Short: "List, show and validate profiles",
		Long: `A profile says which containers it suits, what to fire at them, what to look for
in their log, and which checks they must pass. It is a YAML file: one of those
built in, or your own.

` + exitCodes,
		Example: `  leakcheck profiles list
  leakcheck profiles show oip-node
  leakcheck profiles validate my-service.yaml
  leakcheck profiles facts
  leakcheck profiles schema > leakcheck.schema.json`,
	}
	c.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List the built-in profiles", Args: cobra.NoArgs,
			Example: "  leakcheck profiles list",
			RunE:    func(*cobra.Command, []string) error { return a.listProfiles() },
		},
		&cobra.Command{
			Use: "show NAME|FILE", Short: "Print a profile as it was written", Args: cobra.ExactArgs(1),
			Example:           "  leakcheck profiles show generic",
			ValidArgsFunction: completeProfiles,
			RunE: func(_ *cobra.Command, args []string) error {
				text, err := scenarios.Source(args[0])
				if err != nil {
					return usage("%w", err)
				}
				_, err = a.stdout.Write(text)
				return err
			},
		},
		&cobra.Command{
			Use: "validate NAME|FILE...", Short: "Say what is wrong with a profile, where, and what to do", Args: cobra.MinimumNArgs(1),
			Example:           "  leakcheck profiles validate my-service.yaml",
			ValidArgsFunction: completeProfiles,
			RunE:              func(_ *cobra.Command, args []string) error { return a.validateProfiles(args) },
		},
		&cobra.Command{
			Use: "facts", Short: "List what the condition of a check may read", Args: cobra.NoArgs,
			Long: `List what the expr and the when of a check may read, such as
  memory.max < 5*GB && signals.pool.size.max <= 50
METRIC is a component of memory, SIGNAL a signal of the profile, FIELD a named
group or ratio of it, SCENARIO a scenario. A name that is no plain word is
written load["meal-plan"]. What is marked * hangs on the node's own clock: a
rehearsal leaves it not-due.`,
			Example: "  leakcheck profiles facts",
			RunE:    func(*cobra.Command, []string) error { return a.listFacts() },
		},
		&cobra.Command{
			Use: "schema", Short: "Print the JSON schema of profiles, for editors", Args: cobra.NoArgs,
			Example: "  leakcheck profiles schema > leakcheck.schema.json",
			RunE: func(*cobra.Command, []string) error {
				schema, err := scenarios.Schema()
				if err != nil {
					return err
				}
				_, err = a.stdout.Write(append(schema, '\n'))
				return err
			},
		},
	)
	return c
}

// listFacts prints the facts, and the words that join them.
func (a *app) listFacts() error {
	for _, fact := range checklist.Reference() {
		fmt.Fprintln(a.stdout, fact)
	}
	var metrics, constants []string
	for _, m := range soak.Metrics() {
		metrics = append(metrics, m.String())
	}
	for _, c := range checklist.Constants() {
		constants = append(constants, c.Name)
	}
	for _, list := range [][]string{append([]string{"METRIC"}, metrics...), append([]string{"constants"}, constants...),
		append([]string{"functions"}, checklist.Functions()...), append([]string{"operators"}, checklist.Operators()...)} {
		fmt.Fprintf(a.stdout, "%-31s %s\n", list[0], strings.Join(list[1:], " "))
	}
	return nil
}

func (a *app) listProfiles() error {
	for _, name := range scenarios.Names() {
		p, err := scenarios.Load(name)
		if err != nil {
			return usage("%w", err)
		}
		fmt.Fprintf(a.stdout, "%-14s %s\n", name, report.Clean(p.Summary))
	}
	return nil
}

// validateProfiles prints every mistake of every profile, and warnings too.
func (a *app) validateProfiles(all []string) error {
	bad := 0
	for _, name := range all {
		problems := scenarios.Validate(name)
		for _, p := range problems {
			fmt.Fprintln(a.stderr, p)
		}
		if len(problems) > 0 {
			bad++
			continue
		}
		p, err := scenarios.Load(name)
		if err != nil {
			return usage("%w", err)
		}
		for _, w := range scenarios.Warnings(p) {
			fmt.Fprintf(a.stderr, "%s: warning: %s\n", name, w)
		}
		fmt.Fprintf(a.stdout, "%s: good: %d checks, %d signals, %d scenarios\n", name, len(p.Checks), len(p.Signals), len(p.Scenarios))
	}
	if bad > 0 {
		return usage("%d of %d profiles cannot be used", bad, len(all))
	}
	return nil
}

func completeProfiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return scenarios.Names(), cobra.ShellCompDirectiveDefault
}
