package load

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/soak"
)

func seconds64(s float64) soak.Duration { return soak.Duration(s * float64(time.Second)) }

func one(step soak.Step, workers int) map[string]*soak.Scenario {
	return map[string]*soak.Scenario{"s": {Steps: []soak.Step{step}, Workers: workers}}
}

func phase(length float64, f soak.Firing) []soak.Phase {
	f.Scenario = "s"
	return []soak.Phase{{Name: "steady", For: seconds64(length), Fire: []soak.Firing{f}}}
}

// pipes is a listener inside a bubble of virtual time.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// virtual runs a plan against a handler in virtual time, takes each second,
// and returns everything that was taken.
func virtual(t *testing.T, plan []soak.Phase, s map[string]*soak.Scenario, run time.Duration, h http.HandlerFunc) []soak.Batch {
	t.Helper()
	return virtualFrom(t, 0, plan, s, run, h)
}

// virtualFrom is virtual for a plan that began a while ago.
func virtualFrom(t *testing.T, begun time.Duration, plan []soak.Phase, s map[string]*soak.Scenario, run time.Duration, h http.HandlerFunc) []soak.Batch {
	t.Helper()
	l := newPipes()
	server := &http.Server{Handler: h}
	go server.Serve(l)
	defer server.Close()
	e, err := New(plan, s, Options{BaseURL: "http://node", Dial: l.dial, Begun: begun})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), run)
	defer cancel()
	finished := make(chan error, 1)
	go func() { finished <- e.Run(ctx) }()
	var all []soak.Batch
	for {
		select {
		case err := <-finished:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
			return append(all, e.Take())
		case <-time.After(time.Second):
			all = append(all, e.Take())
		}
	}
}

// sum adds up what was taken.
func sum(all []soak.Batch) (in soak.LoadInterval, latency [][]byte) {
	in.Errors = map[soak.ErrorKind]int64{}
	for _, b := range all {
		for _, l := range b.Load {
			in.Due += l.Due
			in.Requests += l.Requests
			in.Bytes += l.Bytes
			for k, n := range l.Errors {
				in.Errors[k] += n
			}
			latency = append(latency, l.Latency)
		}
	}
	return in, latency
}

func quantiles(t *testing.T, latency [][]byte) Quantiles {
	t.Helper()
	q, err := Latencies(latency...)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestPacing(t *testing.T) {
	answer := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }
	slow := func(w http.ResponseWriter, _ *http.Request) { time.Sleep(time.Second); fmt.Fprint(w, "ok") }
	for name, c := range map[string]struct {
		length  float64
		f       soak.Firing
		workers int
		think   float64
		h       http.HandlerFunc
		want    int64
	}{
		"every":            {60, soak.Firing{Every: seconds64(30)}, 1, 0, answer, 2},
		"every, after":     {60, soak.Firing{Every: seconds64(30), After: seconds64(10)}, 1, 0, answer, 2},
		"every, too late":  {60, soak.Firing{Every: seconds64(30), After: seconds64(60)}, 1, 0, answer, 0},
		"bursts":           {120, soak.Firing{Every: seconds64(60)}, 10, 0, answer, 20},
		"rate":             {60, soak.Firing{Rate: 25}, 1, 0, answer, 1500},
		"rate, slow":       {60, soak.Firing{Rate: 25}, 1, 0, slow, 1500},
		"rate below one":   {60, soak.Firing{Rate: 0.1}, 1, 0, answer, 6},
		"ramp":             {60, soak.Firing{Rate: 10, RampTo: 30}, 1, 0, answer, 1200},
		"ramp down":        {60, soak.Firing{Rate: 10, RampTo: 1}, 1, 0, answer, 330},
		"loops":            {60, soak.Firing{Loops: 7}, 3, 0, slow, 21},
		"closed":           {60, soak.Firing{Loops: -1}, 3, 0, slow, 180},
		"closed, thinking": {60, soak.Firing{Loops: -1}, 3, 2, slow, 60},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				step := soak.Step{Path: "/x", Think: seconds64(c.think)}
				all := virtual(t, phase(c.length, c.f), one(step, c.workers), time.Hour, c.h)
				got, _ := sum(all)
				if got.Requests != c.want || got.Due != c.want || len(got.Errors) > 0 {
					t.Errorf("%d requests, %d due, errors %v, want %d", got.Requests, got.Due, got.Errors, c.want)
				}
			})
		})
	}
}

// A stall of the server must show in an open loop's latencies as what clients
// would have felt: all that were due while it stood, not one.
func TestNoCoordinatedOmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var start time.Time
		stall := func(w http.ResponseWriter, _ *http.Request) {
			if at := time.Since(start); at >= 5*time.Second && at < 6*time.Second {
				time.Sleep(6*time.Second - at)
			}
		}
		start = time.Now()
		all := virtual(t, phase(20, soak.Firing{Rate: 100}), one(soak.Step{Path: "/"}, 1), time.Hour, stall)
		_, latency := sum(all)
		q := quantiles(t, latency)
		// 100 of 2,000 requests waited between 0 and 1 s, evenly: the 99th
		// percentile is the 20th longest of them, 0.8 s.
		if q.Count != 2000 || q.Max < 990 || q.Max > 1010 || q.P99 < 780 || q.P99 > 820 || q.P50 > 1 {
			t.Errorf("quantiles %+v, want p99 of 800 ms and a maximum of 1000 ms", q)
		}
	})
}

// With all slots taken, requests wait in the engine; that counts, too.
func TestWaitingForASlotCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) })}
		go server.Serve(l)
		defer server.Close()
		e, err := New(phase(10, soak.Firing{Rate: 2}), one(soak.Step{Path: "/"}, 1), Options{BaseURL: "http://node", Dial: l.dial, MaxInFlight: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, latency := sum([]soak.Batch{e.Take()})
		if q := quantiles(t, latency); got.Due != 20 || got.Requests != 10 || q.Max < 5400 || q.Max > 5600 {
			t.Errorf("due %d, sent %d, %+v: want 20 due, 10 sent, the last after 5.5 s", got.Due, got.Requests, q)
		}
	})
}

// A machine that slept fires no backlog of bursts.
func TestNoBacklogAfterSleep(t *testing.T) {
	plan := phase(0, soak.Firing{Every: seconds64(1)})
	e, err := New(plan, one(soak.Step{Path: "/"}, 1), Options{BaseURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	l := looper{Engine: e, f: plan[0].Fire[0], start: time.Now().Add(-time.Hour), shot: e.shots["s"], tally: e.tally("s", "steady")}
	var cancel context.CancelFunc
	l.ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	l.phase = l.ctx
	l.periodic()
	e.flying.Wait()
	got, _ := sum([]soak.Batch{e.Take()})
	if got.Due < 3600 || got.Requests > 2 {
		t.Errorf("due %d, sent %d: want an hour's due and hardly any sent", got.Due, got.Requests)
	}
}

func TestPhases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := []soak.Phase{
			{Name: "warm-up", For: seconds64(10), Fire: []soak.Firing{{Scenario: "s", Rate: 1}}},
			{Name: "idle", For: seconds64(20)},
			{Name: "burst", For: seconds64(5), Fire: []soak.Firing{{Scenario: "s", Every: seconds64(100)}}},
			{Name: "cool-down"},
		}
		begin := time.Now()
		all := virtual(t, plan, one(soak.Step{Path: "/"}, 1), time.Minute, func(http.ResponseWriter, *http.Request) {})
		var names []string
		per := map[string]int64{}
		for _, b := range all {
			for _, e := range b.Events {
				names = append(names, fmt.Sprintf("%v %s", e.At.Sub(begin), strings.Fields(e.Text)[2]))
			}
			for _, in := range b.Load {
				per[in.Phase] += in.Requests
			}
		}
		if got := fmt.Sprint(names, per); got != "[0s warm-up 10s idle 30s burst 35s cool-down] map[burst:1 warm-up:10]" {
			t.Error(got)
		}
	})
}

func TestErrorsByKind(t *testing.T) {
	var mode atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch mode.Load() {
		case "reset":
			c, _, _ := w.(http.Hijacker).Hijack()
			c.Close()
		case "half":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "half")
		case "timeout":
			<-r.Context().Done()
		case "status":
			w.WriteHeader(http.StatusTeapot)
		case "garbage":
			c, _, _ := w.(http.Hijacker).Hijack()
			fmt.Fprint(c, "220 mail.example ESMTP\r\n")
			c.Close()
		default:
			fmt.Fprint(w, strings.Repeat("x", 40_000)+"needle"+strings.Repeat("x", 40_000))
		}
	}))
	defer server.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for name, c := range map[string]struct {
		mode   string
		expect soak.Expect
		url    string
		want   soak.ErrorKind
	}{
		"good":            {},
		"good text":       {expect: soak.Expect{Text: "xneedlex"}},
		"missing text":    {expect: soak.Expect{Text: "needless"}, want: soak.ErrorBody},
		"status":          {mode: "status", want: soak.ErrorStatus},
		"expected status": {mode: "status", expect: soak.Expect{Status: []int{200, 418}}},
		"unexpected 200":  {expect: soak.Expect{Status: []int{204}}, want: soak.ErrorStatus},
		"reset":           {mode: "reset", want: soak.ErrorReset},
		"half an answer":  {mode: "half", want: soak.ErrorReset},
		"timeout":         {mode: "timeout", want: soak.ErrorTimeout},
		"not http":        {mode: "garbage", want: soak.ErrorOther},
		"refused":         {url: "http://" + closed.Addr().String(), want: soak.ErrorRefused},
	} {
		t.Run(name, func(t *testing.T) {
			mode.Store(c.mode)
			if c.url == "" {
				c.url = server.URL
			}
			step := soak.Step{Path: "/x", Expect: c.expect, Timeout: seconds64(0.1)}
			if c.want != soak.ErrorTimeout {
				step.Timeout = 0
			}
			e, err := New(phase(0, soak.Firing{Loops: 2}), one(step, 1), Options{BaseURL: c.url})
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			b := e.Take()
			got, _ := sum([]soak.Batch{b})
			if got.Requests != 2 || got.Errors[c.want] != 2 && c.want != "" || c.want == "" && len(got.Errors) > 0 {
				t.Errorf("%d requests, errors %v, want kind %q", got.Requests, got.Errors, c.want)
			}
			warnings := len(b.Events) - 1 // the other one is the phase
			if want := map[bool]int{true: 1, false: 0}[c.want != ""]; warnings != want {
				t.Errorf("%d warnings in %v, want %d", warnings, b.Events, want)
			}
		})
	}
}

// Stop breaks requests under way, at once, and they count as no error.
func TestStop(t *testing.T) {
	arrived := make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	e, err := New(phase(0, soak.Firing{Loops: -1}), one(soak.Step{Path: "/"}, 3), Options{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	finished := make(chan error, 1)
	go func() { finished <- e.Run(t.Context()) }()
	for range 3 {
		<-arrived
	}
	e.Stop("enough")
	select {
	case <-finished:
	case <-time.After(5 * time.Second):
		t.Fatal("Run goes on after Stop")
	}
	got, _ := sum([]soak.Batch{e.Take()})
	if got.Requests != 3 || len(got.Errors) != 0 || e.Stopped() != "enough" {
		t.Errorf("%d requests, errors %v, reason %q", got.Requests, got.Errors, e.Stopped())
	}
	if err := e.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := sum([]soak.Batch{e.Take()}); got.Requests != 0 {
		t.Errorf("a stopped engine sent %d requests", got.Requests)
	}
}
