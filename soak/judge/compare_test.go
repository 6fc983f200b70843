package judge

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// sided is a run of four hours that grew by a rate, on noise of its own. Its
// load sends that many requests an hour, and each asks upstream some times.
func sided(t *testing.T, seed uint64, perHour float64, requests int64, upstream float64, change ...func(*soak.RunInfo)) Side {
	t.Helper()
	s := tell(t, &soak.Profile{Name: "p", Ceiling: 5e9}, change...)
	noise := rand.New(rand.NewPCG(seed, 9))
	u := &Upstream{}
	var sent int64
	for d := time.Duration(0); d <= 4*time.Hour; d += 30 * time.Second {
		x := sample(d, 700e6+2e6*noise.NormFloat64()+perHour*d.Hours())
		b := soak.Batch{}
		if requests > 0 {
			n := requests / 120
			sent += n
			x.Set(soak.Requests, sent)
			b.Load = []soak.LoadInterval{{At: at(d), Duration: 30 * time.Second, Scenario: "workout", Due: n, Requests: n}}
			if upstream > 0 {
				count := float64(n)*upstream + noise.NormFloat64()
				b.Signals = []soak.Signal{{At: at(d), Target: node, Name: soak.TapSignal, Count: max(int(count), 0)}}
			}
		}
		b.Samples = []soak.Sample{x}
		s.record(b)
		if err := u.Record(b); err != nil {
			t.Fatal(err)
		}
	}
	s.j.Finish(false)
	return Side{Judge: s.j, Upstream: u}
}

func TestIsTheFixAFix(t *testing.T) {
	const leak, load = 200e6, 24000
	for _, x := range []struct {
		name          string
		before, after Side
		want          soak.Worse
		change, basis string
		says          string
	}{
		{"a leak comes in", sided(t, 1, 0, load, 0), sided(t, 2, leak, load, 0), soak.IsWorse, "worse", "hour", "an hour"},
		{"a leak goes away", sided(t, 1, leak, load, 0), sided(t, 2, 0, load, 0), soak.NoWorse, "better", "hour", ""},
		{"the same twice", sided(t, 1, 0, load, 0), sided(t, 2, 0, load, 0), soak.NoWorse, "no difference", "hour", ""},
		{"the same leak twice", sided(t, 1, leak, load, 0), sided(t, 2, leak, load, 0), soak.NoWorse, "no difference", "hour", ""},
		{"twice the load, the same per request", sided(t, 1, leak, load, 0), sided(t, 2, 2*leak, 2*load, 0), soak.NoWorse, "no difference", "request", ""},
		{"twice the load, a leak comes in", sided(t, 1, 0, load, 0), sided(t, 2, 2*leak, 2*load, 0), soak.IsWorse, "worse", "request", "a request"},
		{"load in one only", sided(t, 1, 0, 0, 0), sided(t, 2, leak, load, 0), soak.IsWorse, "worse", "hour", ""},
		{"a rehearsal", sided(t, 1, 0, load, 0), sided(t, 2, leak, load, 0, func(i *soak.RunInfo) { i.Rehearsal = 24 }), soak.WorseUnknown, "incomparable", "", "rehearse both alike"},
		{"twice the upstream requests", sided(t, 3, 0, load, 1), sided(t, 3, 0, load, 2), soak.IsWorse, "no difference", "hour", "upstream"},
		{"half the upstream requests", sided(t, 3, 0, load, 2), sided(t, 3, 0, load, 1), soak.NoWorse, "no difference", "hour", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			all, err := Compare(x.before, x.after, 0.1)
			if err != nil || len(all) != 1 {
				t.Fatalf("%d comparisons, %v", len(all), err)
			}
			c := all[0]
			if c.Outcome != x.want || c.Change != x.change || c.Basis != x.basis || !strings.Contains(c.Why, x.says) {
				t.Errorf("%s, %s by %q: %s; want %s, %s by %q, %q", c.Outcome, c.Change, c.Basis, c.Why, x.want, x.change, x.basis, x.says)
			}
		})
	}
}

func TestWhatElseDiffersIsSaid(t *testing.T) {
	side := func(profile string, limit int64, level soak.LoadLevel) Side {
		j, err := New(soak.RunInfo{LoadLevel: level, Targets: []soak.TargetInfo{{Name: node, Profile: profile, Limit: limit}}}, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return Side{Judge: j}
	}
	for name, x := range map[string]struct {
		after Side
		says  string
	}{
		"profile":   {side("jvm", 1e9, "gentle"), "different profiles (node and jvm)"},
		"limit":     {side("node", 2e9, "gentle"), "the memory limit was 1 GB and is 2 GB"},
		"no limit":  {side("node", 0, "gentle"), "the memory limit was 1 GB and is none"},
		"the build": {side("node", 1e9, "gentle"), ""},
	} {
		all, err := Compare(side("node", 1e9, "gentle"), x.after, 0)
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(all[0].Warnings, "; ")
		if x.says == "" && said != "" || !strings.Contains(said, x.says) {
			t.Errorf("another %s: %q", name, said)
		}
	}
}

func TestTargetsAreComparedByName(t *testing.T) {
	renamed := func(names ...string) func(*soak.RunInfo) {
		return func(i *soak.RunInfo) {
			i.Targets = nil
			for _, n := range names {
				i.Targets = append(i.Targets, soak.TargetInfo{Name: n, Started: began})
			}
		}
	}
	side := func(names ...string) Side {
		return Side{Judge: tell(t, &soak.Profile{Name: "p"}, func(i *soak.RunInfo) { renamed(append(names, node)...)(i) }).j}
	}
	if all, err := Compare(side("a", "b"), side("b", "c"), 0); err != nil || len(all) != 2 || all[0].Target != "b" {
		t.Errorf("%d comparisons (%v), want b and %s", len(all), err, node)
	}
	bare := func(name string) Side {
		j, err := New(soak.RunInfo{Targets: []soak.TargetInfo{{Name: name}}}, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return Side{Judge: j}
	}
	all, err := Compare(bare("old"), bare("new"), 0)
	if err != nil || len(all) != 1 || all[0].Before.Target != "old" || all[0].Outcome != soak.WorseUnknown {
		t.Errorf("two runs of one target each: %+v, %v", all, err)
	}
	if _, err := Compare(side("a"), bare("b"), 0); err == nil {
		t.Error("runs without a target in common were compared")
	}
}

// The interval of upstream requests per request must hold: at least 90 of 100
// in a small simulation of bursts, with retries that follow their request.
func TestUpstreamIntervalsHold(t *testing.T) {
	const truth, runs = 1.7, 400
	inside := 0
	for seed := range runs {
		noise := rand.New(rand.NewPCG(uint64(seed), 3))
		u := &Upstream{}
		for d := time.Duration(0); d < time.Hour; d += 10 * time.Second {
			asked := int64(noise.IntN(20))
			more := 0
			for range asked {
				if noise.Float64() < 0.35 {
					more += 2 // both retries, or none
				}
			}
			_ = u.Record(soak.Batch{
				Load:    []soak.LoadInterval{{At: at(d), Scenario: "s", Requests: asked}, {At: at(d), Scenario: soak.HealthScenario, Requests: 5}},
				Signals: []soak.Signal{{At: at(d), Name: soak.TapSignal, Count: int(asked) + more}, {At: at(d), Name: "other", Count: 9}},
			})
		}
		if len(u.blocks) > upstreamBlocks {
			t.Fatalf("%d blocks", len(u.blocks))
		}
		i, basis := u.rate(u.asked())
		if i == nil || basis != "request" {
			t.Fatalf("%+v by %q", i, basis)
		}
		if i.Low <= truth && truth <= i.High {
			inside++
		}
	}
	if share := float64(inside) / runs; share < 0.92 || share > 0.985 {
		t.Errorf("the 95 %% interval held in %.1f %% of the runs", 100*share)
	}
}

func TestUpstreamWithoutRequestsIsPerHour(t *testing.T) {
	u := &Upstream{}
	for d := time.Duration(0); d < 2*time.Hour; d += time.Minute {
		_ = u.Record(soak.Batch{Signals: []soak.Signal{{At: at(d), Name: soak.TapSignal, Count: 10}}})
	}
	i, basis := u.rate(u.asked())
	if i == nil || basis != "hour" || i.Low > 600 || i.High < 600 {
		t.Errorf("%+v by %q, want 600 an hour", i, basis)
	}
	if i, _ := (&Upstream{}).rate(false); i != nil {
		t.Errorf("no tap: %+v", i)
	}
}
