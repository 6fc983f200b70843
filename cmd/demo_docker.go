package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"leakcheck/probe"
	"leakcheck/soak"
)

// demoImage is how the demo's images are named; each holds this program and
// the file in which its half of the demo has the bug or the fix.
const demoImage = "leakcheck-demo"

// The lines of helpers/gun.js that the incident was about. They are there to be
// looked into: nobody runs them.
const (
	gunWithBug = "if (error.response) {\n    error.response.data = null;\n    error.response = null;\n}\n" +
		"if (error.response && error.response.status === 404) {\n    return null;\n}\n"
	gunWithFix = "const is404 = error.response && error.response.status === 404;\nif (is404) {\n    return null;\n}\n"
)

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
	return a.demo(ctx, length, func(ctx context.Context, h half, o soakOptions) (soak.Report, error) {
		image, err := h.image(ctx, l, self)
		if err != nil {
			return soak.Report{}, notMeasured(err)
		}
		spec := probe.Spec{
			Name:   fmt.Sprintf("leakcheck-demo-%s-%d", h.name, os.Getpid()),
			Image:  image,
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

// image makes the image of a half.
func (h half) image(ctx context.Context, l *probe.Launcher, self string) (name string, err error) {
	gun, err := os.CreateTemp("", "gun-*.js")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.Remove(gun.Name())) }()
	text := gunWithFix
	if h.leaks {
		text = gunWithBug
	}
	_, err = gun.WriteString(text)
	if err := errors.Join(err, gun.Close()); err != nil {
		return "", err
	}
	name = demoImage + "-" + h.name
	return name, l.Image(ctx, name, map[string]string{"/leakcheck": self, "/app/helpers/gun.js": gun.Name()})
}
