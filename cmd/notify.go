package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"leakcheck/soak"
	"leakcheck/soak/judge"
)

// notifyOptions say whom to tell what cannot wait for the report.
type notifyOptions struct {
	notify     string
	notifyWall soak.Duration
}

func (o *notifyOptions) flags(f *pflag.FlagSet) {
	o.notifyWall = soak.Duration(time.Hour)
	f.StringVar(&o.notify, "notify", "", "shell command to run, once each, when a leak is proven, a wall is near, the node dies or is back;\nit gets LEAKCHECK_EVENT, LEAKCHECK_RUN, LEAKCHECK_TARGET and LEAKCHECK_TEXT")
	f.Var(&o.notifyWall, "notify-wall", "how near a wall must be for --notify")
}

// The values of LEAKCHECK_EVENT.
const (
	notifyLeak     = "leak"
	notifyWall     = "wall"
	notifyDeath    = "death"
	notifyRecovery = "recovery"
)

const (
	// notifyWithin bounds how long the command may take.
	notifyWithin = 30 * time.Second
	// wallFor is how long a wall must be near to be told.
	wallFor = 30 * time.Second
	// notifyQueue is how many notices may wait for it.
	notifyQueue = 64
)

// notice is one thing to tell.
type notice struct{ event, target, text string }

// notifier watches what is recorded and runs the user's command. Record never
// waits for it.
type notifier struct {
	notifyOptions
	run    string
	judge  *judge.Judge
	within time.Duration
	told   map[string]bool // leaks and walls, which are told once
	down   map[string]soak.Event
	near   map[string]time.Time // since when a wall has been near

	// queue is nil until the notifier starts: what is replayed to it before
	// that has been told.
	queue  chan notice
	failed func(string)
	ended  chan struct{}
}

func newNotifier(o notifyOptions, run string, j *judge.Judge) *notifier {
	return &notifier{
		notifyOptions: o, run: run, judge: j, within: notifyWithin,
		told: map[string]bool{}, down: map[string]soak.Event{}, near: map[string]time.Time{},
		ended: make(chan struct{}),
	}
}

// start begins to tell. failed is told why somebody could not be.
func (n *notifier) start(failed func(string)) {
	queue := make(chan notice, notifyQueue)
	n.queue, n.failed = queue, failed
	go func() {
		defer close(n.ended)
		for x := range queue {
			if err := n.call(x); err != nil {
				failed(fmt.Sprintf("--notify of the %s of %s: %v", x.event, x.target, err))
			}
		}
	}()
}

// finish tells of leaks that only the whole run proves: its last verdict asks
// for less than one that is asked for all the time.
func (n *notifier) finish(targets []soak.TargetInfo) {
	for _, t := range targets {
		if r := n.judge.Result(t.Name); r.Leak == soak.LeakYes {
			n.tellLeak(t.Name, r)
		}
	}
}

// stop waits, for as long as one command may take, until all has been told.
func (n *notifier) stop() {
	if n.queue == nil {
		return
	}
	close(n.queue)
	n.queue = nil
	select {
	case <-n.ended:
	case <-time.After(n.within):
	}
}

// Record looks at what a batch means.
func (n *notifier) Record(b soak.Batch) error {
	for _, e := range b.Events {
		n.event(e)
	}
	seen := map[string]time.Time{}
	for _, s := range b.Samples {
		n.sample(s)
		seen[s.Target] = s.At
	}
	for target, now := range seen {
		n.leak(target)
		n.wall(target, now)
	}
	return nil
}

// event tells of deaths: the first event of each.
func (n *notifier) event(e soak.Event) {
	if e.Kind != soak.EventExit && e.Kind != soak.EventDeath {
		return
	}
	if _, down := n.down[e.Target]; !down {
		n.tell(notifyDeath, e.Target, e.Text)
	}
	n.down[e.Target] = e
}

// sample tells when a target that died is back.
func (n *notifier) sample(s soak.Sample) {
	e, down := n.down[s.Target]
	if !down || s.Life <= e.Life || e.Kind == soak.EventDeath && !startedAfter(s.Processes, e.At) {
		return
	}
	delete(n.down, s.Target)
	n.tell(notifyRecovery, s.Target, fmt.Sprintf("%s is back after %s: life %d", s.Target, soak.Duration(s.At.Sub(e.At).Round(time.Second)), s.Life))
}

// startedAfter reports whether any of the processes is younger than a death;
// the kernel counts starts in ticks.
func startedAfter(all []soak.Process, at time.Time) bool {
	for _, p := range all {
		if p.Started.After(at.Add(-100 * time.Millisecond)) {
			return true
		}
	}
	return false
}

// leak tells of a leak that is proven, however often one looks.
func (n *notifier) leak(target string) {
	if !n.told[notifyLeak+target] && n.judge.Decided(target) == soak.LeakYes {
		n.tellLeak(target, n.judge.Result(target))
	}
}

func (n *notifier) tellLeak(target string, r soak.Result) {
	if !n.told[notifyLeak+target] {
		n.told[notifyLeak+target] = true
		n.tell(notifyLeak, target, target+" leaks: "+r.Why)
	}
}

// wall tells of a wall that is near. It may be met before the leak is proven
// for good; but a single forecast is not enough, and one from a curve that is
// not the leak's, such as a warm-up's, none.
func (n *notifier) wall(target string, now time.Time) {
	if n.told[notifyWall+target] {
		return
	}
	hours, wall, ok := n.judge.HoursToWall(target)
	if !ok || hours > n.notifyWall.D().Hours() {
		delete(n.near, target)
		return
	}
	since, known := n.near[target]
	if !known {
		n.near[target] = now
		return
	}
	if now.Sub(since) < wallFor || n.judge.Result(target).Leak != soak.LeakYes {
		return
	}
	n.told[notifyWall+target] = true
	left := time.Duration(hours * float64(time.Hour)).Round(time.Second)
	n.tell(notifyWall, target, fmt.Sprintf("%s meets its wall (%s) in about %s", target, wall, soak.Duration(left)))
}

// tell queues a notice.
func (n *notifier) tell(event, target, text string) {
	if n.queue == nil {
		return
	}
	select {
	case n.queue <- notice{event, target, text}:
	default:
		n.failed(fmt.Sprintf("--notify of the %s of %s: left out, %d are waiting for the command", event, target, notifyQueue))
	}
}

// call runs the command once.
func (n *notifier) call(x notice) error {
	ctx, cancel := context.WithTimeout(context.Background(), n.within)
	defer cancel()
	c := exec.CommandContext(ctx, "/bin/sh", "-c", n.notify)
	c.Env = append(os.Environ(),
		"LEAKCHECK_EVENT="+x.event, "LEAKCHECK_RUN="+n.run, "LEAKCHECK_TARGET="+x.target, "LEAKCHECK_TEXT="+strings.ReplaceAll(x.text, "\x00", ""))
	// Whatever the shell starts ends with it.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = time.Second
	said := &tail{most: 300}
	c.Stdout, c.Stderr = said, said
	err := c.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("it was ended after %s", n.within)
	}
	if text := strings.TrimSpace(strings.ToValidUTF8(said.String(), "?")); err != nil && text != "" {
		err = errors.Join(err, errors.New(text))
	}
	return err
}

// tail keeps the end of what is written.
type tail struct {
	bytes.Buffer
	most int
}

// Write drops what is too old.
func (t *tail) Write(b []byte) (int, error) {
	n, err := t.Buffer.Write(b)
	t.Next(max(0, t.Len()-t.most))
	return n, err
}
