package experiment

import (
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/runner"
)

// shoot fires once at a node whose memory rises by what a request costs and
// falls again after a time.
func shoot(t *testing.T, cost int64, back time.Duration) soak.Fired {
	t.Helper()
	p := &pretend{anon: 100e6}
	l := &requests{p: p, name: "burst", cost: cost, dose: 1, length: 2 * time.Second}
	s := &Shots{Target: "node", All: []*Shot{{Load: l, Before: 5 * time.Second, Wait: time.Minute}}}
	kept := &kept{}
	if back > 0 {
		collect := time.AfterFunc(7*time.Second+back, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.anon = 101e6
		})
		defer collect.Stop()
	}
	_, err := runner.Run(t.Context(), runner.Config{
		Targets: []runner.Target{{Name: "node", Target: p}}, Loads: []soak.Load{s}, Recorder: all{s, kept},
		Pace: runner.Every(250 * time.Millisecond), Done: s.Done,
	})
	if err != nil {
		t.Fatal(err)
	}
	f := soak.Fired{Load: soak.ScenarioResult{Requests: 20}}
	f.Memory, f.Components = s.All[0].Memory()
	Decide(&f)
	again := &Shots{Target: "node", All: []*Shot{{}}}
	for _, r := range []soak.Recorder{Marks{again}, again} {
		for _, b := range kept.batches {
			_ = r.Record(b)
		}
	}
	if memory, components := again.All[0].Memory(); !reflect.DeepEqual(memory, f.Memory) || !reflect.DeepEqual(components, f.Components) {
		t.Errorf("told %+v, %+v\nretold %+v, %+v", f.Memory, f.Components, memory, components)
	}
	return f
}

func TestShot(t *testing.T) {
	for name, c := range map[string]struct {
		cost    int64
		back    time.Duration
		rose    bool
		seconds float64
		exit    int
	}{
		"comes back":    {2e6, 10 * time.Second, true, 10, soak.ExitPass},
		"stays":         {2e6, 0, true, 0, soak.ExitInconclusive},
		"does not rise": {1000, 0, false, 0, soak.ExitPass},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				f := shoot(t, c.cost, c.back)
				m := f.Memory
				if m.Rose != c.rose || m.Back != (c.seconds > 0) || f.ExitCode != c.exit || m.Before != 100e6 || m.Peak != 100e6+20*c.cost {
					t.Errorf("%+v, exit %d: %s", m, f.ExitCode, f.Why)
				}
				if m.Back && (*m.Seconds < c.seconds || *m.Seconds > c.seconds+0.5) {
					t.Errorf("came back after %v s, want %v", *m.Seconds, c.seconds)
				}
				if took := time.Since(begin); m.Back && took > 20*time.Second {
					t.Errorf("it went on for %v though memory was back", took)
				}
				if f.Components["anon"].Peak != m.Peak {
					t.Errorf("%+v", f.Components)
				}
			})
		})
	}
}

func TestDecide(t *testing.T) {
	seen := soak.Recovery{Excursion: soak.Excursion{Before: 1, Peak: 1, After: 1}}
	for want, f := range map[int]soak.Fired{
		soak.ExitFail:        {Memory: seen, Load: soak.ScenarioResult{Requests: 10, Errors: map[soak.ErrorKind]int64{soak.ErrorTimeout: 1}}},
		soak.ExitNotMeasured: {Memory: seen},
		soak.ExitPass:        {Memory: seen, Load: soak.ScenarioResult{Requests: 100, Errors: map[soak.ErrorKind]int64{soak.ErrorTimeout: 1}}},
	} {
		if Decide(&f); f.ExitCode != want {
			t.Errorf("exit %d, want %d: %s", f.ExitCode, want, f.Why)
		}
	}
	stopped := soak.Fired{Memory: seen, Load: soak.ScenarioResult{Requests: 1}, Brake: &soak.Brake{Reason: "the node died"}}
	if Decide(&stopped); stopped.ExitCode != soak.ExitFail || !strings.Contains(stopped.Why, "the node died") {
		t.Errorf("%+v", stopped)
	}
}
