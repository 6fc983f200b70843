package probe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/docker/docker/client"

	"leakcheck/soak"
)

// ErrUnknown means that a name or an address is wrong, so that trying again
// does not help: a container that does not exist, a context, a prefix that
// suits several.
var ErrUnknown = errors.New("unknown name")

// unknown is an error that is an ErrUnknown and says only its own sentence.
type unknown struct{ text string }

func (u unknown) Error() string        { return u.text }
func (u unknown) Is(target error) bool { return target == ErrUnknown }

func unknownf(format string, args ...any) error { return unknown{fmt.Sprintf(format, args...)} }

// said is an error whose sentence is complete, with the error that it is.
type said struct {
	text string
	is   error
}

func (s said) Error() string { return s.text }
func (s said) Unwrap() error { return s.is }

func gonef(format string, args ...any) error {
	return said{fmt.Sprintf(format, args...), soak.ErrGone}
}

func unavailablef(format string, args ...any) error {
	return said{fmt.Sprintf(format, args...), soak.ErrUnavailable}
}

const otherEngine = "name another with DOCKER_HOST, --docker-host or `docker context use`"

// explain turns what a call to the engine ended with into one sentence that
// says what to do.
func (e *Engine) explain(err error) error {
	at := e.end.address
	if cause := e.gate.failed.Load(); client.IsErrConnectionFailed(err) && cause != nil {
		err = *cause
	}
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, ErrRefused), errors.Is(err, ErrUnknown),
		errors.Is(err, soak.ErrGone), errors.Is(err, soak.ErrUnavailable):
		return err
	case errors.Is(err, syscall.EACCES), errors.Is(err, fs.ErrPermission), strings.Contains(err.Error(), "permission denied"):
		return unavailablef("permission denied at the Docker engine %s: run as root, or add your user to the group that owns the socket (usually docker) and log in again", at)
	case errors.Is(err, errDeadline), errors.Is(err, context.DeadlineExceeded):
		return unavailablef("the Docker engine at %s does not answer (%v); look at its log, or %s", at, errDeadline, otherEngine)
	case errors.Is(err, fs.ErrNotExist), strings.Contains(err.Error(), "no such file"):
		return unavailablef("no Docker engine at %s: there is no such socket; start Docker, or %s", at, otherEngine)
	case strings.Contains(err.Error(), "HTTP request to an HTTPS server"):
		return unavailablef("the Docker engine at %s asks for TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or use a Docker context that holds the certificates", at)
	case errors.Is(err, syscall.ECONNREFUSED):
		return unavailablef("no Docker engine at %s: nobody listens there; start Docker, or %s", at, otherEngine)
	}
	return unavailablef("the Docker engine at %s: %v", at, plain(err))
}

// plain cuts the client's own advice off, which names an address of its own.
func plain(err error) string {
	text := strings.TrimPrefix(err.Error(), "error during connect: ")
	text, _, _ = strings.Cut(text, "\n")
	text, _, _ = strings.Cut(text, " for API route and version")
	return strings.TrimSuffix(strings.TrimPrefix(text, "Error response from daemon: "), ". Is the docker daemon running?")
}
