package probe

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/docker/go-connections/nat"

	"leakcheck/soak"
)

// Container is a container, followed by its name through restarts and
// re-creation. It is a [soak.Target]; its methods may run at the same time.
// Life and due time of samples are left to the runner.
type Container struct {
	e    *Engine
	name string

	mu      sync.Mutex
	now     facts
	stale   bool // an event says that now is old
	heapCap int64
	fills   int64
	source  string
	oomTold time.Time

	// sampling holds what only Sample touches, one call at a time.
	sampling sync.Mutex
	sampler  sampler
	interval atomic.Int64 // time.Duration

	pending chan soak.Event // what sampling noticed, for Watch to tell
}

var _ soak.Target = (*Container)(nil)

func newContainer(e *Engine, name string) *Container {
	c := &Container{e: e, name: name, pending: make(chan soak.Event, 64)}
	c.SetInterval(2 * time.Second)
	return c
}

// Name is the name by which the container is followed.
func (c *Container) Name() string { return c.name }

// Close gives back descriptors and connections. The container can be sampled
// again afterwards.
func (c *Container) Close() error {
	c.sampling.Lock()
	defer c.sampling.Unlock()
	c.sampler.close()
	return nil
}

// Info describes the container as it was last seen. URL and Profile are left
// to the caller.
func (c *Container) Info() soak.TargetInfo {
	c.mu.Lock()
	defer c.mu.Unlock()
	return soak.TargetInfo{
		Name: c.name, Kind: "container", ID: c.now.ID, Image: c.now.image, Started: c.now.Started,
		Labels: c.now.labels, Limit: c.limit(c.now.Limit), HostMemory: c.e.memory,
		Source: c.source, HeapCap: c.heapCap, Fills: c.fills,
	}
}

// limit leaves out a limit that cannot be reached.
func (c *Container) limit(bytes int64) int64 {
	if c.e.memory > 0 && bytes >= c.e.memory {
		return 0
	}
	return bytes
}

// State asks the engine what the container is doing. The error wraps
// soak.ErrGone when it does not exist.
func (c *Container) State(ctx context.Context) (State, error) {
	if err := c.refresh(ctx); err != nil {
		return State{}, err
	}
	return c.seen().State, nil
}

// Last is what the container was doing when the engine was asked last.
func (c *Container) Last() State { return c.seen().State }

// Published gives the URL under which a port of the container is reached from
// here, without a path and with the scheme http; not ok when the port is not
// published.
func (c *Container) Published(port int) (url string, ok bool) {
	f := c.seen()
	if f.network == "host" {
		return "http://" + net.JoinHostPort(c.e.end.machine(), strconv.Itoa(port)), true
	}
	for _, b := range f.ports[nat.Port(strconv.Itoa(port)+"/tcp")] {
		if b.HostPort == "" {
			continue
		}
		host := b.HostIP
		if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
			host = c.e.end.machine()
		}
		return "http://" + net.JoinHostPort(host, b.HostPort), true
	}
	return "", false
}

// OnlyPort is the TCP port of the container that is published, if it is exactly one.
func (c *Container) OnlyPort() (port int, ok bool) {
	for p, bound := range c.seen().ports {
		if p.Proto() != "tcp" || len(bound) == 0 {
			continue
		}
		if port != 0 {
			return 0, false
		}
		port = p.Int()
	}
	return port, port != 0
}

// seen is what is known without asking.
func (c *Container) seen() facts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// invalidate makes the next sample ask the engine first.
func (c *Container) invalidate() {
	c.mu.Lock()
	c.stale = true
	c.mu.Unlock()
}

// refresh asks the engine about the container: by its name, under which a new
// one may stand, else by the ID it had, for it may have been renamed.
func (c *Container) refresh(ctx context.Context) error {
	f, err := c.e.inspect(ctx, c.name)
	known := c.seen().ID
	// Without such a name the engine takes it for the start of some ID.
	if err == nil && f.Name != c.name && f.ID != known {
		err = gonef("container %s does not exist", c.name)
	}
	if errors.Is(err, soak.ErrGone) && known != "" {
		f, err = c.e.inspect(ctx, known)
	}
	if errors.Is(err, soak.ErrGone) {
		err = gonef("container %s does not exist any more", c.name)
	}
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.now, c.stale = f, false
	c.mu.Unlock()
	return nil
}

// current is what is known, asked again when it is old or not running.
func (c *Container) current(ctx context.Context) (facts, error) {
	c.mu.Lock()
	old := c.stale || !c.now.Running
	c.mu.Unlock()
	if old {
		if err := c.refresh(ctx); err != nil {
			return facts{}, err
		}
	}
	f := c.seen()
	if !f.Running {
		if f.Status == "restarting" || f.Status == "created" {
			return f, unavailablef("container %s does not run: it is %s", c.name, f.Status)
		}
		return f, gonef("container %s does not run: it is %s", c.name, f.Status)
	}
	return f, nil
}
