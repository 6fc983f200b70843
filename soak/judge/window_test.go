package judge

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// startedBefore makes the container older than the run.
func startedBefore(d time.Duration) func(*soak.RunInfo) {
	return func(info *soak.RunInfo) { info.Targets[0].Started = began.Add(-d) }
}

// TestLateEyes judges a container that had run for a while when the run began.
func TestLateEyes(t *testing.T) {
	for _, c := range []struct {
		name, expr string
		older      time.Duration
		to         time.Duration
		tell       func(*story)
		want       soak.Outcome
		evidence   string
	}{
		{"memory of a window that has closed", "memory.max < 5*GB", 3 * time.Hour, time.Hour, nil, soak.NotApplicable, "the window closed 2h before the first sample"},
		{"pattern of a window that has closed", `memory.pattern in ["stable", "sawtooth"]`, 3 * time.Hour, time.Hour, nil, soak.NotApplicable, "the window closed 2h"},
		{"the end of a window", "memory.max < 5*GB", 50 * time.Minute, time.Hour, nil, soak.NotApplicable, "only 10m of the window were left"},
		{"the end of a window, broken", "memory.max < 500*MB", 50 * time.Minute, time.Hour, nil, soak.Fail, "memory.max >= 700 MB"},
		{"most of a window", "memory.max < 5*GB", 10 * time.Minute, time.Hour, nil, soak.Pass, "seen 83 % of the window"},
		{"nearly all of a window", "memory.max < 5*GB", time.Minute, time.Hour, nil, soak.Pass, "memory.max = 700 MB (after 1m)"},
		{"no restart, as the start tells", "node.restarts == 0", 3 * time.Hour, time.Hour, nil, soak.Pass, ""},
		{"no OOM kill, which nothing tells", "node.oom_kills == 0", 3 * time.Hour, time.Hour, nil, soak.NotApplicable, "nobody watched when the window began"},
		{"no OOM kill, as the kernel counted", "node.oom_kills == 0", 3 * time.Hour, time.Hour, func(s *story) {
			x := sample(-time.Second, 700e6)
			x.Set(soak.OOMKills, 0)
			s.record(soak.Batch{Samples: []soak.Sample{x}})
		}, soak.Pass, ""},
		{"an earlier OOM kill, as the kernel counted", "node.oom_kills == 0", 3 * time.Hour, time.Hour, func(s *story) {
			x := sample(-time.Second, 700e6)
			x.Set(soak.OOMKills, 1)
			s.record(soak.Batch{Samples: []soak.Sample{x}})
		}, soak.Fail, "node.oom_kills = 1 (some before the first sample)"},
		{"a log that reaches back", "signals.cleaned.count == 0", 3 * time.Hour, time.Hour, func(s *story) {
			s.record(soak.Batch{Logs: []soak.LogSpan{read(-3*time.Hour, 0, 1000)}})
		}, soak.Pass, "signals.cleaned.count = 0"},
		{"a hit in a log that reaches back", "signals.cleaned.count == 0", 3 * time.Hour, time.Hour, func(s *story) {
			s.record(soak.Batch{Logs: []soak.LogSpan{read(-3*time.Hour, 0, 1000)}, Signals: []soak.Signal{hit(-150*time.Minute, "cleaned", nil)}})
		}, soak.Fail, "first after 30m"},
		{"a hit after the window", "signals.cleaned.count == 0", 3 * time.Hour, time.Hour, func(s *story) {
			s.record(soak.Batch{Logs: []soak.LogSpan{read(-3*time.Hour, 0, 1000)}, Signals: []soak.Signal{hit(-100*time.Minute, "cleaned", nil)}})
		}, soak.Pass, ""},
		{"a log that does not reach back", "signals.cleaned.count == 0", 3 * time.Hour, time.Hour, func(s *story) {
			s.record(soak.Batch{Logs: []soak.LogSpan{read(-time.Hour, 0, 1000)}})
		}, soak.NotApplicable, "the log could be read only from 2h after the window's start on"},
		{"the rest of the run", "memory.max < 5*GB && memory.first == 700*MB", 72 * time.Hour, 0, nil, soak.Pass, ""},
		{"up", "node.up >= 72*hour", 72 * time.Hour, 0, nil, soak.Pass, "node.up = 3d30m"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, check(c.expr, within(0, c.to)), startedBefore(c.older))
			if c.tell != nil {
				c.tell(s)
			}
			s.samples(flat(700e6), 0, 30*time.Minute, 5*time.Second)
			if c.older+30*time.Minute < c.to {
				s.samples(flat(700e6), 30*time.Minute, c.to-c.older, 5*time.Second)
			}
			got := outcome(t, s.end(max(30*time.Minute, c.to-c.older)), "x")
			if got.Outcome != c.want || !strings.Contains(got.Evidence, c.evidence) {
				t.Errorf("%s: %q\nwant %s: %q", got.Outcome, got.Evidence, c.want, c.evidence)
			}
		})
	}
}

// TestAWindowKeepsItsEnd: what comes after a window does not change what it
// came to.
func TestAWindowKeepsItsEnd(t *testing.T) {
	p := check(`memory.max < 1*GB && memory.leak == "no"`, within(0, 2*time.Hour))
	s := tell(t, p)
	s.samples(quiet(), 0, 2*time.Hour, 5*time.Second)
	s.samples(func(d time.Duration) float64 { return 700e6 + 900e6*(d-2*time.Hour).Hours() }, 2*time.Hour+5*time.Second, 6*time.Hour, 5*time.Second)
	r := s.end(6 * time.Hour)
	if got := outcome(t, r, "x"); got.Outcome != soak.Pass {
		t.Errorf("%s: %s", got.Outcome, got.Evidence)
	}
	if r.Memory[0].Leak != soak.LeakYes {
		t.Errorf("the whole run: %s", r.Memory[0].Leak)
	}
}

// TestMissingSamples: a window of which most was not seen proves nothing.
func TestMissingSamples(t *testing.T) {
	s := tell(t, check("memory.max < 5*GB", within(0, time.Hour)))
	s.samples(flat(700e6), 0, 10*time.Minute, 5*time.Second)
	s.samples(flat(700e6), 50*time.Minute, time.Hour, 5*time.Second)
	if got := outcome(t, s.end(time.Hour), "x"); got.Outcome != soak.Inconclusive || got.Evidence != "only 33 % of the window were seen: samples are missing" {
		t.Errorf("%s: %s", got.Outcome, got.Evidence)
	}
}

// TestPatternChanged compares the last day of a week with the days before.
func TestPatternChanged(t *testing.T) {
	week := 168 * time.Hour
	for name, c := range map[string]struct {
		m    model
		want soak.Outcome
	}{
		"unchanged": {quiet(), soak.Pass},
		"grows on the last day": {func() model {
			base := quiet()
			return func(d time.Duration) float64 { return base(d) + 100e6*max(0, (d-144*time.Hour).Hours()) }
		}(), soak.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t, check("not memory.pattern_changed", within(0, week)), func(info *soak.RunInfo) { info.Planned, info.Interval = week.Seconds(), 60 })
			s.samples(c.m, 0, week, time.Minute)
			if got := outcome(t, s.end(week), "x"); got.Outcome != c.want {
				t.Errorf("%s: %s", got.Outcome, got.Evidence)
			}
		})
	}
	s := tell(t, check("not memory.pattern_changed"), func(info *soak.RunInfo) { info.Planned = 0 })
	s.samples(flat(700e6), 0, time.Hour, 5*time.Second)
	if got := outcome(t, s.end(time.Hour), "x"); got.Outcome != soak.Inconclusive || !strings.Contains(got.Evidence, "no known end") {
		t.Errorf("%s: %s", got.Outcome, got.Evidence)
	}
}

// TestRehearsal runs a day in a minute, on a container that is older.
func TestRehearsal(t *testing.T) {
	p := dayChecks()
	p.Signals = append(p.Signals, soak.SignalRule{Name: "started", Pattern: "listening"})
	p.Checks = append(p.Checks, soak.Check{ID: "started", Expr: "signals.started.count > 0", Window: soak.Window{To: soak.Duration(5 * time.Minute)}})
	s := tell(t, p, func(info *soak.RunInfo) {
		info.Rehearsal, info.Planned, info.Interval = 1440, 60, 0.25
		info.Targets[0].Started = began.Add(-2 * time.Second)
	})
	s.record(soak.Batch{Logs: []soak.LogSpan{read(-2*time.Second, time.Minute, 500)}, Signals: []soak.Signal{hit(-time.Second, "started", nil)}})
	s.samples(flat(700e6), 0, time.Minute, 250*time.Millisecond)
	r := s.end(time.Minute)
	for id, want := range map[string]soak.Outcome{
		"baseline": soak.Pass, "started": soak.Pass, "under-5gb": soak.Pass, "no-heap-failure": soak.Pass, "up": soak.NotDue, "cleanup": soak.NotDue, "48h": soak.NotDue,
		"workouts": soak.NotRun,
	} {
		if got := outcome(t, r, id); got.Outcome != want {
			t.Errorf("%s: %s (%s), want %s", id, got.Outcome, got.Evidence, want)
		}
	}
	if len(r.Warnings) == 0 || !strings.Contains(r.Warnings[0], "this is a rehearsal") {
		t.Errorf("warnings: %q", r.Warnings)
	}
}
