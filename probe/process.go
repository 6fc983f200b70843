package probe

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v3/mem"
	"github.com/shirou/gopsutil/v3/process"

	"leakcheck/soak"
)

// Process is a process of this machine with its children, watched by its
// number. It is a [soak.Target]; its log cannot be read.
//
// Usage and working set are the resident set, anon, file and shmem its parts;
// memory that several of its processes share counts once where the kernel tells.
type Process struct {
	name string
	proc *process.Process
	info soak.TargetInfo
	host *host
	held *exitWatch // nil where processes cannot be held

	mu      sync.Mutex
	tree    []int // the process and its children, as last listed
	inside  inside
	pending chan soak.Event
	over    chan struct{}
	once    sync.Once
}

// NewProcess watches a process that runs already. The error wraps [ErrUnknown]
// when there is none with that number.
func NewProcess(pid int) (*Process, error) {
	found, err := process.NewProcess(int32(pid))
	if err != nil {
		return nil, unknownf("no process %d on this machine", pid)
	}
	p := &Process{name: fmt.Sprintf("pid %d", pid), proc: found, host: newHost("/"), tree: []int{pid}, pending: make(chan soak.Event, 64), over: make(chan struct{})}
	p.held, _ = watchExit(pid)
	started, err := p.began()
	if err != nil {
		p.Close()
		return nil, unknownf("no process %d on this machine", pid)
	}
	p.info = soak.TargetInfo{Name: p.name, Kind: "process", ID: fmt.Sprint(pid), Started: started, Source: "procfs"}
	if command, err := found.Exe(); err == nil {
		p.info.Image = command
	}
	if m, err := mem.VirtualMemory(); err == nil {
		p.info.HostMemory = int64(m.Total)
	}
	if args, err := found.CmdlineSlice(); err == nil {
		if env, err := found.Environ(); err == nil && p.info.Image != "" {
			args = withEnvironment(filepath.Base(p.info.Image), args, env)
		}
		p.info.HeapCap, p.info.Fills = heapCap(args, p.info.HostMemory), fills(args, p.info.HostMemory)
	}
	return p, nil
}

// began is when the process started.
func (p *Process) began() (time.Time, error) {
	ms, err := p.proc.CreateTime()
	return time.UnixMilli(ms), err
}

// Name is "pid N".
func (p *Process) Name() string { return p.name }

// PID is the process's number.
func (p *Process) PID() int { return int(p.proc.Pid) }

// Info describes the process; Image is the path of its program.
func (p *Process) Info() soak.TargetInfo { return p.info }

// Close gives descriptors back.
func (p *Process) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inside.close()
	if p.held != nil {
		p.held.close()
		p.held = nil
	}
}

// Sample measures the process and its children. The error wraps soak.ErrGone
// when it has ended.
func (p *Process) Sample(ctx context.Context) (soak.Sample, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := soak.Sample{Target: p.name, Started: p.info.Started, At: time.Now()}
	look := p.inside.due(s.At, false)
	if err := p.measure(ctx, &s, look); err != nil {
		return soak.Sample{}, err
	}
	if p.ended() {
		return soak.Sample{}, gonef("process %d has ended", p.PID())
	}
	if p.inside.ending(p.host) {
		return soak.Sample{}, unavailablef("a child that held most of process %d has just ended", p.PID())
	}
	if look {
		p.inside.follow(s.Processes, p.PID(), s.At, p.await)
	}
	return s, nil
}

// gone is ended for whoever does not hold the lock.
func (p *Process) gone() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended()
}

// ended reports whether the process is gone, or its number is another's. The
// lock is held.
func (p *Process) ended() bool {
	if p.held != nil {
		return p.held.exited()
	}
	running, err := p.proc.IsRunning()
	return err == nil && !running
}

// await tells the death of a child that carried the curve.
func (p *Process) await(w *exitWatch, child soak.Process) {
	at := time.Now()
	time.Sleep(endsTogether)
	p.mu.Lock()
	tells := p.inside.forget(w) && !p.ended()
	p.mu.Unlock()
	if !tells {
		return
	}
	e := death(child, at, false)
	e.Target = p.name
	select {
	case p.pending <- e:
	default:
	}
}

// Watch tells when the process ends, and when a child does that held most of
// the memory.
func (p *Process) Watch(ctx context.Context, emit func(soak.Event)) error {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-p.pending:
			emit(e)
		case <-tick.C:
			if p.gone() {
				emit(soak.Event{At: time.Now(), Target: p.name, Kind: soak.EventExit, Text: fmt.Sprintf("process %d has ended; only its parent knows its exit code", p.PID())})
				p.once.Do(func() { close(p.over) })
				<-ctx.Done()
				return nil
			}
		}
	}
}

// Ended is closed once Watch has told that the process has ended: it never
// comes back.
func (p *Process) Ended() <-chan struct{} { return p.over }

// Follow says that there is no log to follow, and returns.
func (p *Process) Follow(_ context.Context, _ time.Time, _ func(soak.Line), emit func(soak.Event)) error {
	emit(soak.Event{At: time.Now(), Target: p.name, Kind: soak.EventWarning, Text: "the log of a process that leakcheck did not start cannot be read; start it as `leakcheck soak -- COMMAND`, or read its log elsewhere"})
	return nil
}

var _ soak.Target = (*Process)(nil)
