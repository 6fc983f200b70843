package probe

import (
	"context"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"
)

// State is what the engine says about a container.
type State struct {
	ID   string
	Name string
	// Status is the engine's word: "running", "paused", "restarting", "exited", ...
	Status  string
	Running bool // also true while paused
	Paused  bool
	// Health is "healthy", "unhealthy", "starting", or empty without a health check.
	Health string
	// Restarts counts restarts by the restart policy.
	Restarts int
	// ExitCode and OOMKilled tell how the last life ended; they are cleared
	// when the container starts again.
	ExitCode  int
	OOMKilled bool
	Started   time.Time
	// Finished is when the last life ended; zero before the first end.
	Finished  time.Time
	LogDriver string
	// PID is the main process's on the engine's machine; 0 when not running.
	PID int
	// Limit is the memory limit in bytes; 0 without one.
	Limit int64
}

// facts is an inspected container: its state and what else is needed of it.
type facts struct {
	State
	image   string
	labels  map[string]string
	logPath string
	tty     bool
	network string
	ports   nat.PortMap
	options []string // the command line, and what runtimes find in the environment
}

// inspect asks for a container by ID or name.
func (e *Engine) inspect(ctx context.Context, ref string) (facts, error) {
	got, err := e.cli.ContainerInspect(ctx, ref)
	if err != nil {
		if cerrdefs.IsNotFound(err) {
			return facts{}, gonef("container %s does not exist any more", ref)
		}
		return facts{}, e.explain(err)
	}
	if got.ContainerJSONBase == nil || got.State == nil || got.HostConfig == nil {
		return facts{}, unavailablef("the Docker engine at %s describes container %s incompletely", e.end.address, ref)
	}
	return newFacts(got), nil
}

func newFacts(got container.InspectResponse) facts {
	f := facts{
		State: State{
			ID: got.ID, Name: strings.TrimPrefix(got.Name, "/"), Status: string(got.State.Status),
			Running: got.State.Running && !got.State.Restarting && !got.State.Dead, Paused: got.State.Paused,
			Restarts: got.RestartCount, ExitCode: got.State.ExitCode, OOMKilled: got.State.OOMKilled,
			Started: engineTime(got.State.StartedAt), Finished: engineTime(got.State.FinishedAt),
			LogDriver: got.HostConfig.LogConfig.Type, PID: got.State.Pid, Limit: got.HostConfig.Memory,
		},
		logPath: got.LogPath,
		network: string(got.HostConfig.NetworkMode),
		options: append([]string{got.Path}, got.Args...),
	}
	if got.State.Health != nil && got.State.Health.Status != "none" {
		f.Health = string(got.State.Health.Status)
	}
	if got.Config != nil {
		f.image, f.labels, f.tty = got.Config.Image, got.Config.Labels, got.Config.Tty
		f.options = withEnvironment("", f.options, got.Config.Env)
	}
	if got.NetworkSettings != nil {
		f.ports = got.NetworkSettings.Ports
	}
	return f
}

// engineTime reads a time of the API, where year 1 stands for "never".
func engineTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() <= 1 {
		return time.Time{}
	}
	return t
}
