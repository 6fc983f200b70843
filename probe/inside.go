package probe

import (
	"context"
	"fmt"
	"time"

	"leakcheck/soak"
)

// Processes and open files are looked at with each tenth sample, or after
// lookEvery if samples are far apart: listing them costs a hundred times a
// sample. The engine runs ps for it and is asked each askEvery only.
const (
	lookSamples = 10
	lookEvery   = 30 * time.Second
	askEvery    = time.Minute
	settled     = 5 * time.Second
	dominance   = 3 // a process with a third of the memory carries the curve

	endsTogether = 200 * time.Millisecond // a target ends a moment after its server
)

// inside is what is known of the processes in a target besides its main one.
type inside struct {
	looked time.Time
	since  int // samples since then
	server soak.Process
	watch  *exitWatch // of server; nil when only listing can tell
}

// due reports whether it is time to look, and notes it; asks means that the
// engine must be asked.
func (i *inside) due(at time.Time, asks bool) bool {
	i.since++
	age := at.Sub(i.looked)
	switch {
	case i.looked.IsZero():
	case asks && age < askEvery, !asks && age < lookEvery && i.since < lookSamples:
		return false
	}
	i.looked, i.since = at, 0
	return true
}

func (i *inside) close() {
	if i.watch != nil {
		i.watch.close()
	}
	*i = inside{}
}

// follow keeps an eye on the process that holds most of the memory, unless it
// is the main one. If it dies while the target stays up, the curve's fall is no
// collection. A process on this machine is waited for by died; of others,
// follow returns the one that has died.
func (i *inside) follow(all []soak.Process, main int, at time.Time, died func(*exitWatch, soak.Process)) (dead soak.Process) {
	if len(all) == 0 {
		return dead
	}
	if i.server.PID != 0 && i.watch == nil && !listed(all, i.server) {
		dead, i.server = i.server, soak.Process{}
	}
	top, total := all[0], int64(0)
	for _, p := range all {
		total += p.RSS
		if p.RSS > top.RSS {
			top = p
		}
	}
	if same(top, i.server) || at.Sub(top.Started) < settled || top.RSS*dominance < total {
		return dead
	}
	if i.watch != nil {
		i.watch.close()
	}
	i.server, i.watch = soak.Process{}, nil
	if top.PID == main {
		return dead
	}
	i.server = top
	if died == nil {
		return dead
	}
	if w, err := watchExit(top.PID); err == nil {
		i.watch = w
		go func() {
			if w.wait() {
				died(w, top)
			}
		}()
	}
	return dead
}

// forget lets the server go that w held; not ok when that happened before.
func (i *inside) forget(w *exitWatch) bool {
	if i.watch != w {
		return false
	}
	w.close()
	*i = inside{}
	return true
}

// look adds the processes, files and sockets to a sample when it is time.
func (c *Container) look(ctx context.Context, s *soak.Sample) {
	p := &c.sampler
	if !p.inside.due(s.At, p.group == nil) {
		return
	}
	main := c.seen().PID
	if p.group != nil {
		s.Processes = c.e.host.lookInside(p.group.pids(), s)
		c.findHeapCap(s.Processes)
		if !p.inside.ending(c.e.host) { // else whoever waits for its end tells it; the list may show it empty
			p.inside.follow(s.Processes, main, s.At, c.await)
		}
		return
	}
	s.Processes = c.e.top(ctx, p.id, s.At)
	if dead := p.inside.follow(s.Processes, main, s.At, nil); dead.PID != 0 {
		c.tell(death(dead, s.At, c.oomSince(s.At.Add(-askEvery))))
	}
}

// lookInside lists processes and adds up their open files.
func (h *host) lookInside(pids []int, s *soak.Sample) []soak.Process {
	var files, sockets int64
	visible := true
	var all []soak.Process
	for _, pid := range pids {
		p, ok := h.process(pid)
		if !ok {
			continue
		}
		all = append(all, p)
		if visible {
			var f, k int64
			f, k, visible = h.openFiles(pid)
			files, sockets = files+f, sockets+k
		}
	}
	if visible && len(all) > 0 {
		s.Set(soak.FDs, files)
		s.Set(soak.Sockets, sockets)
	}
	return all
}

// await tells the death of a process inside, unless the container ends with it.
func (c *Container) await(w *exitWatch, p soak.Process) {
	at := time.Now()
	time.Sleep(endsTogether)
	c.sampling.Lock()
	defer c.sampling.Unlock()
	if !c.sampler.inside.forget(w) || c.sampler.main.exited() {
		return
	}
	s := soak.Sample{At: at}
	if c.sampler.group.read(&s.Values, 0) == nil {
		c.noteOOM(&s)
	}
	c.tell(death(p, at, c.oomSince(at.Add(-2*time.Second))))
}

// oomSince reports whether an OOM kill was told after that time.
func (c *Container) oomSince(t time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.oomTold.After(t)
}

// death is the event for a process that died inside.
func death(p soak.Process, at time.Time, oom bool) soak.Event {
	e := soak.Event{At: at, Kind: soak.EventDeath, Text: fmt.Sprintf(
		"process %d (%s), which held %s, died inside while its main process stayed up", p.PID, printable(p.Command), soak.FormatBytes(float64(p.RSS)))}
	if oom {
		e.Text += ": killed by the kernel for memory"
		e.Exit = &soak.Exit{Code: 137, OOMKilled: true}
	}
	return e
}

// same compares processes; starts are told in seconds by some engines.
func same(a, b soak.Process) bool {
	return a.PID == b.PID && a.Started.Sub(b.Started).Abs() < 3*time.Second
}

func listed(all []soak.Process, p soak.Process) bool {
	for _, q := range all {
		if same(p, q) {
			return true
		}
	}
	return false
}

// noteOOM tells a kill that the kernel counted and no event of the engine told.
func (c *Container) noteOOM(s *soak.Sample) {
	kills, ok := s.Get(soak.OOMKills)
	if !ok {
		return
	}
	before := c.sampler.ooms
	c.sampler.ooms = number64{uint64(kills), true}
	if !before.ok || uint64(kills) <= before.n {
		return
	}
	c.tellOOM(s.At, c.sampler.at, fmt.Sprintf("the kernel killed %d of the processes inside for memory", uint64(kills)-before.n))
}

// tellOOM tells an OOM kill once, though the engine and the kernel's counter
// both know of it. Nothing told after since is told again.
func (c *Container) tellOOM(at, since time.Time, text string) {
	c.mu.Lock()
	told := c.oomTold.After(since.Add(-2 * time.Second))
	c.oomTold = at
	c.mu.Unlock()
	if !told {
		c.tell(soak.Event{At: at, Kind: soak.EventOOM, Text: text})
	}
}

// tell hands an event to Watch. Without a watcher events are dropped when
// there are too many.
func (c *Container) tell(e soak.Event) {
	e.Target = c.name
	select {
	case c.pending <- e:
	default:
	}
}
