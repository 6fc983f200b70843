package probe

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/docker/go-connections/nat"
)

// launchedLabel marks what a Launcher has made, with the launcher's own value.
const launchedLabel = "leakcheck.launched"

// Launcher holds the one key to more than reading. Only the demo and the tests
// use it; it touches nothing but what it has made itself.
type Launcher struct {
	// KeepImages leaves the images when Cleanup removes the containers.
	KeepImages bool

	e    *Engine
	mark string
}

// Launch connects as [Connect] does, without the gate.
func Launch(ctx context.Context, o ConnectOptions) (*Launcher, error) {
	if o.Timeout <= 0 {
		o.Timeout = answerWithin
	}
	end, err := o.endpoint()
	if err != nil {
		return nil, err
	}
	cli, g, err := end.open(o, false)
	if err != nil {
		return nil, err
	}
	l := &Launcher{e: newEngine(cli, g, end), mark: strconv.FormatInt(time.Now().UnixNano(), 36)}
	if err := l.e.greet(ctx, o.APIVersion); err != nil {
		_ = l.e.Close()
		return nil, err
	}
	return l, nil
}

// Close hangs up; what was launched stays until Cleanup.
func (l *Launcher) Close() error { return l.e.Close() }

// Spec is a container to launch.
type Spec struct {
	Name  string
	Image string
	Args  []string
	Env   []string
	// Memory is the limit in bytes, 0 for none; swap is not given on top.
	Memory int64
	// Ports of the container are published on free ports of 127.0.0.1.
	Ports []int
	// Binds are mounts such as /usr:/usr:ro.
	Binds  []string
	Labels map[string]string
	// Restart is a restart policy such as "always"; empty for none.
	Restart string
	// LogDriver and LogOptions as for `docker run`; the engine's own unless given.
	LogDriver  string
	LogOptions map[string]string
	TTY        bool
	// Health is a command to check the container's health with, each second.
	Health []string
	// Tmpfs gives folders of memory, with their options.
	Tmpfs map[string]string
}

// Run makes and starts a container and returns its ID.
func (l *Launcher) Run(ctx context.Context, s Spec) (string, error) {
	conf := &container.Config{Image: s.Image, Cmd: s.Args, Env: s.Env, Tty: s.TTY, Labels: map[string]string{}, ExposedPorts: nat.PortSet{}}
	maps.Copy(conf.Labels, s.Labels)
	conf.Labels[launchedLabel] = l.mark
	if len(s.Health) > 0 {
		conf.Healthcheck = &container.HealthConfig{Test: append([]string{"CMD"}, s.Health...), Interval: time.Second, Timeout: 5 * time.Second, Retries: 1}
	}
	hc := &container.HostConfig{
		Binds: s.Binds, Tmpfs: s.Tmpfs, PortBindings: nat.PortMap{},
		RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyMode(s.Restart)},
		LogConfig:     container.LogConfig{Type: s.LogDriver, Config: s.LogOptions},
		Resources:     container.Resources{Memory: s.Memory, MemorySwap: s.Memory},
	}
	for _, p := range s.Ports {
		port := nat.Port(strconv.Itoa(p) + "/tcp")
		conf.ExposedPorts[port] = struct{}{}
		hc.PortBindings[port] = []nat.PortBinding{{HostIP: "127.0.0.1"}}
	}
	made, err := l.e.cli.ContainerCreate(ctx, conf, hc, nil, nil, s.Name)
	if err != nil {
		return "", fmt.Errorf("container %s cannot be made: %w", s.Name, l.e.explain(err))
	}
	if err := l.e.cli.ContainerStart(ctx, made.ID, container.StartOptions{}); err != nil {
		_ = l.Remove(ctx, made.ID)
		return "", fmt.Errorf("container %s cannot be started: %w", s.Name, l.e.explain(err))
	}
	return made.ID, nil
}

// own refuses containers that this launcher has not made.
func (l *Launcher) own(ctx context.Context, name string, do func(*client.Client) error) error {
	f, err := l.e.inspect(ctx, name)
	if err != nil {
		return err
	}
	if f.labels[launchedLabel] != l.mark {
		return fmt.Errorf("container %s was not launched by leakcheck and is left alone", name)
	}
	return l.e.explain(do(l.e.cli))
}

// Start starts a container that has ended.
func (l *Launcher) Start(ctx context.Context, name string) error {
	return l.own(ctx, name, func(c *client.Client) error { return c.ContainerStart(ctx, name, container.StartOptions{}) })
}

// Stop asks a container to end and kills it after the grace time.
func (l *Launcher) Stop(ctx context.Context, name string, grace time.Duration) error {
	return l.own(ctx, name, func(c *client.Client) error { return c.ContainerStop(ctx, name, stopOptions(grace)) })
}

// Restart stops a container as Stop does and starts it again.
func (l *Launcher) Restart(ctx context.Context, name string, grace time.Duration) error {
	return l.own(ctx, name, func(c *client.Client) error { return c.ContainerRestart(ctx, name, stopOptions(grace)) })
}

func stopOptions(grace time.Duration) container.StopOptions {
	seconds := int(grace.Seconds())
	return container.StopOptions{Timeout: &seconds}
}

// Kill sends a signal, such as SIGKILL, to the main process.
func (l *Launcher) Kill(ctx context.Context, name, signal string) error {
	return l.own(ctx, name, func(c *client.Client) error { return c.ContainerKill(ctx, name, signal) })
}

// Pause freezes a container.
func (l *Launcher) Pause(ctx context.Context, name string) error {
	return l.own(ctx, name, func(c *client.Client) error { return c.ContainerPause(ctx, name) })
}

// Unpause thaws it.
func (l *Launcher) Unpause(ctx context.Context, name string) error {
	return l.own(ctx, name, func(c *client.Client) error { return c.ContainerUnpause(ctx, name) })
}

// Rename gives a container another name.
func (l *Launcher) Rename(ctx context.Context, name, to string) error {
	return l.own(ctx, name, func(c *client.Client) error { return c.ContainerRename(ctx, name, to) })
}

// SetMemory changes a running container's memory limit.
func (l *Launcher) SetMemory(ctx context.Context, name string, limit int64) error {
	return l.own(ctx, name, func(c *client.Client) error {
		_, err := c.ContainerUpdate(ctx, name, container.UpdateConfig{Resources: container.Resources{Memory: limit, MemorySwap: limit}})
		return err
	})
}

// Remove ends a container at once and removes it with its unnamed volumes.
func (l *Launcher) Remove(ctx context.Context, name string) error {
	return l.own(ctx, name, func(c *client.Client) error {
		return c.ContainerRemove(ctx, name, container.RemoveOptions{Force: true, RemoveVolumes: true})
	})
}

// Cleanup removes every container and image that this launcher has made.
func (l *Launcher) Cleanup(ctx context.Context) error {
	ours := filters.NewArgs(filters.Arg("label", launchedLabel+"="+l.mark))
	found, err := l.e.cli.ContainerList(ctx, container.ListOptions{All: true, Filters: ours})
	if err != nil {
		return l.e.explain(err)
	}
	for _, c := range found {
		if err := l.Remove(ctx, c.ID); err != nil {
			return err
		}
	}
	if l.KeepImages {
		return nil
	}
	images, err := l.e.cli.ImageList(ctx, image.ListOptions{Filters: ours})
	if err != nil {
		return l.e.explain(err)
	}
	for _, i := range images {
		if _, err := l.e.cli.ImageRemove(ctx, i.ID, image.RemoveOptions{Force: true}); err != nil {
			return l.e.explain(err)
		}
	}
	return nil
}
