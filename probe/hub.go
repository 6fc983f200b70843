package probe

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
)

// The event stream may be silent for days, so the engine is asked now and then
// whether it still is there; a lost one is tried again soon, then less often.
const (
	pingEvery = 15 * time.Second
	retryMin  = 250 * time.Millisecond
	retryMax  = 5 * time.Second
	queueMax  = 1024
)

// notice is what the hub tells its listeners.
type notice struct {
	kind  noticeKind
	event events.Message
	err   error         // why the engine was lost
	gap   time.Duration // how long it was away
	at    time.Time
}

type noticeKind int

const (
	noticeEvent noticeKind = iota
	noticeLost
	noticeBack
	noticeResync // events may be missing: compare with what the engine says now
)

// hub holds one event stream for all containers of an engine, as long as
// somebody listens.
type hub struct {
	e *Engine

	mu        sync.Mutex
	listeners map[*listener]struct{}
	stop      context.CancelFunc
	stopped   chan struct{}
}

func newHub(e *Engine) *hub { return &hub{e: e, listeners: map[*listener]struct{}{}} }

// listener is a queue of notices; wake says that there are some.
type listener struct {
	mu    sync.Mutex
	queue []notice
	wake  chan struct{}
}

func (l *listener) put(n notice) {
	l.mu.Lock()
	if len(l.queue) >= queueMax {
		l.queue = nil
		n = notice{kind: noticeResync, at: n.at}
	}
	l.queue = append(l.queue, n)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *listener) take() []notice {
	l.mu.Lock()
	defer l.mu.Unlock()
	got := l.queue
	l.queue = nil
	return got
}

// listen adds a listener; leave ends it, and the stream with the last one.
func (h *hub) listen() (l *listener, leave func()) {
	l = &listener{wake: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners[l] = struct{}{}
	if h.stop == nil {
		ctx, cancel := context.WithCancel(context.Background())
		h.stop, h.stopped = cancel, make(chan struct{})
		go h.run(ctx, h.stopped)
	} else {
		l.put(notice{kind: noticeResync, at: time.Now()})
	}
	return l, func() { h.leave(l) }
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	delete(h.listeners, l)
	var stopped chan struct{}
	if len(h.listeners) == 0 && h.stop != nil {
		h.stop()
		stopped, h.stop = h.stopped, nil
	}
	h.mu.Unlock()
	if stopped != nil {
		<-stopped
	}
}

func (h *hub) tell(n notice) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners {
		l.put(n)
	}
}

// run keeps the stream open until ctx ends.
func (h *hub) run(ctx context.Context, stopped chan struct{}) {
	defer close(stopped)
	s := eventStream{hub: h, told: map[eventKey]struct{}{}}
	wait := retryMin
	for ctx.Err() == nil {
		err := s.follow(ctx, func() { wait = retryMin })
		if ctx.Err() != nil {
			return
		}
		s.lost(err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		wait = min(2*wait, retryMax)
	}
}

// eventStream is what must survive a lost connection.
type eventStream struct {
	hub    *hub
	first  int64                 // time of the first event, in Unix nanoseconds
	last   int64                 // and of the newest
	told   map[eventKey]struct{} // the events of the last overlap, and not many more
	lostAt time.Time             // zero while connected
}

// overlap is how much of what was told is asked for again after a connection
// was lost: a busy engine publishes events out of the order of their times.
const overlap = 10 * time.Second

// eventKey tells events apart.
type eventKey struct {
	at     int64
	id     string
	action events.Action
}

// tell hands an event on, once.
func (s *eventStream) tell(m events.Message) {
	k := eventKey{m.TimeNano, m.Actor.ID, m.Action}
	if _, known := s.told[k]; known {
		return
	}
	if s.first == 0 {
		s.first = m.TimeNano
	}
	s.last = max(s.last, m.TimeNano)
	if len(s.told) >= queueMax {
		maps.DeleteFunc(s.told, func(k eventKey, _ struct{}) bool { return k.at < s.last-int64(overlap) })
	}
	s.told[k] = struct{}{}
	s.hub.tell(notice{event: m, at: time.Unix(0, m.TimeNano)})
}

func (s *eventStream) lost(err error) {
	if s.lostAt.IsZero() {
		s.lostAt = time.Now()
		s.hub.tell(notice{kind: noticeLost, err: s.hub.e.explain(err), at: s.lostAt})
	}
}

func (s *eventStream) connected() {
	now := time.Now()
	n := notice{kind: noticeResync, at: now}
	if !s.lostAt.IsZero() {
		n.kind, n.gap = noticeBack, now.Sub(s.lostAt)
		s.lostAt = time.Time{}
	}
	s.hub.tell(n)
}

// watched are the events that mean something here; the engine also tells of
// each health command it runs.
var watched = []events.Action{
	events.ActionCreate, events.ActionStart, events.ActionDie, events.ActionOOM, events.ActionPause, events.ActionUnPause,
	events.ActionHealthStatus, events.ActionDestroy, events.ActionRename, events.ActionUpdate,
}

// follow reads one connection's events until it breaks.
func (s *eventStream) follow(ctx context.Context, up func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wanted := filters.NewArgs(filters.Arg("type", string(events.ContainerEventType)))
	for _, action := range watched {
		wanted.Add("event", string(action))
	}
	options := events.ListOptions{Filters: wanted}
	if s.last > 0 {
		since := max(s.first, s.last-int64(overlap))
		options.Since = fmt.Sprintf("%d.%09d", since/1e9, since%1e9)
	}
	messages, errs := s.hub.e.cli.Events(ctx, options)
	// The client does not say that the connection stands, but a failure it says at once.
	opened := time.NewTimer(50 * time.Millisecond)
	defer opened.Stop()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	standing := false
	stand := func() {
		if !standing {
			standing = true
			up()
			s.connected()
		}
	}
	for {
		select {
		case m := <-messages:
			stand()
			s.tell(m)
		case err := <-errs:
			if err == nil {
				err = fmt.Errorf("the stream of events ended")
			}
			return err
		case <-opened.C:
			stand()
		case <-ping.C:
			if _, err := s.hub.e.cli.Ping(ctx); err != nil {
				return err
			}
		}
	}
}
