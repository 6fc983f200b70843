package probe

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// The engine sends statistics each second; a stream that is silent for longer
// than streamPatience is given up, and a sample waits streamWait at most.
const (
	streamWait     = 3 * time.Second
	streamPatience = 10 * time.Second
	statsMax       = 1 << 20
)

// oneShot asks for one message.
func oneShot(ctx context.Context, e *Engine, id string) (stats, error) {
	resp, err := e.cli.ContainerStatsOneShot(ctx, id)
	if err != nil {
		return stats{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, statsMax))
	if err != nil {
		return stats{}, err
	}
	return parseStats(b)
}

// statStream keeps the engine's statistics coming and holds the newest.
type statStream struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex
	last  stats
	at    time.Time // when last arrived, or the stream was opened
	fresh bool      // last has not been taken yet
	err   error
	wake  chan struct{} // closed and replaced when something changes
}

func openStream(e *Engine, id string) *statStream {
	ctx, cancel := context.WithCancel(context.Background())
	s := &statStream{cancel: cancel, done: make(chan struct{}), at: time.Now(), wake: make(chan struct{})}
	go s.run(ctx, e, id)
	return s
}

func (s *statStream) run(ctx context.Context, e *Engine, id string) {
	defer close(s.done)
	resp, err := e.cli.ContainerStats(ctx, id, true)
	if err != nil {
		s.update(stats{}, err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(make([]byte, 0, 8<<10), statsMax)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		got, err := parseStats(lines.Bytes())
		s.update(got, err)
		if err != nil {
			return
		}
	}
	s.update(stats{}, errors.Join(errors.New("the stream of statistics ended"), lines.Err()))
}

func (s *statStream) update(got stats, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	if err == nil {
		s.last, s.at, s.fresh = got, time.Now(), true
	}
	close(s.wake)
	s.wake = make(chan struct{})
}

// next waits for a message that was not taken yet and says when it arrived.
func (s *statStream) next(ctx context.Context) (stats, time.Time, error) {
	timeout := time.NewTimer(streamWait)
	defer timeout.Stop()
	for {
		s.mu.Lock()
		got, at, fresh, err, wake := s.last, s.at, s.fresh, s.err, s.wake
		if fresh {
			s.fresh = false
		}
		s.mu.Unlock()
		if fresh {
			return got, at, nil
		}
		if err != nil {
			return stats{}, at, err
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return stats{}, at, ctx.Err()
		case <-timeout.C:
			return stats{}, at, fmt.Errorf("no statistics for %s", time.Since(at).Round(time.Second))
		}
	}
}

// broken reports whether the stream must be opened anew.
func (s *statStream) broken() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.fresh && (s.err != nil || time.Since(s.at) > streamPatience)
}

func (s *statStream) close() {
	s.cancel()
	<-s.done
}
