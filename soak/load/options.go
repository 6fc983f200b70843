// Package load fires scenarios at a node as a plan says: bursts, rates and
// closed loops in phases, with counts and latencies in histograms of a fixed
// size, and the brake that stops it all. An [Engine] is a soak.Load, and so is
// a [Command], an engine of the user's own.
package load

import (
	"context"
	"net"
	"os"
	"time"

	"leakcheck/soak"
)

// Options are the settings of an Engine. Only BaseURL is needed.
type Options struct {
	// BaseURL is where the node answers, such as "http://127.0.0.1:3005"; the
	// paths of steps are put behind its own. It may carry user:password@.
	BaseURL string
	// TLS is for https with an own authority or a client certificate.
	TLS *soak.TLS
	// Getenv and ReadFile expand ${env:NAME} and ${file:PATH}; os.Getenv and
	// os.ReadFile unless set.
	Getenv   func(string) string
	ReadFile func(string) ([]byte, error)
	// MaxInFlight is how many requests of open loops and bursts may be under
	// way at a time, 1,000 unless set; what is due beyond does not land.
	MaxInFlight int
	// Begun is how long ago the plan began: a run that is gone on with goes on
	// in the phase it had come to.
	Begun time.Duration
	// Dial opens connections; TCP unless set.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

const (
	defaultTimeout = 30 * time.Second
	// reuseFor is how long an idle connection is used again. Servers close
	// idle connections after 2 s (gunicorn), 5 s (Node.js) or more; a request
	// that meets such a close would count as an error of the node's.
	reuseFor = time.Second
	// maxLag is how far an open loop may fall behind before it lets go of what
	// is overdue. It must not fire a backlog of hours when a machine wakes up.
	maxLag = 10 * time.Second
	// timerSlack is how late this machine's timers may wake us; epoll counts
	// in milliseconds.
	timerSlack = 2 * time.Millisecond
	// pause is how long a closed loop waits after a connection that failed, so
	// that a dead node is not hammered.
	pause = 100 * time.Millisecond
)

func (o Options) withDefaults() Options {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.ReadFile == nil {
		o.ReadFile = os.ReadFile
	}
	if o.MaxInFlight <= 0 {
		o.MaxInFlight = 1000
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	return o
}
