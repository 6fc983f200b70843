package experiment

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"leakcheck/soak"
)

// Switch makes an arm ready to be on for a while, at a multiple of its usual
// rate: a load whose Run lasts that long. Nil stands for nothing at all.
type Switch func(dose int, length time.Duration) (soak.Load, error)

// Driver runs an experiment's blocks as the load of a run, and takes the floors
// from the run's samples: it is a soak.Load and a soak.Recorder.
type Driver struct {
	e        *Experiment
	switches []Switch
	length   time.Duration // of a block
	pause    time.Duration // after it, in which the floor is taken

	stopped context.Context
	stop    context.CancelCauseFunc
	over    chan struct{}

	mu       sync.Mutex
	target   string
	life     int
	at       Block
	current  soak.Load
	requests int64
	carried  soak.Batch
	floor    *Floor
	from     time.Time
	ended    bool
}

var (
	_ soak.Load     = (*Driver)(nil)
	_ soak.Recorder = (*Driver)(nil)
)

// NewDriver runs e on the samples of a target. There is one switch for each
// arm, in the order of the options; length and pause are a block's and that of
// the quiet time after it.
func NewDriver(e *Experiment, target string, switches []Switch, length, pause time.Duration) (*Driver, error) {
	if len(switches) != len(e.o.Arms) || length <= 0 || pause <= 0 {
		return nil, errors.New("experiment: it takes a switch for each arm, and lengths above zero")
	}
	d := &Driver{e: e, target: target, switches: switches, length: length, pause: pause, over: make(chan struct{})}
	d.stopped, d.stop = context.WithCancelCause(context.Background())
	return d, nil
}

// Run runs blocks until the experiment knows, ctx ends or Stop is called.
func (d *Driver) Run(ctx context.Context) error {
	defer close(d.over)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(d.stopped, cancel)()
	floor, err := d.quiet(ctx)
	if err == nil {
		d.begin(floor)
		err = d.blocks(ctx)
	}
	if err != nil && ctx.Err() == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.end(err.Error())
	}
	return nil
}

func (d *Driver) begin(f Floor) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.e.Begin(f)
	d.tell(beginSignal(f, d.e.o.MaxBlocks))
}

// tell hands a measurement on to whoever records. The lock is held.
func (d *Driver) tell(s soak.Signal) {
	s.Target = d.target
	d.carried.Signals = append(d.carried.Signals, s)
}

func (d *Driver) blocks(ctx context.Context) error {
	for {
		d.mu.Lock()
		b, ok := d.e.Next()
		d.mu.Unlock()
		if !ok {
			return nil
		}
		m, err := d.block(ctx, b)
		if err != nil {
			return err
		}
		d.mu.Lock()
		d.e.Add(m)
		d.tell(m.signal(time.Now()))
		d.mu.Unlock()
	}
}

// block runs one block and takes the floor after it.
func (d *Driver) block(ctx context.Context, b Block) (Measured, error) {
	begin := time.Now()
	load, err := d.switches[b.Arm](b.Dose, d.length)
	if err != nil {
		return Measured{}, err
	}
	d.enter(b, load)
	if load != nil {
		err = load.Run(ctx)
	} else {
		wait(ctx, d.length)
	}
	m := Measured{Block: b, On: time.Since(begin), Requests: d.leave()}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return m, err
	}
	m.Floor, err = d.quiet(ctx)
	m.Span = time.Since(begin)
	return m, err
}

func (d *Driver) enter(b Block, load soak.Load) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at, d.current, d.requests = b, load, 0
	text := fmt.Sprintf("block %d (%s): %s", len(d.e.seen)+1, b.Stage, d.e.o.Arms[b.Arm].Name)
	if b.Dose > 1 {
		text += fmt.Sprintf(", at %d times its rate", b.Dose)
	}
	d.carried.Events = append(d.carried.Events, soak.Event{At: time.Now(), Kind: soak.EventPhase, Text: text})
}

// leave takes the last counts of a block's load.
func (d *Driver) leave() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.current != nil {
		d.carry(d.current.Take())
	}
	d.current = nil
	return d.requests
}

// carry keeps what was fired until Take asks for it. The lock is held.
func (d *Driver) carry(b soak.Batch) {
	for _, in := range b.Load {
		if in.Scenario != soak.HealthScenario || d.e.o.Arms[d.at.Arm].counted() {
			d.requests += in.Requests
		}
	}
	d.carried.Load = append(d.carried.Load, b.Load...)
	d.carried.Events = append(d.carried.Events, b.Events...)
	d.carried.Signals = append(d.carried.Signals, b.Signals...)
	d.carried.Logs = append(d.carried.Logs, b.Logs...)
}

// patience is for how many pauses samples are waited for: hours of blocks are not
// given up because an engine did not answer once.
const patience = 10

// quiet takes the floor while nothing is on.
func (d *Driver) quiet(ctx context.Context) (Floor, error) {
	d.mu.Lock()
	d.floor, d.from = &Floor{}, time.Now()
	d.mu.Unlock()
	for range patience {
		if wait(ctx, d.pause); ctx.Err() != nil || d.seen() {
			break
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := *d.floor
	d.floor = nil
	switch {
	case ctx.Err() != nil:
		return f, ctx.Err()
	case f.Samples == 0:
		return f, fmt.Errorf("no sample could be taken in %s", patience*d.pause)
	}
	return f, nil
}

// seen reports whether the floor has been.
func (d *Driver) seen() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.floor.Samples > 0
}

// Record takes the floor from the samples. It never fails.
func (d *Driver) Record(b soak.Batch) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.quietSignals(b.Signals)
	for _, s := range b.Samples {
		if s.Target != d.target {
			continue
		}
		if d.life != 0 && s.Life != d.life {
			d.end("the node restarted: what it held before cannot be compared with what it holds now")
			d.stop(errors.New("restarted"))
		}
		d.life = s.Life
		if d.floor != nil && !s.At.Before(d.from) {
			d.floor.Add(s.Values)
		}
	}
	return nil
}

// quietSignals lowers the floor to what the log says of memory. The lock is held.
func (d *Driver) quietSignals(all []soak.Signal) {
	for _, s := range all {
		if d.floor != nil && s.Target == d.target && !s.At.Before(d.from) {
			d.floor.AddLog(s.Values)
		}
	}
}

// Take returns what was fired since the last call.
func (d *Driver) Take() soak.Batch {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.current != nil {
		d.carry(d.current.Take())
	}
	b := d.carried
	d.carried = soak.Batch{}
	return b
}

// Stop ends the experiment at once and for good. Whoever stops it says why.
func (d *Driver) Stop(reason string) {
	d.mu.Lock()
	load := d.current
	d.mu.Unlock()
	if load != nil {
		load.Stop(reason)
	}
	d.stop(errors.New(reason))
}

// end tells why the experiment cannot be gone on with, once. The lock is held.
func (d *Driver) end(reason string) {
	if d.ended {
		return
	}
	d.ended = true
	d.carried.Events = append(d.carried.Events, soak.Event{At: time.Now(), Target: d.target, Kind: soak.EventEnded, Text: reason})
}

// Done reports whether the experiment is over.
func (d *Driver) Done() (string, bool) {
	select {
	case <-d.over:
		return "", true
	default:
		return "", false
	}
}

// Status is the block that is being run, without a stage before the first one,
// and how many there were before it.
func (d *Driver) Status() (b Block, blocks int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at, len(d.e.seen)
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
