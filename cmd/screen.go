package cmd

import (
	"context"
	"errors"
	"os"

	"leakcheck/report"
	"leakcheck/report/live"
)

// screen is the full-screen view of something that goes on, painted on
// standard error so that standard output stays the report's.
type screen struct {
	stop func()
	done chan struct{}
	err  error // how it ended, once done is closed
}

// openScreen takes the terminal over until the screen is closed. It returns
// nil where there is no terminal for it, or where quiet was asked for. left is
// called when a person leaves it by a key; quit says in the help what q does.
func (a *app) openScreen(ctx context.Context, quit string, view func() *report.View, left func(interrupted bool)) *screen {
	in, isIn := a.stdin.(*os.File)
	out, isOut := a.stderr.(*os.File)
	if a.quiet || !isIn || !isOut || a.getenv("TERM") == "dumb" {
		return nil
	}
	t, ok := live.Open(in, out)
	if !ok {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	s := &screen{stop: stop, done: make(chan struct{})}
	options := live.Options{Text: a.textOptions(a.stderr), Quit: quit}
	go func() {
		s.err = live.Run(ctx, t, options, view)
		close(s.done) // the terminal is as it was: whoever is told may print
		interrupted := errors.Is(s.err, live.ErrInterrupted)
		if ctx.Err() == nil && (s.err == nil || interrupted) {
			left(interrupted)
		}
	}()
	return s
}

// close gives the terminal back and waits until that is done.
func (s *screen) close() {
	s.stop()
	<-s.done
}

// open reports whether the screen is still shown, or was left by a person:
// nothing else may be printed then.
func (s *screen) open() bool {
	select {
	case <-s.done:
		return s.err == nil || errors.Is(s.err, live.ErrInterrupted)
	default:
		return true
	}
}
