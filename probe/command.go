package probe

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"leakcheck/soak"
)

// stopGrace is how long a command may take to end after SIGTERM.
const stopGrace = 10 * time.Second

// Command is a program that leakcheck has started, with its children. It is a
// [soak.Target] whose log is the program's output.
type Command struct {
	*Process
	cmd    *exec.Cmd
	output *output
	ended  chan struct{}
	exit   soak.Event // set when ended is closed
}

var _ soak.Target = (*Command)(nil)

// StartCommand starts a program, in a process group of its own so that Ctrl-C
// leaves it to leakcheck, with the environment given (nil for leakcheck's own).
// The error wraps [ErrUnknown] when it cannot be started.
func StartCommand(env []string, args ...string) (*Command, error) {
	if len(args) == 0 {
		return nil, unknownf("no command to start: write it after --")
	}
	c := &Command{cmd: exec.Command(args[0], args[1:]...), output: newOutput(), ended: make(chan struct{})}
	c.cmd.Env = env
	c.cmd.Stdout, c.cmd.Stderr = c.output.stream(false), c.output.stream(true)
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// A child that outlives the program may keep its output open.
	c.cmd.WaitDelay = time.Second
	if err := c.cmd.Start(); err != nil {
		return nil, unknownf("the command %s cannot be started: %v", args[0], err)
	}
	p, err := NewProcess(c.cmd.Process.Pid)
	if err != nil {
		_ = c.cmd.Wait()
		return nil, unknownf("the command %s ended at once: %s%s", args[0], c.cmd.ProcessState, c.output.tail())
	}
	running.Store(c, true)
	c.Process = p
	p.name = filepath.Base(args[0])
	p.info.Name = p.name
	p.info.HeapCap = cmp.Or(p.info.HeapCap, heapCap(args, p.info.HostMemory))
	p.info.Fills = cmp.Or(p.info.Fills, fills(args, p.info.HostMemory))
	go c.wait()
	return c, nil
}

// running holds the commands that have not ended.
var running sync.Map

// KillCommands kills every command that still runs, with its children: for a
// program that is about to exit without waiting for them.
func KillCommands() {
	running.Range(func(c, _ any) bool {
		_ = syscall.Kill(-c.(*Command).cmd.Process.Pid, syscall.SIGKILL)
		return true
	})
}

// wait notices how the program ends.
func (c *Command) wait() {
	_ = c.cmd.Wait()
	running.Delete(c)
	code := c.cmd.ProcessState.ExitCode()
	if status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = 128 + int(status.Signal())
	}
	c.exit = soak.Event{At: time.Now(), Target: c.name, Kind: soak.EventExit, Exit: &soak.Exit{Code: code}, Text: explainEnd(code)}
	c.output.end()
	close(c.ended)
}

// Watch tells the end of the program with its exit code, and of children that
// held most of the memory.
func (c *Command) Watch(ctx context.Context, emit func(soak.Event)) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-c.pending:
			emit(e)
		case <-c.ended:
			emit(c.exit)
			<-ctx.Done()
			return nil
		}
	}
}

// Follow delivers the program's output from its start, whatever since says:
// there is nothing older. Lines are stamped when they arrive. Output that
// nobody followed is kept up to 4 MiB.
func (c *Command) Follow(ctx context.Context, _ time.Time, line func(soak.Line), emit func(soak.Event)) error {
	return c.output.follow(ctx, line, func(dropped int64) {
		emit(soak.Event{At: time.Now(), Target: c.name, Kind: soak.EventLogGap, Text: fmt.Sprintf("%d lines of output were dropped: they came faster than they were read", dropped)})
	})
}

// Ended is closed when the program has ended.
func (c *Command) Ended() <-chan struct{} { return c.ended }

// Exit tells how the program ended; not ok while it runs.
func (c *Command) Exit() (soak.Exit, bool) {
	select {
	case <-c.ended:
		return *c.exit.Exit, true
	default:
		return soak.Exit{}, false
	}
}

// Stop asks the program and its children to end, kills them after ten seconds
// or when ctx ends, and waits for that.
func (c *Command) Stop(ctx context.Context) error {
	group := -c.cmd.Process.Pid
	defer c.Close()
	select {
	case <-c.ended:
	default:
		_ = syscall.Kill(group, syscall.SIGTERM)
	}
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case <-c.ended:
	case <-grace.C:
	case <-ctx.Done():
	}
	if err := syscall.Kill(group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("command %s (pid %d) cannot be stopped: %w", c.name, -group, err)
	}
	<-c.ended
	return nil
}

// outputMax bounds the output that waits to be followed.
const outputMax = 4 << 20

// output collects lines of both streams until they are followed.
type output struct {
	mu      sync.Mutex
	lines   []soak.Line
	bytes   int
	dropped int64
	over    bool
	wake    chan struct{}
}

func newOutput() *output { return &output{wake: make(chan struct{}, 1)} }

func (o *output) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *output) add(l soak.Line) {
	o.mu.Lock()
	o.lines = append(o.lines, l)
	o.bytes += len(l.Text)
	for o.bytes > outputMax {
		o.bytes -= len(o.lines[0].Text)
		o.lines = o.lines[1:]
		o.dropped++
	}
	o.mu.Unlock()
	o.signal()
}

func (o *output) end() {
	o.mu.Lock()
	o.over = true
	o.mu.Unlock()
	o.signal()
}

func (o *output) take() (lines []soak.Line, dropped int64, over bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines, dropped, over = o.lines, o.dropped, o.over
	o.lines, o.bytes, o.dropped = nil, 0, 0
	return lines, dropped, over
}

// tail is the last line, for an error's text.
func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.lines) == 0 {
		return ""
	}
	return ": " + printable(string(o.lines[len(o.lines)-1].Text))
}

func (o *output) follow(ctx context.Context, line func(soak.Line), lost func(int64)) error {
	for {
		lines, dropped, over := o.take()
		if dropped > 0 {
			lost(dropped)
		}
		for _, l := range lines {
			line(l)
		}
		if over && len(lines) == 0 {
			<-ctx.Done()
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-o.wake:
		}
	}
}

func (o *output) stream(stderr bool) io.Writer { return &outputStream{o: o, stderr: stderr} }

// outputStream cuts what a program writes into lines.
type outputStream struct {
	o      *output
	stderr bool
	begun  []byte
}

func (s *outputStream) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			s.begun = append(s.begun, p[:min(len(p), lineMax-len(s.begun))]...)
			return n, nil
		}
		text := append(s.begun, p[:min(i, lineMax-len(s.begun))]...)
		s.o.add(soak.Line{At: time.Now(), Stderr: s.stderr, Text: bytes.TrimSuffix(text, []byte{'\r'})})
		s.begun, p = nil, p[i+1:]
	}
}
