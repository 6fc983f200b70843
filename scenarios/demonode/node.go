package demonode

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// node is the running stand-in.
type node struct {
	o     Options
	log   *logger
	start time.Time
	svc   *service
	kept  pages // leaks
	held  held  // the curve
}

// Run serves the node and its relay until ctx ends, which is no error. It
// writes the node's log to log; the lines "GUN helper initialized" and "Server
// listening" name the addresses. It fails if an address cannot be listened on,
// if the system gives no more memory, or as Options.HeapLimit asks for.
func Run(ctx context.Context, o Options, log io.Writer) error {
	if err := o.Check(); err != nil {
		return err
	}
	n := &node{o: o, log: &logger{w: log, plain: o.Plain, later: o.Later}, start: time.Now()}
	defer n.kept.close()
	defer n.held.close()
	web, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("node: %w", err)
	}
	defer web.Close()
	back, err := net.Listen("tcp", o.RelayListen)
	if err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	defer back.Close()
	if n.o.RelayURL == "" {
		n.o.RelayURL = "http://" + back.Addr().String()
	}
	n.svc = newService(n.o, n.log, fetchFrom(n.o.RelayURL), n.kept.write)
	if err := n.held.follow(n.o, 0); err != nil {
		return err
	}
	n.log.started("http://"+web.Addr().String(), "http://"+back.Addr().String())
	return n.serve(ctx, web, back)
}

func (n *node) serve(ctx context.Context, web, back net.Listener) error {
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return serveHTTP(ctx, back, relay(n.o.RelayDelay)) })
	all.Go(func() error { return serveHTTP(ctx, web, n.handler()) })
	all.Go(func() error { return n.every(ctx, curveTick, n.follow) })
	all.Go(func() error { return n.every(ctx, n.o.Monitor, n.monitor()) })
	if n.o.OwnProcess {
		all.Go(func() error { return n.settle(ctx) })
	}
	if n.o.Fix {
		all.Go(func() error { return n.every(ctx, n.o.CacheSweep, n.sweep) })
	}
	if n.o.SelfLoad > 0 {
		all.Go(func() error { return n.every(ctx, time.Duration(float64(time.Second)/n.o.SelfLoad), n.ownQuery) })
	}
	err := all.Wait()
	if errors.Is(err, errStopped) {
		return nil
	}
	return err
}

// errStopped ends all of the node's loops when the caller asks for it.
var errStopped = errors.New("stopped")

func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); ctx.Err() == nil {
		return err
	}
	return errStopped
}

// every calls f each period until ctx ends.
func (n *node) every(ctx context.Context, period time.Duration, f func(context.Context) error) error {
	if period <= 0 {
		return nil
	}
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return errStopped
		case <-tick.C:
		}
		if err := f(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

func (n *node) sweep(context.Context) error {
	n.svc.gun.cache.sweep(time.Now())
	return nil
}

func (n *node) ownQuery(ctx context.Context) error {
	_, err := n.svc.query(ctx, time.Now(), "workout", 2, 5)
	return err
}

// Truth is what /debug/truth answers.
func (n *node) truth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(n.svc.truth(time.Since(n.start))) // the client went away
}
