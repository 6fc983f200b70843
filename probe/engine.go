package probe

import (
	"context"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
)

// Engine is a Docker engine that can only be read.
type Engine struct {
	cli    *client.Client
	gate   *gate
	end    endpoint
	memory int64 // of the engine's machine, in bytes; 0 when unknown
	host   *host
	remote bool // everything is asked of the engine
	hub    *hub
}

func newEngine(cli *client.Client, g *gate, end endpoint) *Engine {
	e := &Engine{cli: cli, gate: g, end: end, host: newHost("/")}
	e.hub = newHub(e)
	return e
}

// Close hangs up. Containers that are being watched must be closed by their
// own Close.
func (e *Engine) Close() error { return e.cli.Close() }

// Calls is how many calls the engine has received.
func (e *Engine) Calls() int64 { return e.gate.calls.Load() }

// Address is the engine's address, such as unix:///var/run/docker.sock.
func (e *Engine) Address() string { return e.end.address }

// APIVersion is the version that was agreed on.
func (e *Engine) APIVersion() string { return e.cli.ClientVersion() }

// Listed is a container as [Engine.List] sees it.
type Listed struct {
	Name    string
	ID      string
	Image   string
	Running bool
	// State is the engine's word, such as "running", "exited" or "paused".
	State  string
	Labels map[string]string
}

// List names all containers, running ones first, then by name.
func (e *Engine) List(ctx context.Context) ([]Listed, error) {
	found, err := e.cli.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return nil, e.explain(err)
	}
	all := make([]Listed, 0, len(found))
	for _, c := range found {
		l := Listed{ID: c.ID, Image: c.Image, State: string(c.State), Labels: c.Labels}
		l.Running = l.State == "running" || l.State == "paused"
		for _, n := range c.Names {
			// A link to another container is listed as a second name with a slash in it.
			if n = strings.TrimPrefix(n, "/"); !strings.Contains(n, "/") {
				l.Name = n
			}
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b Listed) int {
		if a.Running != b.Running {
			if a.Running {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return all, nil
}

// Container finds a container by its name, its ID or the start of its ID. The
// error for a name that does not exist lists similar ones; it and the error
// for a prefix of several wrap [ErrUnknown].
func (e *Engine) Container(ctx context.Context, nameOrID string) (*Container, error) {
	all, err := e.List(ctx)
	if err != nil {
		return nil, err
	}
	found, err := pick(all, nameOrID, e.end.address)
	if err != nil {
		return nil, err
	}
	c := newContainer(e, found.Name)
	if err := c.refresh(ctx); err != nil {
		return nil, err
	}
	c.prepare()
	return c, nil
}
