// Package cmd is the command line: one file per subcommand, and the only
// place that knows cobra, flags, the environment and exit codes.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"leakcheck/soak"
)

// Main runs the command line and returns the exit code.
func Main(args []string) int {
	ctx, interrupt, stop := interruptible(context.Background())
	defer stop()
	root := newRoot(&app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, interrupt: interrupt})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil {
		err = interrupted(err)
	}
	return tell(err, os.Stderr)
}

// app is what every command gets from outside.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	color          colorMode
	quiet          bool
	// interrupt does what Ctrl-C does, for screens that see it as a key.
	interrupt func()
}

// newRoot builds the tree of commands.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "leakcheck",
		Short: "Find memory leaks in running containers, and soak-test them before a rollout",
		Long: `leakcheck answers, with evidence, four questions about a running node: does it
leak, how fast, through what, and may this build be rolled out?

` + exitCodes,
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error { return fromEnvironment(c.Flags(), a.getenv) },
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%w\nsee '%s --help'", err, c.CommandPath())
	})
	root.PersistentFlags().Var(&a.color, "color", "colour: auto, always or never (NO_COLOR is obeyed)")
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "print the verdict only")
	root.AddCommand(commands(a)...)
	documented(root)
	wrapped(root, a.terminalOf(a.stdout).width)
	a.complete(root)
	return root
}

const exitCodes = `Exit codes: 0 passed, 1 failed (a leak, or a check), 2 bad usage or
configuration, 3 could not measure, 4 inconclusive, 130 interrupted.`

// exit is an error with the exit code it leads to. A nil err has been told
// already.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

// usage is an error of the user's: nothing was started.
func usage(format string, args ...any) error {
	return &exit{soak.ExitUsage, fmt.Errorf(format, args...)}
}

// notMeasured is an error of the world's: nothing could be measured.
func notMeasured(err error) error { return &exit{soak.ExitNotMeasured, err} }

// ended passes a command's verdict on as an exit code.
func ended(code int) error {
	if code == soak.ExitPass {
		return nil
	}
	return &exit{code: code}
}

// interrupted is what an interruption makes of a command's end: what it kept
// from being measured is no failure to measure.
func interrupted(err error) error {
	var e *exit
	if !errors.As(err, &e) || e.code != soak.ExitNotMeasured {
		return err
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped before anything could be measured")
	}
	return &exit{soak.ExitInterrupted, err}
}

// tell prints an error that nobody has told yet and returns the exit code.
func tell(err error, stderr io.Writer) int {
	if err == nil {
		return soak.ExitPass
	}
	var e *exit
	if !errors.As(err, &e) {
		e = &exit{soak.ExitUsage, err} // cobra's own: unknown command, wrong arguments
	}
	if e.err != nil {
		fmt.Fprintf(stderr, "leakcheck: %v\n", e.err)
	}
	return e.code
}

// fromEnvironment gives every flag that was not set on the command line the
// value of its LEAKCHECK_ variable: --load-command reads LEAKCHECK_LOAD_COMMAND.
func fromEnvironment(flags *pflag.FlagSet, getenv func(string) string) error {
	var first error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "LEAKCHECK_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value := getenv(name)
		if f.Changed || value == "" || first != nil {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			first = usage("%s=%q in the environment: %w", name, value, err)
		}
	})
	return first
}

// interruptible returns a context that the first Ctrl-C, SIGTERM or SIGHUP
// ends; a second Ctrl-C ends the process at once. interrupt counts as one.
func interruptible(parent context.Context) (ctx context.Context, interrupt, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(soak.ExitInterrupted)
	}()
	interrupt = func() {
		select {
		case signals <- os.Interrupt:
		default: // two are waiting already
		}
	}
	return ctx, interrupt, func() { signal.Stop(signals); cancel() }
}
