package judge

import (
	"testing"
	"time"

	"leakcheck/soak"
)

// dayChecks are the lines of the documents' 24 hours.
func dayChecks() *soak.Profile {
	day := soak.Window{To: soak.Duration(24 * time.Hour)}
	return &soak.Profile{
		Name: "day", Ceiling: 5e9, Scenarios: theThree,
		Signals: []soak.SignalRule{
			{Name: "cleaned", Pattern: "Cleaned (?P<n>[0-9]+)"}, {Name: "heap", Pattern: "heap out of memory"},
			{Name: "rate", Pattern: "(?P<percent>[0-9.]+)%", Units: map[string]string{"percent": "%"}},
		},
		Checks: []soak.Check{
			{ID: "baseline", Expr: "memory.last >= 500*MB && memory.last <= 1.5*GB", Window: soak.Window{To: soak.Duration(5 * time.Minute)}},
			{ID: "pattern-6h", Expr: `memory.pattern in ["stable", "sawtooth"]`, Window: soak.Window{To: soak.Duration(6 * time.Hour)}},
			{ID: "rate-1h", Expr: "signals.rate.percent.last >= 50", Window: soak.Window{To: soak.Duration(time.Hour)}},
			{ID: "under-5gb", Expr: "memory.max < 5*GB", Window: day, Always: true},
			{ID: "no-growth", Expr: `memory.leak == "no"`, Window: day, Always: true},
			{ID: "no-heap-failure", Expr: "signals.heap.count == 0", Window: day, Always: true},
			{ID: "no-restart", Expr: "node.restarts == 0 && node.oom_kills == 0", Window: day, Always: true},
			{ID: "up", Expr: "node.running && node.up >= 24*hour - 5*minute", Window: day},
			{ID: "cleanup", Expr: "signals.cleaned.count > 0 && signals.cleaned.max_gap <= 70*minute", Window: day},
			{ID: "workouts", Expr: "load.workout.spike < 500*MB && load.workout.error_rate <= 5*percent", Window: day, Needs: "workout"},
			{ID: "no-drift", Expr: "load.drift <= 1.5", Window: day},
			{ID: "48h", Expr: "memory.max < 5*GB", Window: soak.Window{To: soak.Duration(48 * time.Hour)}},
		},
	}
}

// tellDay tells 24 hours at 5 s: samples, load, a log that speaks.
func tellDay(t *testing.T, m model, slower float64) *story {
	s := tell(t, dayChecks())
	for d := time.Duration(0); d <= 24*time.Hour; d += 5 * time.Second {
		b := soak.Batch{Samples: []soak.Sample{sample(d, m(d))}, Logs: []soak.LogSpan{read(d, d+time.Second, 3)}}
		if d > 0 && d%(30*time.Second) == 0 {
			latency := 50*time.Millisecond + time.Duration(slower*float64(d)/1000).Round(20*time.Millisecond)
			b.Load = []soak.LoadInterval{fired(d, "workout", 1, latency)}
		}
		if d > 0 && d%time.Hour == 0 {
			b.Signals = append(b.Signals, hit(d, "cleaned", map[string]float64{"n": 45}))
		}
		if d > 0 && d%(10*time.Minute) == 0 {
			b.Signals = append(b.Signals, hit(d, "rate", map[string]float64{"percent": min(90, 60*d.Hours())}))
		}
		s.record(b)
	}
	return s
}

func TestAHealthyDay(t *testing.T) {
	s := tellDay(t, healthy(), 0)
	r := s.end(24 * time.Hour)
	for _, c := range r.Checks {
		want := soak.Pass
		if c.ID == "48h" {
			want = soak.NotDue
		}
		if c.Outcome != want {
			t.Errorf("%s: %s (%s)", c.ID, c.Outcome, c.Evidence)
		}
	}
	if r.Verdict != soak.VerdictPass || r.ExitCode != 0 || len(r.Warnings) != 0 {
		t.Errorf("%s, exit %d, warnings %q", r.Verdict, r.ExitCode, r.Warnings)
	}
	if m := r.Memory[0]; m.Pattern != soak.Sawtooth || m.Leak != soak.LeakNo || m.Samples != 17281 || m.Lives != 1 {
		t.Errorf("%+v", m.Result)
	}
	if x := r.Memory[0].Components["working_set"]; x.Max < 840e6 || x.Min > 710e6 {
		t.Errorf("working set %+v", x)
	}
	if l := r.Load.Scenarios; len(l) != 1 || l[0].Requests != 2880 || l[0].P95 < 49 || l[0].P95 > 51 {
		t.Errorf("load %+v", l)
	}
	if x := r.Signals[0]; x.Name != "cleaned" || x.Count != 24 || !x.First.Equal(at(time.Hour)) || !x.Last.Equal(at(24*time.Hour)) {
		t.Errorf("signals %+v", x)
	}
}

func TestALeakingDay(t *testing.T) {
	s := tellDay(t, leaking(200e6), 3)
	r := s.end(24 * time.Hour)
	want := map[string]soak.Outcome{
		"baseline": soak.Pass, "pattern-6h": soak.Fail, "rate-1h": soak.Pass, "under-5gb": soak.Fail, "no-growth": soak.Fail, "no-heap-failure": soak.Pass,
		"no-restart": soak.Pass, "up": soak.Pass, "cleanup": soak.Pass, "workouts": soak.Pass, "no-drift": soak.Fail, "48h": soak.NotDue,
		"no-oom-kill": soak.Pass,
	}
	for _, c := range r.Checks {
		if c.Outcome != want[c.ID] {
			t.Errorf("%s: %s (%s), want %s", c.ID, c.Outcome, c.Evidence, want[c.ID])
		}
	}
	if m := r.Memory[0]; m.Leak != soak.LeakYes || m.Slope == nil || m.Slope.Low > 200e6 || m.Slope.High < 200e6 {
		t.Errorf("%+v, slope %+v", m.Result, m.Slope)
	}
	if r.Verdict != soak.VerdictFail || r.ExitCode != soak.ExitFail {
		t.Errorf("%s, exit %d", r.Verdict, r.ExitCode)
	}
}

// TestALeakFailsBeforeTheRunEnds: what is always true need not be waited for,
// and the brake can see the wall come.
func TestALeakFailsBeforeTheRunEnds(t *testing.T) {
	s := tell(t, dayChecks())
	s.samples(leaking(900e6), 0, 3*time.Hour, 5*time.Second)
	if s.j.Decided(node) != soak.LeakYes {
		t.Errorf("decided: %s", s.j.Decided(node))
	}
	failed, ok := s.j.Failed(at(3 * time.Hour))
	if !ok || failed.ID != "no-growth" {
		t.Errorf("failed: %+v", failed)
	}
	hours, wall, ok := s.j.HoursToWall(node)
	if !ok || wall != "ceiling" || hours < 1 || hours > 3 {
		t.Errorf("%.1f hours to %s, %v", hours, wall, ok)
	}
	if r := s.j.Report(at(3 * time.Hour)); r.Verdict != soak.VerdictFail || outcome(t, r, "no-growth").Outcome != soak.Fail || outcome(t, r, "under-5gb").Outcome != soak.NotDue {
		t.Errorf("%s: %+v", r.Verdict, outcome(t, r, "under-5gb"))
	}
}
