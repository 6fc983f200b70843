package checklist

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

func TestOutcomes(t *testing.T) {
	under5 := soak.Check{Expr: "memory.max < 5*GB"}
	firstHour := under5
	firstHour.Window = soak.Window{To: hours(1)}
	always := firstHour
	always.Always = true
	warn := under5
	warn.Severe = soak.SeverityWarn
	burst := soak.Check{Expr: `load["burst"].recovered`, Needs: "burst"}
	when := soak.Check{
		Expr: "signals.cache_hit_rate.rate.last >= 50", When: "signals.cache_hit_rate.lookups.last >= 200",
		Missing: "{container} has had too few lookups to tell",
	}
	cleanup := soak.Check{Expr: "signals.retries_exhausted.count > 0", OwnClock: true}

	small := FactMap{"memory.max": Number(2e9)}
	big := FactMap{"memory.max": {Value: 6.25e9, Note: "after 3h"}}
	rate := func(lookups, rate float64) FactMap {
		return FactMap{"signals.cache_hit_rate.lookups.last": Number(lookups), "signals.cache_hit_rate.rate.last": Number(rate)}
	}
	open := func(v View) View { v.Ended = false; v.WillFire = true; return v }
	unfired := func(v View) View { v.Fired = func(string) bool { return false }; return v }
	rehearsed := func(v View) View { v.Scale = 1440; return v }

	for name, c := range map[string]struct {
		check    soak.Check
		view     View
		want     soak.Outcome
		evidence string
	}{
		"holds":                       {under5, ended(time.Hour, small), soak.Pass, "memory.max = 2 GB"},
		"broken":                      {under5, ended(time.Hour, big), soak.Fail, "memory.max = 6.25 GB (after 3h)"},
		"broken, only a warning":      {warn, ended(time.Hour, big), soak.Warn, "memory.max = 6.25 GB (after 3h)"},
		"no data":                     {under5, ended(time.Hour, FactMap{}), soak.Inconclusive, "memory.max was not measured"},
		"no data, only a warning":     {warn, ended(time.Hour, FactMap{}), soak.Inconclusive, "memory.max was not measured"},
		"the run goes on":             {under5, open(ended(time.Hour, big)), soak.NotDue, "due when the run ends"},
		"the window goes on":          {firstHour, open(ended(20*time.Minute, small)), soak.NotDue, "due in 40m"},
		"the window has closed":       {firstHour, open(ended(time.Hour, small)), soak.Pass, "memory.max = 2 GB"},
		"the run was too short":       {firstHour, ended(20*time.Minute, small), soak.NotDue, "due 1h after the start; the run ended after 20m"},
		"the run was a second short":  {firstHour, ended(time.Hour-time.Second, small), soak.Pass, "memory.max = 2 GB"},
		"violated at once":            {always, open(ended(20*time.Minute, big)), soak.Fail, "memory.max = 6.25 GB (after 3h)"},
		"violated in a run too short": {always, ended(20*time.Minute, big), soak.Fail, "memory.max = 6.25 GB (after 3h)"},
		"not violated so far":         {always, open(ended(20*time.Minute, small)), soak.NotDue, "due in 40m"},
		"unknown so far":              {always, open(ended(20*time.Minute, FactMap{})), soak.NotDue, "due in 40m"},
		"the window closed before anybody looked": {
			under5, ended(time.Hour, FactMap{"memory.max": {Missing: "the window closed 2h before the first sample", Closed: true}}),
			soak.NotApplicable, "the window closed 2h before the first sample",
		},
		"partly seen and broken": {
			under5, ended(time.Hour, FactMap{"memory.max": {Value: 6e9, Bound: AtLeast, Missing: "late", Closed: true}}),
			soak.Fail, "memory.max >= 6 GB",
		},
		"partly seen and not broken": {
			under5, ended(time.Hour, FactMap{"memory.max": {Value: 2e9, Bound: AtLeast, Missing: "late", Closed: true}}),
			soak.NotApplicable, "late",
		},
		"load was not fired":       {burst, unfired(ended(time.Hour, FactMap{})), soak.NotRun, "it needs the load burst, which was not fired"},
		"load may still be fired":  {burst, open(unfired(ended(time.Hour, FactMap{}))), soak.NotDue, "due when the run ends"},
		"load not fired in window": {burst, ended(time.Hour, FactMap{`load.burst.recovered`: {Missing: "not fired", Unfired: true}}), soak.NotRun, "not fired"},
		"load came back":           {burst, ended(time.Hour, FactMap{`load.burst.recovered`: Truth(true)}), soak.Pass, "load.burst.recovered = true"},
		"load did not come back":   {burst, ended(time.Hour, FactMap{`load.burst.recovered`: Truth(false)}), soak.Fail, "load.burst.recovered = false"},
		"ground enough":            {when, ended(time.Hour, rate(400, 62.5)), soak.Pass, "signals.cache_hit_rate.rate.last = 62.5 %"},
		"ground enough and broken": {when, ended(time.Hour, rate(400, 12)), soak.Fail, "signals.cache_hit_rate.rate.last = 12 %"},
		"no ground": {
			when, ended(time.Hour, rate(100, 12)), soak.Inconclusive,
			"fitnessally-oip-gpu-1 has had too few lookups to tell; signals.cache_hit_rate.lookups.last = 100",
		},
		"ground unknown": {
			when, ended(time.Hour, FactMap{"signals.cache_hit_rate.lookups.last": Missing("no 404 cache line yet")}), soak.Inconclusive, "no 404 cache line yet",
		},
		"a rehearsal cannot hurry it": {cleanup, rehearsed(ended(time.Minute, FactMap{})), soak.NotDue, "the node does this by its own clock, which a rehearsal cannot hurry"},
		"a rehearsed hour":            {firstHour, rehearsed(ended(3*time.Second, small)), soak.Pass, "memory.max = 2 GB"},
		"a rehearsed hour goes on":    {firstHour, rehearsed(open(ended(2*time.Second, small))), soak.NotDue, "due in 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			got := judge(t, c.check, c.view)
			if got.Outcome != c.want || got.Evidence != c.evidence {
				t.Errorf("%s: %q\nwant %s: %q", got.Outcome, got.Evidence, c.want, c.evidence)
			}
		})
	}
}

func TestOwnClockIsImplied(t *testing.T) {
	v := ended(time.Minute, FactMap{"signals.retries_exhausted.max_gap": Number(10), "node.up": Number(60), "signals.retries_exhausted.count": Number(0)})
	v.Scale = 1440
	for expr, want := range map[string]soak.Outcome{
		"signals.retries_exhausted.max_gap < 70*minute": soak.NotDue,
		"node.up >= 24*hour":                            soak.NotDue,
		"signals.retries_exhausted.count == 0":          soak.Pass,
	} {
		if got := judge(t, soak.Check{Expr: expr}, v); got.Outcome != want {
			t.Errorf("%s: %s, want %s", expr, got.Outcome, want)
		}
	}
}

// TestValueAndThreshold holds what a result shows beside its evidence.
func TestValueAndThreshold(t *testing.T) {
	facts := FactMap{
		"memory.first": Number(1.8e9), "memory.max": Number(4.21e9), "memory.pattern": Text("linear-growth"), "memory.leak": Text("yes"),
		"memory.slope": Number(2.5e7), "load.error_rate": Number(0.031), "load.p95": Number(123.4), "node.up": Number(90000),
		"signals.memory_monitor.ratio.max": Number(2), "memory.pattern_changed": Truth(true), "signals.retries_exhausted.per_hour": Number(2.345),
		"memory.hours_to_wall": Number(61.5), "load.drift": Number(2.5), "memory.fds.last": Number(12345), "node.restarts": Number(2),
	}
	for _, c := range []struct{ expr, outcome, value, threshold string }{
		{"memory.max < 5*GB", "pass", "4.21 GB", "< 5 GB"},
		{"5*GB > memory.max", "pass", "4.21 GB", "< 5 GB"},
		{"not (memory.max >= 4*GB)", "fail", "4.21 GB", "< 4 GB"},
		{"500*MB <= memory.first <= 1.5*GB", "fail", "1.8 GB", "<= 1.5 GB"},
		{"500*MB <= memory.first && memory.first <= 2*GB", "pass", "1.8 GB", ">= 500 MB, <= 2 GB"},
		{`memory.pattern in ["stable", "sawtooth"]`, "fail", "linear-growth", "stable or sawtooth"},
		{`memory.pattern not in ["linear-growth"]`, "fail", "linear-growth", "not linear-growth"},
		{`memory.leak != "yes"`, "fail", "yes", "not yes"},
		{"memory.slope < 10*MB", "fail", "25 MB/h", "< 10 MB/h"},
		{"load.error_rate <= 1*percent", "fail", "3.1 %", "<= 1 %"},
		{"load.p95 < 500", "pass", "123 ms", "< 500 ms"},
		{"node.up >= 24*hour", "pass", "1d1h", ">= 1d"},
		{"signals.memory_monitor.ratio.max < 150*percent", "fail", "200 %", "< 150 %"},
		{"!memory.pattern_changed", "fail", "true", "false"},
		{"signals.retries_exhausted.per_hour < 1", "fail", "2.35/h", "< 1/h"},
		{"memory.hours_to_wall > 72", "fail", "61.5 h", "> 72 h"},
		{"load.drift < 1.5", "fail", "2.5 x", "< 1.5 x"},
		{"memory.fds.last < 10000", "fail", "12,345", "< 10,000"},
		{"memory.max - memory.first < 1*GB", "fail", "2.41 GB", "< 1 GB"},
		{"memory.max / memory.first < 2", "fail", "234 %", "< 200 %"},
		{"memory.max < 2*memory.first", "fail", "4.21 GB", "< 3.6 GB"},
		{"max(memory.max, memory.first) < 4*GB", "fail", "4.21 GB", "< 4 GB"},
		{"node.restarts == 0 || memory.max < 5*GB", "pass", "4.21 GB", "< 5 GB"},
		{"node.restarts == 0 ? memory.max < 1*GB : memory.max < 5*GB", "pass", "4.21 GB", "< 5 GB"},
	} {
		got := judge(t, soak.Check{Expr: c.expr}, ended(time.Hour, facts))
		if string(got.Outcome) != c.outcome || got.Value != c.value || got.Threshold != c.threshold {
			t.Errorf("%s\ngot  %s %q %q\nwant %s %q %q", c.expr, got.Outcome, got.Value, got.Threshold, c.outcome, c.value, c.threshold)
		}
	}
}

func TestHintsCarryRealNames(t *testing.T) {
	c := soak.Check{
		Text: "{container} stays small", Expr: "memory.max < 1*GB", Hint: "look into {image}; keep {1..24}",
		Next: "docker-compose up -d --force-recreate {service}; docker inspect -f '{{.State.Status}}' {container}",
	}
	got := judge(t, c, ended(time.Hour, FactMap{"memory.max": Number(2e9)}))
	if got.Text != "fitnessally-oip-gpu-1 stays small" || got.Hint != "look into oip:latest; keep {1..24}" ||
		got.Next != "docker-compose up -d --force-recreate oip-gpu; docker inspect -f '{{.State.Status}}' fitnessally-oip-gpu-1" {
		t.Errorf("%+v", got)
	}
	bare := ended(time.Hour, FactMap{"memory.max": Number(2e9)})
	bare.Target = soak.TargetInfo{Name: "node"}
	if got := judge(t, c, bare); got.Next != "docker-compose up -d --force-recreate node; docker inspect -f '{{.State.Status}}' node" {
		t.Errorf("without a label: %q", got.Next)
	}
	if got := judge(t, c, ended(time.Hour, FactMap{"memory.max": Number(2e8)})); got.Hint != "" || got.Next != "" {
		t.Errorf("a check that passes needs no hint: %+v", got)
	}
}

func TestWindowNames(t *testing.T) {
	for name, w := range map[string]soak.Window{
		"whole run":        {},
		"first 5 minutes":  {To: soak.Duration(5 * time.Minute)},
		"first hour":       {To: hours(1)},
		"first 2 hours":    {To: hours(2)},
		"first 24 hours":   {To: hours(24)},
		"first 48 hours":   {To: hours(48)},
		"first 7 days":     {To: hours(168)},
		"first 90 minutes": {To: hours(1.5)},
		"1h to 2h":         {From: hours(1), To: hours(2)},
		"5m to 24h":        {From: soak.Duration(5 * time.Minute), To: hours(24)},
		"6d to 7d":         {From: hours(144), To: hours(168)},
		"after 1h":         {From: hours(1)},
	} {
		if got := WindowName(w); got != name {
			t.Errorf("%v: %q, want %q", w, got, name)
		}
	}
}

// TestWhatMayStayOpen: evidence that was rightly not given holds nothing up,
// evidence that could not be looked for does.
func TestWhatMayStayOpen(t *testing.T) {
	hit := soak.Check{
		ID: "hit", Expr: "signals.cache_hit_rate.rate.last >= 50", When: "signals.cache_hit_rate.count > 0",
		Missing: "no line", Optional: true,
	}
	early := soak.Check{ID: "early", Expr: `memory.pattern == "stable"`, Later: "whole"}
	whole := soak.Check{ID: "whole", Expr: `memory.leak == "no"`}
	var unread FactMap
	for name, c := range map[string]struct {
		check soak.Check
		facts FactMap
		want  soak.Outcome
		holds bool
	}{
		"the log is silent":             {hit, FactMap{"signals.cache_hit_rate.count": Number(0)}, soak.Inconclusive, false},
		"the log was not read":          {hit, unread, soak.Inconclusive, true},
		"the log was read in part":      {hit, FactMap{"signals.cache_hit_rate.count": {Value: 0.0, Bound: AtLeast, Missing: "passed over"}}, soak.Inconclusive, true},
		"the line says too little":      {hit, FactMap{"signals.cache_hit_rate.count": Number(1)}, soak.Inconclusive, true},
		"it is broken all the same":     {hit, FactMap{"signals.cache_hit_rate.count": Number(1), "signals.cache_hit_rate.rate.last": Number(1)}, soak.Fail, false},
		"a longer time has answered it": {early, FactMap{"memory.leak": Text("no")}, soak.Inconclusive, false},
		"a longer time is open, too":    {early, unread, soak.Inconclusive, true},
		"a longer time says otherwise":  {early, FactMap{"memory.leak": Text("yes")}, soak.Inconclusive, true},
		"an early breach stays one":     {early, FactMap{"memory.pattern": Text("sawtooth"), "memory.leak": Text("no")}, soak.Fail, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustCompile(t, c.check, whole).Evaluate(ended(time.Hour, c.facts))[0]
			if r.Outcome != c.want || r.HoldsUp() != c.holds {
				t.Errorf("%s, holds the verdict up: %v (%s)", r.Outcome, r.HoldsUp(), r.Evidence)
			}
		})
	}
	if _, err := Compile([]soak.Check{whole, {ID: "x", Expr: "node.running", Later: "whle"}}, nil); err == nil || !strings.Contains(err.Error(), "did you mean whole?") {
		t.Errorf("a check that is not there: %v", err)
	}
}
