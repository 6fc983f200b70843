package load

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"leakcheck/soak"
)

// killAfter is how long a load command has to end when it is asked to.
const killAfter = 5 * time.Second

// Command is a load engine of the user's own, run as a process group: it
// fires, leakcheck samples and judges. What it sends is not known, so nothing
// is counted. It is a soak.Load.
type Command struct {
	// Dir is where it runs, the current folder unless set, and Env its whole
	// environment as in os/exec, this process's unless set.
	Dir string
	Env []string

	args    []string
	stopped context.Context
	stop    context.CancelCauseFunc

	mu     sync.Mutex
	events []soak.Event
	output tail
}

var _ soak.Load = (*Command)(nil)

// NewCommand makes a program and its arguments ready, such as "k6", "run",
// "script.js". It fails if the program cannot be found.
func NewCommand(args []string) (*Command, error) {
	if len(args) == 0 || args[0] == "" {
		return nil, errors.New("the load command is empty: write it like 'k6 run script.js'")
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		return nil, fmt.Errorf("load command: %w", err)
	}
	c := &Command{args: args}
	c.stopped, c.stop = context.WithCancelCause(context.Background())
	return c, nil
}

// Run runs the command until it or ctx ends, or Stop is called. Then its
// process group gets SIGTERM, and SIGKILL after 5 s. A command that fails is
// reported as an event; only one that cannot be started is an error.
func (c *Command) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.stopped, cancel)()
	if c.stopped.Err() != nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	cmd.Stdout, cmd.Stderr = &c.output, &c.output
	ownGroup(cmd)
	cmd.Cancel = func() error { return endGroup(cmd) }
	cmd.WaitDelay = killAfter
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("load command: %w", err)
	}
	c.emit(soak.EventPhase, soak.LoadBegins+c.args[0])
	err := cmd.Wait()
	killGroup(cmd) // what is left of it
	switch {
	case ctx.Err() != nil:
	case err != nil:
		text := fmt.Sprintf("the load command failed: %v", err)
		if said := c.output.String(); said != "" {
			text += "; it said last: " + said
		}
		c.emit(soak.EventWarning, text)
	default:
		c.emit(soak.EventPhase, "load command ended by itself")
	}
	return nil
}

// Stop ends the command for good.
func (c *Command) Stop(reason string) { c.stop(errors.New(reason)) }

// Take returns the events since the last call; there are no counts.
func (c *Command) Take() soak.Batch {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := soak.Batch{Events: c.events}
	c.events = nil
	return b
}

func (c *Command) emit(kind soak.EventKind, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, soak.Event{At: time.Now(), Kind: kind, Text: text})
}

// tail keeps the end of what a command says, as one safe line.
type tail struct {
	mu   sync.Mutex
	last []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	const keep = 400
	t.last = append(t.last, p[max(0, len(p)-keep):]...)
	t.last = append(t.last[:0], t.last[max(0, len(t.last)-keep):]...)
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(t.last), " "))
	return strings.Join(strings.Fields(text), " ")
}
