package judge

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// readAll tells a log that was read whole, a line each ten seconds.
func readAll(s *story, to time.Duration) {
	for d := time.Duration(0); d <= to; d += 10 * time.Second {
		s.record(soak.Batch{Logs: []soak.LogSpan{read(d, d, 1)}})
	}
}

func event(d time.Duration, kind soak.EventKind, change ...func(*soak.Event)) soak.Event {
	e := soak.Event{At: at(d), Target: node, Life: 1, Kind: kind, Text: string(kind)}
	for _, f := range change {
		f(&e)
	}
	return e
}

func exit(code int) func(*soak.Event) {
	return func(e *soak.Event) { e.Exit = &soak.Exit{Code: code} }
}

// TestFacts tells a run of one hour for each line and asks one check.
func TestFacts(t *testing.T) {
	hour := time.Hour
	signals := func(s *story, all ...soak.Signal) { s.record(soak.Batch{Signals: all}) }
	value := func(x float64) map[string]float64 { return map[string]float64{"n": x, "percent": x} }
	for _, c := range []struct {
		name, expr string
		tell       func(*story)
		want       soak.Outcome
		evidence   string
	}{
		{"no hit in a log that was read", "signals.cleaned.count == 0", func(s *story) { readAll(s, hour) }, soak.Pass, "signals.cleaned.count = 0"},
		{"no log at all", "signals.cleaned.count == 0", func(*story) {}, soak.Inconclusive, "no line of the log could be read"},
		{"a log that falls silent is read still", "signals.cleaned.count == 0", func(s *story) { readAll(s, 10*time.Minute) }, soak.Pass, ""},
		{"a log with a hole", "signals.cleaned.count == 0", func(s *story) {
			readAll(s, hour)
			s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventLogGap, func(e *soak.Event) { e.Duration = time.Minute })}})
		}, soak.Inconclusive, "a part of the log is missing"},
		{"a log with a hole and a hit", "signals.cleaned.count == 0", func(s *story) {
			readAll(s, hour)
			s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventLogGap, func(e *soak.Event) { e.Duration = time.Minute })}})
			signals(s, hit(40*time.Minute, "cleaned", value(3)))
		}, soak.Fail, "signals.cleaned.count >= 1 (first after 40m: cleaned line)"},
		{"enough hits in half a log", "signals.cleaned.count >= 1", func(s *story) {
			s.record(soak.Batch{Logs: []soak.LogSpan{{Target: node, From: at(0), To: at(10 * time.Minute), Skipped: 1e6}, read(10*time.Minute, hour, 100)}})
			signals(s, hit(40*time.Minute, "cleaned", value(3)))
		}, soak.Pass, ""},
		{"too few hits in half a log", "signals.cleaned.count >= 2", func(s *story) {
			s.record(soak.Batch{Logs: []soak.LogSpan{{Target: node, From: at(0), To: at(10 * time.Minute), Skipped: 1e6}, read(10*time.Minute, hour, 100)}})
			signals(s, hit(40*time.Minute, "cleaned", value(3)))
		}, soak.Inconclusive, "--log-budget all"},
		{"a run of hits", "signals.cleaned.longest_run < 56", func(s *story) {
			readAll(s, hour)
			x := hit(time.Minute, "cleaned", nil)
			x.Count, x.Run = 56, 56
			signals(s, x)
		}, soak.Fail, "signals.cleaned.longest_run = 56"},
		{"a peak among joined hits", "signals.cleaned.n.max == 9 && signals.cleaned.n.min == 1 && signals.cleaned.n.mean == 3", func(s *story) {
			readAll(s, hour)
			x := hit(time.Minute, "cleaned", value(2))
			x.Count, x.Spread = 3, map[string]soak.Spread{"n": {Min: 1, Max: 9, Sum: 12, N: 3}}
			signals(s, x, hit(2*time.Minute, "cleaned", map[string]float64{"n": 1}), hit(3*time.Minute, "cleaned", map[string]float64{"n": 2}))
		}, soak.Pass, ""},
		{"hits per hour", "signals.cleaned.per_hour == 3", func(s *story) {
			readAll(s, hour)
			signals(s, hit(time.Minute, "cleaned", nil), hit(2*time.Minute, "cleaned", nil), hit(3*time.Minute, "cleaned", nil))
		}, soak.Pass, "3/h"},
		{"a trend", "signals.cleaned.trend > 0", func(s *story) {
			readAll(s, hour)
			signals(s, hit(time.Minute, "cleaned", nil), hit(40*time.Minute, "cleaned", nil), hit(50*time.Minute, "cleaned", nil))
		}, soak.Pass, "signals.cleaned.trend = 2/h (1 hits in the first half, 2 in the second)"},
		{"a gap", "signals.cleaned.max_gap <= 20*minute", func(s *story) {
			readAll(s, hour)
			signals(s, hit(time.Minute, "cleaned", nil), hit(40*time.Minute, "cleaned", nil))
		}, soak.Fail, "signals.cleaned.max_gap = 39m"},
		{"a gap at the end", "signals.cleaned.max_gap <= 20*minute", func(s *story) {
			readAll(s, hour)
			signals(s, hit(time.Minute, "cleaned", nil), hit(10*time.Minute, "cleaned", nil))
		}, soak.Fail, "signals.cleaned.max_gap = 50m"},
		{"no hit, no gap", "signals.rate.max_gap <= 20*minute", func(s *story) { readAll(s, hour) }, soak.Inconclusive, "no rate line in this window: it prints one each 100 lookups"},
		{"values", "signals.rate.percent.first == 30 && signals.rate.percent.last == 80 && signals.rate.percent.min == 20 && signals.rate.percent.max == 80 && signals.rate.percent.mean == 50",
			func(s *story) {
				readAll(s, hour)
				signals(s, hit(time.Minute, "rate", value(30)), hit(2*time.Minute, "rate", value(20)), hit(3*time.Minute, "rate", value(70)), hit(4*time.Minute, "rate", value(80)))
			}, soak.Pass, "signals.rate.percent.mean = 50 % (of 4)"},
		{"values, told backwards", "signals.rate.percent.first == 30 && signals.rate.percent.last == 80", func(s *story) {
			readAll(s, hour)
			signals(s, hit(4*time.Minute, "rate", value(80)), hit(time.Minute, "rate", value(30)))
		}, soak.Pass, ""},
		{"no value yet", "signals.rate.percent.last >= 50", func(s *story) { readAll(s, hour) }, soak.Inconclusive, "no rate line in this window: it prints one each 100 lookups"},
		{"log lines", "log.lines == 361 && log.complete", func(s *story) { readAll(s, hour) }, soak.Pass, ""},

		{"the level", "memory.first == 700*MB && memory.last == 700*MB && memory.min == 700*MB", func(*story) {}, soak.Pass, ""},
		{"a component", "memory.anon.max == 680*MB && memory.kernel.last == 5*MB", func(*story) {}, soak.Pass, ""},
		{"a component that nothing reports", "memory.fds.max < 1000", func(*story) {}, soak.Inconclusive, "fds is not reported for this target (cgroup v2)"},
		{"an upstream fact", "tap.repeats <= 1", func(*story) {}, soak.NotRun, "no tap was used"},

		{"no restart", "node.restarts == 0 && node.exits == 0 && node.running", func(*story) {}, soak.Pass, ""},
		{"a restart", "node.restarts == 0", func(s *story) {
			s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventExit), event(31*time.Minute, soak.EventLife, func(e *soak.Event) { e.Life = 2 })}})
		}, soak.Fail, "node.restarts = 1 (first after 31m)"},
		{"restarts that only the engine counted", "node.restarts == 0", func(s *story) {
			for i, d := range []time.Duration{61 * time.Minute, 62 * time.Minute} {
				x := sample(d, 700e6)
				x.Set(soak.Restarts, int64(3*i))
				s.record(soak.Batch{Samples: []soak.Sample{x}})
			}
		}, soak.Fail, "node.restarts = 3"},
		{"the first life is no restart", "node.restarts == 0", func(s *story) {
			s.record(soak.Batch{Events: []soak.Event{event(0, soak.EventLife)}})
		}, soak.Pass, ""},
		{"stopped", "node.running", func(s *story) { s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventExit)}}) }, soak.Fail, "node.running = false"},
		{"killed for good", "node.deaths == 0", func(s *story) {
			s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventExit, exit(137))}})
		}, soak.Fail, "node.deaths = 1 (its main process ended with exit code 137)"},
		{"killed and started again", "node.deaths == 0", func(s *story) {
			s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventExit, exit(137)), event(31*time.Minute, soak.EventLife, func(e *soak.Event) { e.Life = 2 })}})
		}, soak.Pass, ""},
		{"a command that is done", "node.running && node.deaths == 0", func(s *story) {
			s.j.targets[0].info.Kind = "process"
			s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventExit, exit(0))}})
		}, soak.Pass, "until it ended: exit 0"},
		{"stopped and started", "node.running && node.up < 40*minute", func(s *story) {
			s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventExit), event(31*time.Minute, soak.EventLife, func(e *soak.Event) { e.Life = 2 })}})
		}, soak.Pass, "node.up = 29m"},
		{"an end told after the next life began", "node.running && node.exits == 1", func(s *story) {
			s.record(soak.Batch{Events: []soak.Event{event(31*time.Minute, soak.EventLife, func(e *soak.Event) { e.Life = 2 }), event(30*time.Minute, soak.EventExit)}})
		}, soak.Pass, ""},
		{"an OOM kill", "node.oom_kills == 0", func(s *story) {
			s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventOOM), event(30*time.Minute, soak.EventExit, func(e *soak.Event) { e.Exit = &soak.Exit{Code: 137, OOMKilled: true} })}})
		}, soak.Fail, "node.oom_kills = 1 (first after 30m)"},
		{"an OOM kill inside, by the kernel's counter", "node.oom_kills == 0", func(s *story) {
			for i, d := range []time.Duration{61 * time.Minute, 62 * time.Minute} {
				x := sample(d, 700e6)
				x.Set(soak.OOMKills, int64(2*i))
				s.record(soak.Batch{Samples: []soak.Sample{x}})
			}
		}, soak.Fail, "node.oom_kills = 2"},
		{"a death", "node.deaths == 0", func(s *story) { s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventDeath)}}) }, soak.Fail, "node.deaths = 1"},
		{"health", `node.health == "unhealthy"`, func(s *story) {
			s.record(soak.Batch{Events: []soak.Event{event(30*time.Minute, soak.EventHealth, func(e *soak.Event) { e.Text = "health: unhealthy" })}})
		}, soak.Pass, ""},
		{"no health check", `node.health == "none"`, func(*story) {}, soak.Pass, ""},
		{"availability", "node.availability >= 99*percent", func(s *story) {
			x := fired(time.Minute, soak.HealthScenario, 100, 5*time.Millisecond)
			x.Errors = map[soak.ErrorKind]int64{soak.ErrorTimeout: 2}
			s.record(soak.Batch{Load: []soak.LoadInterval{x}})
		}, soak.Fail, "node.availability = 98 % (2 of 100 health requests failed)"},
		{"response time", "node.response_p95 < 100", func(s *story) {
			s.record(soak.Batch{Load: []soak.LoadInterval{fired(time.Minute, soak.HealthScenario, 100, 5*time.Millisecond)}})
		}, soak.Pass, "node.response_p95 = 5 ms"},
		{"no health request", "node.availability >= 99*percent", func(*story) {}, soak.Inconclusive, "no health request was sent"},
		{"a health request without an answer so far", "node.availability >= 99*percent", func(s *story) {
			s.record(soak.Batch{Load: []soak.LoadInterval{{At: at(time.Minute), Scenario: soak.HealthScenario, Due: 1, Requests: 1}}})
		}, soak.Inconclusive, "none of 1 health requests has had an answer yet"},
		{"one in the end cut off", "node.availability == 50*percent", func(s *story) {
			x := fired(time.Minute, soak.HealthScenario, 2, time.Second)
			x.Requests, x.Errors = 3, map[soak.ErrorKind]int64{soak.ErrorTimeout: 1}
			s.record(soak.Batch{Load: []soak.LoadInterval{x}})
		}, soak.Pass, "1 of 2 health requests failed"},
		{"health requests are no load", "load.requests > 0", func(s *story) {
			s.record(soak.Batch{Load: []soak.LoadInterval{fired(time.Minute, soak.HealthScenario, 100, 5*time.Millisecond)}})
		}, soak.NotRun, "no load was fired in this window"},

		{"load", "load.requests == 15 && load.errors == 3 && load.error_rate == 0.2 && load.workout.requests == 10", func(s *story) {
			x := fired(time.Minute, "workout", 10, 5*time.Millisecond)
			x.Errors = map[soak.ErrorKind]int64{soak.ErrorTimeout: 2, soak.ErrorReset: 1}
			s.record(soak.Batch{Load: []soak.LoadInterval{x, fired(time.Minute, "burst", 5, 9*time.Millisecond)}})
		}, soak.Pass, "load.errors = 3 (reset 1, timeout 2)"},
		{"latency", "load.p50 < 5.01 && load.p50 >= 5 && load.burst.p95 < 10 && load.max < 10", func(s *story) {
			s.record(soak.Batch{Load: []soak.LoadInterval{fired(time.Minute, "workout", 10, 5*time.Millisecond), fired(time.Minute, "burst", 5, 9*time.Millisecond)}})
		}, soak.Pass, ""},
		{"a scenario that was not fired", "load.burst.p95 < 10", func(s *story) {
			s.record(soak.Batch{Load: []soak.LoadInterval{fired(time.Minute, "workout", 10, 5*time.Millisecond)}})
		}, soak.NotRun, "the scenario burst was not fired in this window"},
		{"drift", "load.drift < 1.5", func(s *story) {
			for d := time.Minute; d <= hour; d += time.Minute {
				s.record(soak.Batch{Load: []soak.LoadInterval{fired(d, "workout", 10, time.Duration(5+d.Minutes())*time.Millisecond)}})
			}
		}, soak.Fail, "load.drift = 3.25 x"},
		{"too few answers for drift", "load.drift < 1.5", func(s *story) {
			s.record(soak.Batch{Load: []soak.LoadInterval{fired(time.Minute, "workout", 10, 5*time.Millisecond)}})
		}, soak.Inconclusive, "need 20 answers each"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, check(c.expr))
			s.samples(flat(700e6), 0, hour, 20*time.Second)
			c.tell(s)
			got := outcome(t, s.end(hour), "x")
			if got.Outcome != c.want || !strings.Contains(got.Evidence, c.evidence) {
				t.Errorf("%s: %q\nwant %s: %q", got.Outcome, got.Evidence, c.want, c.evidence)
			}
		})
	}
}

// TestSilence: a log that says nothing at all proves nothing.
func TestSilence(t *testing.T) {
	s := tell(t, check("signals.cleaned.count == 0", within(30*time.Minute, time.Hour)))
	s.samples(flat(700e6), 0, time.Hour, 5*time.Second)
	readAll(s, 10*time.Minute)
	if got := outcome(t, s.end(time.Hour), "x"); got.Outcome != soak.Inconclusive || !strings.Contains(got.Evidence, "logged nothing at all") {
		t.Errorf("%s: %s", got.Outcome, got.Evidence)
	}
}

// TestSpikes follows bursts at 20 and 40 minutes and what memory does after
// them.
func TestSpikes(t *testing.T) {
	since := func(d time.Duration) time.Duration { // the last burst
		switch {
		case d > 40*time.Minute:
			return d - 40*time.Minute
		case d > 20*time.Minute:
			return d - 20*time.Minute
		}
		return time.Hour
	}
	for name, c := range map[string]struct {
		level     model
		spike     string
		recovered soak.Outcome
	}{
		"comes back": {func(d time.Duration) float64 {
			if since(d) < 40*time.Second {
				return 1000e6
			}
			return 700e6
		}, "300 MB", soak.Pass},
		"stays": {func(d time.Duration) float64 {
			if d > 20*time.Minute {
				return 1000e6
			}
			return 700e6
		}, "300 MB", soak.Fail},
		"does nothing": {flat(700e6), "0 B", soak.Pass},
		"rises later than a minute after": {func(d time.Duration) float64 {
			if x := since(d); x > 2*time.Minute && x < 3*time.Minute {
				return 1600e6
			}
			return 700e6
		}, "0 B", soak.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			p := check("load.burst.recovered", within(0, time.Hour))
			p.Checks = append(p.Checks, soak.Check{ID: "spike", Expr: "load.burst.spike < 1", Window: p.Checks[0].Window})
			s := tell(t, p)
			for d := time.Duration(0); d <= time.Hour; d += 5 * time.Second {
				b := soak.Batch{Samples: []soak.Sample{sample(d, c.level(d))}}
				if x := since(d); x == 5*time.Second || x == 10*time.Second { // told some seconds late, in two intervals
					b.Load = []soak.LoadInterval{fired(d-4*time.Second, "burst", 5, 50*time.Millisecond)}
				}
				s.record(b)
			}
			r := s.end(time.Hour)
			if got := outcome(t, r, "spike"); got.Value != c.spike {
				t.Errorf("spike %s: %s, want %s", got.Value, got.Evidence, c.spike)
			}
			if got := outcome(t, r, "x"); got.Outcome != c.recovered || !strings.Contains(got.Evidence, "of 2 firings") {
				t.Errorf("recovered: %s (%s), want %s", got.Outcome, got.Evidence, c.recovered)
			}
		})
	}
}

// TestABurstThatIsNotOverYet does not count.
func TestABurstThatIsNotOverYet(t *testing.T) {
	s := tell(t, check("load.burst.recovered"))
	s.samples(flat(700e6), 0, 10*time.Minute, 5*time.Second)
	s.record(soak.Batch{Load: []soak.LoadInterval{fired(10*time.Minute+time.Second, "burst", 10, time.Millisecond)}})
	s.samples(flat(990e6), 10*time.Minute+5*time.Second, 11*time.Minute, 5*time.Second)
	if got := outcome(t, s.end(11*time.Minute), "x"); got.Outcome != soak.Inconclusive || !strings.Contains(got.Evidence, "until the memory settled") {
		t.Errorf("%s: %s", got.Outcome, got.Evidence)
	}
}

// TestALogThatWasNotToBeReadIsNotMissing: --log none leaves checks on it open,
// and says why.
func TestALogThatWasNotToBeReadIsNotMissing(t *testing.T) {
	p := &soak.Profile{
		Name: "p", Signals: []soak.SignalRule{{Name: "hit", Pattern: "hit", Example: "hit"}},
		Checks: []soak.Check{{ID: "quiet", Text: "quiet", Expr: "signals.hit.count == 0", Severe: soak.SeverityFail}},
	}
	s := tell(t, p, func(info *soak.RunInfo) { info.NoLog = true })
	s.record(soak.Batch{Samples: []soak.Sample{sample(time.Minute, 1e8)}})
	s.j.Finish(false)
	r := s.j.Report(at(2 * time.Minute))
	i := slices.IndexFunc(r.Checks, func(c soak.CheckResult) bool { return c.ID == "quiet" })
	if c := r.Checks[i]; c.Outcome != soak.Inconclusive || !strings.Contains(c.Evidence, "as --log none asked") {
		t.Errorf("%s: %s", c.Outcome, c.Evidence)
	}
	if w := strings.Join(r.Warnings, "\n"); strings.Contains(w, "could be read") {
		t.Error(w)
	}
}
