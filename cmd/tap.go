package cmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"leakcheck/probe"
	"leakcheck/report"
	"leakcheck/soak"
)

// tapOptions put a counting proxy between a node and what it calls.
type tapOptions struct {
	tap    string
	tapKey string
}

func (o *tapOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.tap, "tap", "", "count what the node asks a service for: LISTEN=UPSTREAM, such as 127.0.0.1:8766=http://127.0.0.1:8765; point the node at LISTEN")
	f.StringVar(&o.tapKey, "tap-key", "", "query parameter that names what is asked for, such as soul (default: the whole request line)")
}

// open listens, or returns nil if no tap is asked for.
func (o tapOptions) open() (*tapLoad, error) {
	if o.tap == "" {
		return nil, nil
	}
	listen, upstream, ok := strings.Cut(o.tap, "=")
	if !ok || listen == "" || upstream == "" {
		return nil, usage("tap %q: write it like 127.0.0.1:8766=http://127.0.0.1:8765", o.tap)
	}
	t, err := probe.NewTap(probe.TapOptions{Listen: listen, Upstream: upstream, Key: o.tapKey})
	if err != nil {
		return nil, usage("%w", err)
	}
	return &tapLoad{Tap: t}, nil
}

// tapLoad is a tap beside a run's load. What it counts belongs to the node that
// the load goes to. A nil one counts nothing.
type tapLoad struct {
	*probe.Tap
	target string
}

// Take returns the counts as a signal of the node's.
func (t *tapLoad) Take() soak.Batch {
	b := t.Tap.Take()
	for i := range b.Signals {
		b.Signals[i].Target = t.target
	}
	return b
}

// seen is what went through so far, of which the node was asked by a number of
// clients' requests.
func (t *tapLoad) seen(clients int64) *soak.TapSeen {
	if t == nil {
		return nil
	}
	s := &soak.TapSeen{Values: t.Counts().Values()}
	if clients > 0 {
		s.PerClientRequest = s.Values["requests"] / float64(clients)
	}
	return s
}

// close lets go of the address when nothing ran.
func (t *tapLoad) close() {
	if t == nil {
		return
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	_ = t.Run(over) // closes the listener, and returns at once
}

func newTap(a *app) *cobra.Command {
	var o tapOptions
	var format string
	var every soak.Duration
	var length soak.Duration
	c := &cobra.Command{
		Use:   "tap LISTEN=UPSTREAM",
		Short: "Count what a node asks another service for",
		Long: `tap stands between a node and a service it calls, and counts: requests, answers
by status, distinct keys, and repeats for a key that has answered 404. Everything
passes as it is, streams and WebSockets too. Point the node at LISTEN.

It prints a line whenever something has changed, and the whole at its end
(Ctrl-C). soak, fire and diagnose take the same tap as --tap.`,
		Example: `  leakcheck tap 127.0.0.1:8766=http://127.0.0.1:8765 --key soul`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := textOrJSON(format); err != nil {
				return err
			}
			if every <= 0 || length < 0 {
				return usage("--every and --duration must be above zero")
			}
			o.tap = args[0]
			return a.tap(c.Context(), o, format, every.D(), length.D())
		},
	}
	every = soak.Duration(10 * time.Second)
	f := c.Flags()
	f.StringVar(&o.tapKey, "key", "", "query parameter that names what is asked for, such as soul (default: the whole request line)")
	f.Var(&every, "every", "time between two lines")
	f.Var(&length, "duration", "end after this time (default: at Ctrl-C)")
	f.StringVar(&format, "format", "text", "what to print at the end: text or json")
	return c
}

// tap serves until it is told to stop, which is no failure of a tap's.
func (a *app) tap(ctx context.Context, o tapOptions, format string, every, length time.Duration) error {
	t, err := o.open()
	if err != nil {
		return err
	}
	if length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, length)
		defer cancel()
	}
	a.say("Listening on %s", t.URL())
	finished := make(chan error, 1)
	go func() { finished <- t.Run(ctx) }()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if b := t.Take(); len(b.Signals) > 0 {
				a.say("%s %s", time.Now().Format(time.TimeOnly), report.TapLine(t.seen(0)))
			}
		case err := <-finished:
			if err != nil {
				return notMeasured(fmt.Errorf("tap: %w", err))
			}
			return a.printSheet(format, report.TapSheet(t.seen(0)))
		}
	}
}
