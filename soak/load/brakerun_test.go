package load

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/soak"
)

// patient is a node in virtual time that falls ill at some point.
type patient struct {
	latency time.Duration // once ill
	status  int
	dead    bool
	memory  int64 // of 1000
	ill     atomic.Bool
	conns   *pipes
}

func (p *patient) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if !p.ill.Load() {
		time.Sleep(50 * time.Millisecond)
		return
	}
	time.Sleep(p.latency)
	w.WriteHeader(p.status)
}

func (p *patient) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if p.ill.Load() && p.dead {
		return nil, syscall.ECONNREFUSED
	}
	return p.conns.dial(ctx, network, addr)
}

func (p *patient) sample() soak.Sample {
	s := soak.Sample{Target: "node", At: time.Now()}
	s.Set(soak.Limit, 1000)
	s.Set(soak.WorkingSet, 100)
	if p.ill.Load() {
		s.Set(soak.WorkingSet, p.memory)
	}
	return s
}

// A node that slows down, fails, dies or fills its memory stops the load
// within two samples, whatever went well before.
func TestBrakeStopsTheEngine(t *testing.T) {
	for name, c := range map[string]struct {
		f    soak.Firing
		p    *patient
		want string
	}{
		"slow, closed": {soak.Firing{Loops: -1}, &patient{latency: time.Second, status: 200, memory: 100}, "takes 1"},
		"slow, open":   {soak.Firing{Rate: 20}, &patient{latency: time.Second, status: 200, memory: 100}, "takes 1"},
		"failing":      {soak.Firing{Rate: 50}, &patient{latency: 50 * time.Millisecond, status: 500, memory: 100}, "requests of s failed"},
		"dead":         {soak.Firing{Loops: -1}, &patient{dead: true, memory: 100}, "requests of s failed"},
		"full":         {soak.Firing{Loops: -1}, &patient{latency: 50 * time.Millisecond, status: 200, memory: 800}, "80 % of the limit"},
		"well":         {soak.Firing{Loops: -1}, &patient{latency: 60 * time.Millisecond, status: 200, memory: 690}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const every, trouble = 2 * time.Second, 30 * time.Second
				reason, at := soakPatient(t, c.p, c.f, every, trouble)
				if (c.want == "") != (reason == "") || !strings.Contains(reason, c.want) {
					t.Errorf("stopped for %q, want %q", reason, c.want)
				}
				if reason != "" && (at < trouble || at > trouble+2*every) {
					t.Errorf("stopped at %v", at)
				}
			})
		})
	}
}

// soakPatient fires at a node that falls ill after a while, and tells why and
// when the brake stopped it.
func soakPatient(t *testing.T, p *patient, f soak.Firing, every, trouble time.Duration) (reason string, at time.Duration) {
	t.Helper()
	p.conns = newPipes()
	server := &http.Server{Handler: p}
	go server.Serve(p.conns)
	e, err := New(phase(0, f), one(soak.Step{Path: "/"}, 5), Options{BaseURL: "http://node", Dial: p.dial})
	if err != nil {
		t.Fatal(err)
	}
	brake := NewBrake(BrakeOptions{Stop: e.Stop, Every: every})
	ctx, cancel := context.WithCancel(t.Context())
	finished := make(chan error, 1)
	go func() { finished <- e.Run(ctx) }()
	for at = 0; at < trouble+5*every && e.Stopped() == ""; {
		if at == trouble {
			p.ill.Store(true)
			if p.dead {
				server.Close()
			}
		}
		time.Sleep(every)
		at += every
		batch := e.Take()
		batch.Samples = append(batch.Samples, p.sample())
		if err := brake.Record(batch); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-finished; err != nil {
		t.Error(err)
	}
	server.Close()
	time.Sleep(time.Minute) // of virtual time, in which the handlers end
	return e.Stopped(), at
}
