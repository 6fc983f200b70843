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
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"leakcheck/probe"
	"leakcheck/soak"
)

// Main runs the command line and returns the exit code.
func Main(args []string) int {
	ctx, interrupt, stop := interruptible(context.Background())
	defer stop()
	root := newRoot(&app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, interrupt: interrupt})
	root.SetArgs(args)
	for _, name := range strangers(root, os.Environ()) {
		fmt.Fprintf(os.Stderr, "leakcheck: warning: %s is not the variable of any flag and is ignored: is it misspelt?\n", name)
	}
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
		e = &exit{soak.ExitUsage, plainly(err)}
	}
	if e.err != nil {
		fmt.Fprintf(stderr, "leakcheck: %v\n", e.err)
	}
	return e.code
}

// clash finds the flags that cobra's message says exclude each other.
var clash = regexp.MustCompile(`^if any flags in the group \[.*\[(.+)\] were all set$`)

// plainly says one of cobra's own errors as the rest is said: what to do.
func plainly(err error) error {
	if m := clash.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("give one of --%s, not both", strings.Join(strings.Fields(m[1]), " and --"))
	}
	return err
}

// wanted makes a wrong number of arguments say how the command is written.
func wanted(c *cobra.Command) {
	check := c.Args
	if check == nil {
		return
	}
	c.Args = func(c *cobra.Command, args []string) error {
		err := check(c, args)
		if err == nil || !strings.Contains(err.Error(), "arg(s)") {
			return err
		}
		return usage("%s given: write it like `%s`\nsee '%s --help'", counted(len(args), "argument"), c.UseLine(), c.CommandPath())
	}
}

// ours are what begins the variables of the project's own tests and of hooks,
// which are not flags.
var ours = []string{"TEST_", "BENCH", "LONG", "ENGINE_", "FAULT_", "REQUIRE_", "KILL_", "READY_FD", "RUN", "EVENT", "TARGET", "TEXT"}

// strangers are the LEAKCHECK_ variables that no flag of any command reads,
// such as a misspelt one.
func strangers(root *cobra.Command, environment []string) (names []string) {
	known := map[string]bool{}
	var learn func(*cobra.Command)
	learn = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) { known[variable(f.Name)] = true })
		c.PersistentFlags().VisitAll(func(f *pflag.Flag) { known[variable(f.Name)] = true })
		for _, sub := range c.Commands() {
			learn(sub)
		}
	}
	learn(root)
	for _, line := range environment {
		name, _, _ := strings.Cut(line, "=")
		rest, is := strings.CutPrefix(name, "LEAKCHECK_")
		if is && !known[name] && !slices.ContainsFunc(ours, func(p string) bool { return strings.HasPrefix(rest, p) }) {
			names = append(names, name)
		}
	}
	return names
}

// variable is the environment variable that a flag reads.
func variable(flag string) string {
	return "LEAKCHECK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnvironment gives every flag that was not set on the command line the
// value of its LEAKCHECK_ variable: --load-command reads LEAKCHECK_LOAD_COMMAND.
func fromEnvironment(flags *pflag.FlagSet, getenv func(string) string) error {
	var first error
	flags.VisitAll(func(f *pflag.Flag) {
		name := variable(f.Name)
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

// aboveZero is a time span's flag that refuses zero, which stands for one that
// was not given.
type aboveZero struct{ *soak.Duration }

func (f aboveZero) Set(v string) error {
	err := f.Duration.Set(v)
	if err == nil && *f.Duration <= 0 {
		return errors.New("it must be above zero")
	}
	return err
}

// interruptible returns a context that the first Ctrl-C, SIGTERM or SIGHUP
// ends; a second Ctrl-C ends the process, and what it has started, at once.
// interrupt counts as one.
func interruptible(parent context.Context) (ctx context.Context, interrupt, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		cancel()
		<-signals
		probe.KillCommands()
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
