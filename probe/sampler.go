package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"leakcheck/soak"
)

// streamBelow is the interval under which the engine's statistics are kept
// streaming; above it one call a sample costs the engine less.
const streamBelow = 5 * time.Second

// sampler is how one life of a container is read. It is bound to that life and
// bound anew to the next.
type sampler struct {
	id      string
	started time.Time
	group   *cgroup    // nil: through the API
	main    *exitWatch // of the container's main process
	net     *pseudoFile
	stream  *statStream
	inside  inside
	cpu     int64 // the last reading; it falls when another life has begun
	anon    int64 // likewise; it falls when a collector ran or a process ends
	ooms    number64
	at      time.Time // of the last sample
}

// Sample measures the container now, from its cgroup's files where they can be
// read, else through the API. A container that does not run is an error that
// wraps soak.ErrGone, or soak.ErrUnavailable while it is being restarted.
func (c *Container) Sample(ctx context.Context) (soak.Sample, error) {
	c.sampling.Lock()
	defer c.sampling.Unlock()
	for try := 0; ; try++ {
		f, err := c.toSample(ctx)
		if err != nil {
			if errors.Is(err, soak.ErrGone) {
				c.sampler.close()
			}
			return soak.Sample{}, err
		}
		s, err := c.take(ctx, f)
		if err == nil || try == 1 || ctx.Err() != nil {
			return s, err
		}
		c.invalidate() // perhaps another life has begun
	}
}

// toSample is what is known of the life to be read. While its main process
// lives and its files are read, nobody needs to be asked: an engine that
// answers late, or not, costs no samples. What else has changed is for Watch
// to find out.
func (c *Container) toSample(ctx context.Context) (facts, error) {
	p, f := &c.sampler, c.seen()
	if p.group != nil && p.reads(f) && !p.main.exited() {
		return f, nil
	}
	return c.current(ctx)
}

// reads reports whether the sampler is bound to the life that f describes.
func (p *sampler) reads(f facts) bool { return p.id == f.ID && p.started.Equal(f.Started) }

// take reads one sample of the life that f describes.
func (c *Container) take(ctx context.Context, f facts) (soak.Sample, error) {
	p := &c.sampler
	c.bind(f)
	s := soak.Sample{Target: c.name, Started: f.Started, At: time.Now()}
	var err error
	if p.group != nil {
		err = p.fromFiles(&s, c)
	} else {
		err = p.fromAPI(ctx, &s, c)
	}
	if err != nil {
		return soak.Sample{}, err
	}
	s.Set(soak.Restarts, int64(f.Restarts))
	c.noteOOM(&s)
	c.look(ctx, &s)
	p.at = s.At
	return s, nil
}

// bind makes the sampler read the life that f describes.
func (c *Container) bind(f facts) {
	p := &c.sampler
	if p.reads(f) {
		return
	}
	p.close()
	p.id, p.started = f.ID, f.Started
	source := "engine API"
	if group, main, err := c.e.openLocal(f); err == nil {
		p.group, p.main, source = group, main, group.source()
		// On the host's network the counters are the machine's, not the container's.
		if f.network != "host" {
			p.net, _ = openPseudo(c.e.host.proc(f.PID, "net/dev"))
		}
	}
	c.mu.Lock()
	c.source, c.heapCap, c.fills = source, heapCap(f.options, c.room(f)), fills(f.options, c.room(f))
	c.mu.Unlock()
}

// openLocal opens the cgroup of a container that runs on this machine and
// watches its main process.
func (e *Engine) openLocal(f facts) (*cgroup, *exitWatch, error) {
	if e.remote || f.PID <= 0 {
		return nil, nil, errNotLocal
	}
	main, err := watchExit(f.PID)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errNotLocal, err)
	}
	// The process is held by now, so what /proc says belongs to it.
	at, err := e.host.places(f.PID, f.ID)
	if err == nil {
		var group *cgroup
		if group, err = openCgroup(at); err == nil {
			return group, main, nil
		}
	}
	main.close()
	return nil, nil, err
}

// fromFiles reads the cgroup. What a cgroup says once its main process ends is
// nobody's memory, so the process must still be there afterwards.
func (p *sampler) fromFiles(s *soak.Sample, c *Container) error {
	err := p.group.read(&s.Values, c.e.memory)
	anon, _ := s.Get(soak.Anon)
	fell := anon < p.anon
	if err != nil || fell && c.e.host.exiting(c.seen().PID) || p.main.exited() {
		return unavailablef("container %s has just ended", c.name)
	}
	if fell && p.inside.ending(c.e.host) {
		return unavailablef("a process that held most of %s has just ended", c.name)
	}
	p.anon = anon
	p.network(s)
	c.e.host.hostAvailable(&s.Values)
	return nil
}

// fromAPI asks the engine.
func (p *sampler) fromAPI(ctx context.Context, s *soak.Sample, c *Container) error {
	got, at, err := p.statistics(ctx, c)
	if err != nil {
		return c.e.explain(err)
	}
	if got.stopped() {
		p.endStream()
		return unavailablef("container %s has just ended", c.name)
	}
	got.fill(&s.Values, c.e.memory)
	s.At = at
	cpu, _ := s.Get(soak.CPU)
	fell := cpu < p.cpu
	if p.cpu = cpu; fell {
		return unavailablef("container %s has just been restarted", c.name)
	}
	return nil
}

func (p *sampler) statistics(ctx context.Context, c *Container) (stats, time.Time, error) {
	if time.Duration(c.interval.Load()) >= streamBelow {
		p.endStream()
		got, err := oneShot(ctx, c.e, p.id)
		return got, time.Now(), err
	}
	if p.stream == nil || p.stream.broken() {
		p.endStream()
		p.stream = openStream(c.e, p.id)
	}
	return p.stream.next(ctx)
}

func (p *sampler) endStream() {
	if p.stream != nil {
		p.stream.close()
		p.stream = nil
	}
}

// close gives everything back; the next sample binds again.
func (p *sampler) close() {
	if p.group != nil {
		p.group.close()
		p.main.close()
	}
	p.net.close()
	p.endStream()
	p.inside.close()
	*p = sampler{}
}

// network sums up the interfaces in the container's network, without loopback.
func (p *sampler) network(s *soak.Sample) {
	if p.net == nil {
		return
	}
	b, err := p.net.read(p.group.buf)
	if err != nil {
		return
	}
	rx, tx, ok := netDev(b)
	put(&s.Values, soak.NetRx, number64{rx, ok})
	put(&s.Values, soak.NetTx, number64{tx, ok})
}

// SetInterval tells how often Sample will be called, so that the API is used
// in the way that costs the engine less. It may change at any time; 2 s unless
// told.
func (c *Container) SetInterval(d time.Duration) { c.interval.Store(int64(d)) }
