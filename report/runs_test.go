package report

import (
	"slices"
	"time"

	"leakcheck/soak"
)

func makeLeaking() fixture {
	const d = 7 * time.Hour
	c := NewCollector(96)
	first := start.Add(-24*time.Hour - 12*time.Minute)
	sampled(c, node, 1, first, 24*time.Hour, 5*time.Minute, 0, growing(1.1*gb, 1.2*gb, 0, 7))
	onset := 2*time.Hour + 2*time.Minute
	parts := sampled(c, node, 2, start, d, 15*time.Second, 0, growing(1.2*gb, 8.6*gb, onset, 1))
	latencies(c, "workout", start, d, func(at time.Duration) float64 { return 220 + max(0, (at-onset).Hours())*190 })
	latencies(c, "meal-plan", start, d, func(time.Duration) float64 { return 70 })
	hitRate(c, node, start, d, 0.4)
	r := base("20241208-201200-fitnessally", d, 24*time.Hour, node)
	since := start.Add(onset)
	r.Memory = []soak.MemoryResult{{Components: parts, Lives: 2, Since: &since, Result: soak.Result{
		Target: node, Samples: 1681, Duration: d.Seconds(), Pattern: soak.LinearGrowth, Leak: soak.LeakYes,
		Traits: []soak.Trait{soak.TraitLateOnset, soak.TraitRestarts}, Tolerance: 24 * mb,
		Slope:      &soak.Interval{Estimate: 8.6 * gb, Low: 8.41 * gb, High: 8.79 * gb, Confidence: 0.95},
		Detectable: ptr(41 * mb), BytesPerRequest: &soak.Interval{Estimate: 5.04 * mb, Low: 4.92 * mb, High: 5.16 * mb, Confidence: 0.95},
		Forecast: &soak.Forecast{Wall: "host", WallBytes: 50.2 * gb, Hours: hoursOf(0.667, 0.633, 0.717)},
		Models:   []soak.Model{{Name: "rising sawtooth after a change", Score: 18211}, {Name: "line", Score: 18966}, {Name: "warm-up", Score: 21204}, {Name: "flat sawtooth", Score: 26710}},
		Why:      "the floor has risen by 42.7 GB since 22:14 and no warm-up, step, cycle or page cache explains it"}}}
	r.Checks = checks(node, map[string]soak.CheckResult{
		"no-retries":   {Outcome: soak.Fail, Value: "1,680 lines", Evidence: "22:14:07 Error in getRecord after 2 retries for did:gun:a41f…:workout_missing"},
		"cache-rate":   {Outcome: soak.Fail, Value: "0.4 %", Evidence: "1 of 272 lookups hit at 03:10"},
		"ceiling":      {Outcome: soak.Fail, Value: "44.3 GB", Evidence: "passed 5 GB at 22:37"},
		"pattern":      {Outcome: soak.Fail, Value: "linear-growth", Evidence: "+8.6 GB/h [8.41, 8.79]"},
		"external":     {Outcome: soak.Warn, Value: "651 %", Evidence: "EXTERNAL MEMORY LEAK DETECTED, 14 times"},
		"heap-failure": {Outcome: soak.NotDue, Evidence: "due at 20:12"},
		"no-restart":   {Outcome: soak.NotDue, Evidence: "due at 20:12"},
		"cleanup":      {Outcome: soak.Inconclusive, Evidence: "no entry had expired: the cache holds 1 soul"},
		"latency":      {Outcome: soak.NotApplicable, Evidence: "no baseline: the run began inside the window"},
	})
	r.Signals = []soak.SignalResult{
		{Name: "cache_hit_rate", Target: node, Count: 84, First: ptr(start.Add(5 * time.Minute)), Last: ptr(start.Add(d)), Values: map[string]float64{"percent": 0.4, "cached": 840}, Units: hitRateUnits},
		{Name: "retries_exhausted", Target: node, Count: 1680, First: ptr(since.Add(7 * time.Second)), Last: ptr(start.Add(d - time.Second)),
			Text: "Error in getRecord after 2 retries: \x1b[31m404\x1b[0m <script>alert(1)</script>"},
		{Name: "cache_cleaned", Target: node}, {Name: "heap_alloc_failure", Target: node},
		{Name: "external_memory", Target: node, Count: 14, First: ptr(since.Add(9 * time.Minute)), Last: ptr(start.Add(d - 4*time.Minute)), Values: map[string]float64{"ratio": 6.51, "rss": 43.1e9}, Units: map[string]string{"ratio": "share", "rss": "bytes"}},
	}
	r.Load = soak.LoadResult{Scenarios: scenarios(842, 1180, map[soak.ErrorKind]int64{soak.ErrorTimeout: 19, soak.ErrorStatus: 3}),
		Brake: &soak.Brake{At: start.Add(d - 21*time.Minute), Reason: "OOM within an hour: the host's memory in 57 min [55, 60]"}}
	r.Events = []soak.Event{
		{At: first, Target: node, Life: 1, Kind: soak.EventLife, Text: "started"},
		{At: start.Add(-12 * time.Minute), Target: node, Life: 1, Kind: soak.EventOOM, Text: "the kernel killed node (pid 17) for memory"},
		{At: start.Add(-12 * time.Minute), Target: node, Life: 1, Kind: soak.EventExit, Text: "exited", Exit: &soak.Exit{Code: 137, OOMKilled: true}},
		{At: start, Target: node, Life: 2, Kind: soak.EventLife, Text: "started"},
		{At: start.Add(time.Minute), Kind: soak.EventPhase, Text: "gentle load begins: workout and meal-plan every 30 s"},
		{At: since.Add(-20 * time.Second), Kind: soak.EventPhase, Text: "burst of 10 workout queries"},
		{At: start.Add(d - 21*time.Minute), Kind: soak.EventBrake, Text: "the brake stopped all load: OOM within an hour"},
		{At: start.Add(d - 2*time.Minute), Target: node, Life: 2, Kind: soak.EventProbe, Text: "health path answers 200 again, after 11 s without an answer"},
	}
	r.Verdict, r.ExitCode = soak.VerdictFail, soak.ExitFail
	return fixture{"leaking", r, withFloors(c.Series()), start.Add(d)}
}

func makeHealthy() fixture {
	const d = 26 * time.Hour
	c := NewCollector(96)
	parts := sampled(c, node, 1, start, d, 15*time.Second, 8_000_000_000, sawtooth(1.3*gb, 1.9*gb, 7*time.Minute+31*time.Second, 2))
	latencies(c, "workout", start, d, func(at time.Duration) float64 { return 180 + 20*float64(int(at.Minutes())%7) })
	hitRate(c, node, start, d, 86)
	r := base("20241208-201200-healthy", d, 24*time.Hour, node)
	r.Run.Targets[0].Limit = 8_000_000_000
	r.Memory = []soak.MemoryResult{{Components: parts, Lives: 1, Result: soak.Result{
		Target: node, Samples: 6241, Duration: d.Seconds(), Pattern: soak.Sawtooth, Leak: soak.LeakNo,
		Traits: []soak.Trait{soak.TraitWarmUp}, Tolerance: 24 * mb,
		Slope: &soak.Interval{Estimate: -0.4 * mb, Low: -6.1 * mb, High: 5.2 * mb, Confidence: 0.95}, Detectable: ptr(9.3 * mb),
		Forecast: &soak.Forecast{Wall: "ceiling", WallBytes: 5 * gb},
		Models:   []soak.Model{{Name: "flat sawtooth after a warm-up", Score: 9120}, {Name: "rising sawtooth", Score: 9133}, {Name: "line", Score: 14021}},
		Why:      "teeth from 1.3 to 1.9 GB every 7 to 8 min on a floor that has been flat since the warm-up ended at 21:40"}}}
	r.Checks = checks(node, map[string]soak.CheckResult{
		"no-retries": {Value: "0 lines"}, "cache-rate": {Value: "86 %"}, "ceiling": {Value: "1.96 GB"}, "pattern": {Value: "sawtooth"},
		"external": {Value: "0 lines"}, "heap-failure": {Value: "0 lines"}, "no-restart": {Value: "0"}, "cleanup": {Value: "25 lines"},
		"latency": {Outcome: soak.NotDue, Evidence: "due on 15 Dec 20:12"},
	})
	r.Signals = []soak.SignalResult{{Name: "cache_hit_rate", Target: node, Count: 312, First: ptr(start.Add(5 * time.Minute)), Last: ptr(start.Add(d)), Values: map[string]float64{"percent": 86, "cached": 3120}, Units: hitRateUnits},
		{Name: "cache_cleaned", Target: node, Count: 25, First: ptr(start.Add(time.Hour)), Last: ptr(start.Add(25 * time.Hour)), Text: "🧹 [GUN 404 Cache] Cleaned 45 expired entries, 500 remain"}}
	r.Load = soak.LoadResult{Scenarios: scenarios(3126, 290, nil)}
	r.Events = []soak.Event{
		{At: start, Target: node, Life: 1, Kind: soak.EventLife, Text: "started"},
		{At: start.Add(time.Minute), Kind: soak.EventPhase, Text: "gentle load begins: workout and meal-plan every 30 s"},
		{At: start.Add(40 * time.Second), Target: node, Life: 1, Kind: soak.EventProbe, Text: "health path answers 200"},
	}
	r.Verdict, r.ExitCode = soak.VerdictPass, soak.ExitPass
	return fixture{"healthy", r, withFloors(c.Series()), start.Add(d)}
}

func makeUndecided() fixture {
	const d = 38 * time.Minute
	c := NewCollector(96)
	parts := sampled(c, node, 1, start, d, 2*time.Second, 8_000_000_000, growing(0.9*gb, 60*mb, 0, 3))
	latencies(c, "workout", start, d, func(time.Duration) float64 { return 210 })
	r := base("20241208-201200-undecided", d, 24*time.Hour, node)
	r.Run.Interval = 2
	r.Memory = []soak.MemoryResult{{Components: parts, Lives: 1, Result: soak.Result{
		Target: node, Samples: 1141, Duration: d.Seconds(), Pattern: soak.PatternInconclusive, Leak: soak.LeakInconclusive, Tolerance: 24 * mb,
		Slope: &soak.Interval{Estimate: 60 * mb, Low: -90 * mb, High: 210 * mb, Confidence: 0.95}, Detectable: ptr(310 * mb), HoursToDecide: ptr(9.83),
		Forecast: &soak.Forecast{Wall: "limit", WallBytes: 8 * gb, Hours: soak.Hours{Estimate: ptr(110.), Low: ptr(31.4)}},
		Models:   []soak.Model{{Name: "warm-up", Score: 2010}, {Name: "rising sawtooth", Score: 2012}},
		Why:      "a warm-up and a slow leak explain 38 minutes equally well"}}}
	r.Checks = checks(node, map[string]soak.CheckResult{
		"no-retries": {Value: "0 lines"}, "cache-rate": {Outcome: soak.NotDue, Evidence: "due at 21:12"}, "ceiling": {Outcome: soak.NotDue, Value: "1.18 GB", Evidence: "due at 20:12"},
		"pattern":    {Outcome: soak.Inconclusive, Evidence: "+60 MB/h [-90, 210] after 38 min", Hint: "let the run go on until about 06:40"},
		"external":   {Outcome: soak.NotDue, Evidence: "due at 20:12"},
		"no-restart": {Outcome: soak.NotDue}, "heap-failure": {Outcome: soak.NotDue}, "cleanup": {Outcome: soak.NotRun, Evidence: "needs load full"}, "latency": {Outcome: soak.NotDue},
	})
	r.Load = soak.LoadResult{Scenarios: scenarios(76, 310, nil)}
	r.Events = []soak.Event{{At: start, Target: node, Life: 1, Kind: soak.EventLife, Text: "started"}}
	r.Verdict, r.ExitCode = soak.VerdictInconclusive, soak.ExitInconclusive
	return fixture{"undecided", r, withFloors(c.Series()), start.Add(d)}
}

func interrupted() fixture {
	f := undecided()
	f.name = "interrupted"
	f.report.Events = slices.Clone(f.report.Events)
	f.report.Run.ID = "20241208-201200-interrupted"
	f.report.Run.Interruptions = []soak.Interruption{{From: start.Add(12 * time.Minute), To: start.Add(17 * time.Minute), Reason: "the machine was restarted"}}
	f.report.Events = append(f.report.Events, soak.Event{At: start.Add(38 * time.Minute), Kind: soak.EventInterrupt, Text: "stopped by SIGTERM; resume with: leakcheck soak --resume 20241208"})
	f.report.ExitCode = soak.ExitInterrupted
	f.report.Warnings = []string{"samples are missing from 20:24 to 20:29"}
	return f
}

func empty() fixture {
	r := base("20241208-201200-empty", 0, 24*time.Hour, node)
	r.Observer = soak.Observer{RSS: 19e6}
	r.Warnings = []string{"the engine at unix:///var/run/docker.sock stopped answering before the first sample"}
	r.Events = []soak.Event{{At: start, Kind: soak.EventEngine, Text: "the engine was lost"}}
	r.Verdict, r.ExitCode = soak.VerdictNotMeasured, soak.ExitNotMeasured
	return fixture{"empty", r, nil, start}
}

func makeThree() fixture {
	f := makeLeaking()
	f.name = "three"
	const d = 7 * time.Hour
	names := []string{node, "oip-main-oip-1", "rockhoppers-oip-1"}
	f.report.Run.ID = "20241208-201200-three"
	for i, n := range names[1:] {
		c := NewCollector(96)
		f.report.Run.Targets = append(f.report.Run.Targets, info(n, 4_000_000_000))
		low := []float64{1.1 * gb, 0.24 * gb}[i]
		parts := sampled(c, n, 1, start, d, 15*time.Second, 4_000_000_000, sawtooth(low, low*1.4, 9*time.Minute, uint64(i)+5))
		m := soak.MemoryResult{Components: parts, Lives: 1, Result: soak.Result{Target: n, Samples: 1681, Duration: d.Seconds(),
			Pattern: soak.Sawtooth, Leak: soak.LeakNo, Tolerance: 24 * mb, Slope: &soak.Interval{Estimate: 1.1 * mb, Low: -9 * mb, High: 11 * mb, Confidence: 0.95},
			Forecast: &soak.Forecast{Wall: "limit", WallBytes: 4 * gb}, Why: "a flat floor under teeth"}}
		if i == 0 {
			m.Leak, m.Pattern, m.HoursToDecide = soak.LeakInconclusive, soak.PatternInconclusive, ptr(3.4)
			m.Slope = &soak.Interval{Estimate: 31 * mb, Low: -4 * mb, High: 66 * mb, Confidence: 0.95}
			m.Forecast.Hours = soak.Hours{Estimate: ptr(80.), Low: ptr(38.)}
			m.Why = "the floor may be rising, but a slow warm-up explains it as well"
		}
		f.report.Memory = append(f.report.Memory, m)
		f.report.Checks = append(f.report.Checks, checks(n, map[string]soak.CheckResult{
			"no-retries": {Value: "0 lines"}, "ceiling": {Value: "1.6 GB"}, "pattern": {Outcome: []soak.Outcome{soak.Inconclusive, soak.Pass}[i], Evidence: "see the curve"},
			"cache-rate": {Value: "71 %"}, "external": {}, "heap-failure": {Outcome: soak.NotDue}, "no-restart": {Outcome: soak.NotDue}, "cleanup": {}, "latency": {Outcome: soak.NotDue}})...)
		for k, s := range withFloors(c.Series()) {
			f.series[k] = s
		}
	}
	return f
}

// checks is the documents' checklist with outcomes filled in; pass unless given.
func checks(target string, said map[string]soak.CheckResult) []soak.CheckResult {
	all := []soak.CheckResult{
		{ID: "no-retries", Text: "No 404 is retried", Window: "first 5 minutes", Threshold: "0 lines", Hint: "the fix is not deployed: rebuild the image and check helpers/gun.js for \"const is404\"",
			Next: "docker-compose up -d --build --force-recreate fitnessally-oip-gpu-1"},
		{ID: "cache-rate", Text: "The 404 cache answers more than half of the lookups", Window: "first hour", Threshold: "> 50 %", Hint: "look for restarts of the process and for souls that change between requests"},
		{ID: "pattern", Text: "Memory is stable or a sawtooth", Window: "first hour", Threshold: "stable or sawtooth", Next: "leakcheck diagnose --container fitnessally-oip-gpu-1"},
		{ID: "external", Text: "No external memory warnings", Window: "first hour", Threshold: "0 lines"},
		{ID: "ceiling", Text: "Memory stays under 5 GB", Window: "24 hours", Threshold: "< 5 GB"},
		{ID: "heap-failure", Text: "No heap allocation failures", Window: "24 hours", Threshold: "0 lines"},
		{ID: "no-restart", Text: "The node runs without a restart", Window: "24 hours", Threshold: "0"},
		{ID: "cleanup", Text: "The cache is cleaned every hour", Window: "24 hours", Threshold: "each hour"},
		{ID: "latency", Text: "Response times do not degrade", Window: "7 days", Threshold: "p95 under twice the first day's"},
	}
	for i := range all {
		s := said[all[i].ID]
		all[i].Target, all[i].Severity, all[i].Outcome = target, soak.SeverityFail, soak.Pass
		if s.Outcome != "" {
			all[i].Outcome = s.Outcome
		}
		all[i].Value, all[i].Evidence = s.Value, s.Evidence
		if s.Hint != "" {
			all[i].Hint = s.Hint
		}
	}
	return all
}

var hitRateUnits = map[string]string{"percent": "percent"}
