package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"leakcheck/soak"
)

// demoLength is how long each half of the demo soaks.
const demoLength = 50 * time.Second

// half is one half of the demo.
type half struct {
	title string
	name  string
	args  []string // of the stand-in
	leaks bool
}

// clients are the stand-in's own: four workout queries a second, so that what
// is seen does not hang on leakcheck's load alone.
var clients = []string{"--self-load", "4"}

var halves = []half{
	{title: "the node with the retry bug", name: "node-with-bug", args: clients, leaks: true},
	{title: "the node with the fix", name: "node-with-fix", args: append([]string{"--fix"}, clients...)},
}

func newDemo(a *app) *cobra.Command {
	var (
		docker     bool
		dockerHost string
		length     = soak.Duration(demoLength)
	)
	c := &cobra.Command{
		Use:   "demo",
		Short: "Watch it find a leak in a stand-in node, then clear the fix",
		Long: `demo soaks a stand-in for the node of the incident twice, as a rehearsal of a
24-hour soak: first with the retry bug, then with the fix. The stand-in leaks by
construction, so the right answers are known. Exit code 0 means that both came
out as they should. It needs no Docker; --docker uses real containers, under
names of its own, and removes them.`,
		Example: "  leakcheck demo\n  leakcheck demo --docker",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if docker {
				return a.demoDocker(c.Context(), dockerHost, length.D())
			}
			return a.demo(c.Context(), length.D(), a.soakProcess)
		},
	}
	c.Flags().BoolVar(&docker, "docker", false, "run the stand-in in containers")
	c.Flags().StringVar(&dockerHost, "docker-host", "", "engine to use (default: DOCKER_HOST, then the current Docker context)")
	c.Flags().Var(&length, "length", "how long each half takes")
	return c
}

// demo soaks both halves and says whether both came out as they should.
func (a *app) demo(ctx context.Context, length time.Duration, soakHalf func(context.Context, half, soakOptions) (soak.Report, error)) error {
	fmt.Fprintln(a.stderr, "The stand-in node leaks by construction: this shows what leakcheck makes of it.")
	var wrong []error
	for i, h := range halves {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintf(a.stderr, "\n%d of %d: %s\n", i+1, len(halves), h.title)
		judged, err := soakHalf(ctx, h, demoOptions(length))
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ended(soak.ExitInterrupted)
		}
		wrong = append(wrong, h.check(judged))
	}
	if err := errors.Join(wrong...); err != nil {
		return &exit{soak.ExitFail, err}
	}
	fmt.Fprintln(a.stderr, "\nBoth came out as they should: the bug leaks, the fix does not.")
	return nil
}

// demoOptions rehearse the documents' 24 hours.
func demoOptions(length time.Duration) soakOptions {
	return soakOptions{
		targetOptions: targetOptions{profiles: []string{"oip-node"}},
		loadOptions:   loadOptions{level: string(soak.LoadGentle)},
		judgeOptions:  judgeOptions{limit: 1_000_000_000},
		outputOptions: outputOptions{format: "text"},
		duration:      soak.Duration(24 * time.Hour),
		rehearse:      soak.Duration(length),
	}
}

// check holds a half against what the stand-in was built to do.
func (h half) check(judged soak.Report) error {
	if len(judged.Memory) == 0 {
		return fmt.Errorf("%s: no memory was measured", h.title)
	}
	m := judged.Memory[0]
	if h.leaks != (m.Leak == soak.LeakYes) || !h.leaks && judged.ExitCode == soak.ExitFail {
		return fmt.Errorf("%s came out as leak %s, exit code %d: %s", h.title, m.Leak, judged.ExitCode, m.Why)
	}
	return nil
}

// soakProcess runs one half as a child process.
func (a *app) soakProcess(ctx context.Context, h half, o soakOptions) (soak.Report, error) {
	self, err := os.Executable()
	if err != nil {
		return soak.Report{}, notMeasured(fmt.Errorf("cannot find the program itself: %w", err))
	}
	addr, err := freeAddress()
	if err != nil {
		return soak.Report{}, notMeasured(err)
	}
	o.command = append([]string{self, "demonode", "--listen", addr}, h.args...)
	o.url, o.name = "http://"+addr, h.name
	return a.soakOnce(ctx, o)
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("no free port on 127.0.0.1: %w", err)
	}
	return l.Addr().String(), l.Close()
}
