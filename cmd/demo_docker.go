package cmd

import (
	"context"
	"fmt"
	"os"
	"time"

	"leakcheck/probe"
	"leakcheck/soak"
)

// demoImage holds this program alone.
const demoImage = "leakcheck-demo"

// demoPort is where the stand-in listens inside its container: the port that
// the documents name.
const demoPort = 3005

// cleanupWithin bounds how long the demo's containers may take to go.
const cleanupWithin = 30 * time.Second

// demoDocker is the demo in real containers. Making and removing them takes a
// launcher, the one key to more than reading the engine.
func (a *app) demoDocker(ctx context.Context, host string, length time.Duration) (err error) {
	l, err := probe.Launch(ctx, a.engineOptions(host))
	if err != nil {
		return unreachable(err)
	}
	defer l.Close()
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupWithin)
		defer cancel()
		if failed := l.Cleanup(clean); failed != nil && err == nil {
			err = notMeasured(fmt.Errorf("the demo's containers could not be removed: %w; `docker rm -f` them", failed))
		}
	}()
	self, err := os.Executable()
	if err != nil {
		return notMeasured(fmt.Errorf("cannot find the program itself: %w", err))
	}
	if err := l.Image(ctx, demoImage, map[string]string{"/leakcheck": self}); err != nil {
		return notMeasured(err)
	}
	return a.demo(ctx, length, func(ctx context.Context, h half, o soakOptions) (soak.Report, error) {
		spec := probe.Spec{
			Name:   fmt.Sprintf("leakcheck-demo-%s-%d", h.name, os.Getpid()),
			Image:  demoImage,
			Args:   append([]string{"/leakcheck", "demonode", "--listen", fmt.Sprintf(":%d", demoPort)}, h.args...),
			Memory: int64(o.limit),
			Ports:  []int{demoPort},
		}
		if !probe.Static(self) {
			spec.Binds = probe.HostLibraries()
		}
		if _, err := l.Run(ctx, spec); err != nil {
			return soak.Report{}, notMeasured(err)
		}
		o.containers, o.dockerHost = []string{spec.Name}, host
		return a.soakOnce(ctx, o)
	})
}
