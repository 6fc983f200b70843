package report

import (
	"bytes"
	"io"
	"path/filepath"
	"testing"
	"time"

	"leakcheck/soak"
)

// sheets are the answers that are no judged runs, one of each kind.
func sheets() map[string]*Sheet {
	return map[string]*Sheet{
		"compare": fixedComparison().Sheet(), "compare3": manyCompared().Sheet(), "diagnose": blocksOf(diagnosed()).Sheet(),
		"fire": FiredSheet(firedOnce()), "tap": TapSheet(diagnosed().Tap), "passive": PassiveSheet(coincided()),
	}
}

var sheetFaces = []struct {
	file   string
	render func(io.Writer, *Sheet) error
}{
	{"80.txt", func(w io.Writer, s *Sheet) error { return SheetText(w, s, TextOptions{Width: 80, Unicode: true}) }},
	{"160.txt", func(w io.Writer, s *Sheet) error { return SheetText(w, s, TextOptions{Width: 160, Unicode: true}) }},
	{"pipe.txt", func(w io.Writer, s *Sheet) error { return SheetText(w, s, TextOptions{Width: 80, Plain: true}) }},
	{"line.txt", func(w io.Writer, s *Sheet) error { return SheetLine(w, s, TextOptions{Width: 80, Unicode: true}) }},
	{"json", SheetJSON},
	{"html", SheetHTML},
}

func TestGoldenSheets(t *testing.T) {
	for name, s := range sheets() {
		for _, face := range sheetFaces {
			t.Run(name+"/"+face.file, func(t *testing.T) {
				var b bytes.Buffer
				if err := face.render(&b, s); err != nil {
					t.Fatal(err)
				}
				golden(t, filepath.Join("testdata", name+"."+face.file), content(b.Bytes()))
			})
		}
	}
}

// fixedComparison holds the leaking run against the healthy one.
func fixedComparison() Comparison {
	before, after := leaking(), healthy()
	a, b := before.report.Memory[0].Result, after.report.Memory[0].Result
	return Comparison{
		BeforeName: "./before", AfterName: "./after", Before: before.report, After: after.report,
		BeforeSeries: before.series, AfterSeries: after.series,
		Targets: []soak.Comparison{{
			Target: node, Before: soak.Compared{Target: node, Result: a, Peak: 44.3e9, Requests: 1684, Upstream: upstream(168)},
			After:  soak.Compared{Target: node, Result: b, Peak: 1.97e9, Requests: 6252, Upstream: upstream(0.9)},
			Change: "better", Basis: "hour", Slope: &soak.Interval{Estimate: -8.6e9, Low: -8.8e9, High: -8.4e9, Confidence: 0.95},
			Peak: &soak.Interval{Estimate: -42.3e9, Low: -42.4e9, High: -42.2e9}, BytesPerRequest: &soak.Interval{Estimate: -5.04e6, Low: -5.2e6, High: 0.1e6},
			Upstream: &soak.Interval{Estimate: -167.1, Low: -169, High: -165.2}, UpstreamBasis: "request", Outcome: soak.NoWorse,
			Why: "better: growth fell by 8.6 GB/h [8.4, 8.8]", Warnings: []string{"the earlier run was stopped by the brake"},
		}},
	}
}

func upstream(x float64) *soak.Interval {
	return &soak.Interval{Estimate: x, Low: x * 0.98, High: x * 1.02, Confidence: 0.95}
}

// manyCompared is three containers before and after.
func manyCompared() Comparison {
	f := three()
	c := Comparison{BeforeName: "k3f9", AfterName: "latest", Before: f.report, After: f.report, BeforeSeries: f.series, AfterSeries: f.series}
	for i, m := range f.report.Memory {
		side := soak.Compared{Target: m.Target, Result: m.Result, Peak: m.Components["working_set"].Max}
		c.Targets = append(c.Targets, soak.Comparison{Target: m.Target, Before: side, After: side, Change: "no difference", Basis: "hour",
			Slope: &soak.Interval{Estimate: 0, Low: -9e6, High: 9e6, Confidence: 0.95}, Outcome: []soak.Worse{soak.NoWorse, soak.WorseUnknown, soak.NoWorse}[i],
			Why: "no difference beyond 9 MB/h"})
	}
	return c
}

// blocksOf gives a diagnosis its curve: each arm in turn for 40 s with 50 s of
// quiet, and a floor that only the first arm raises.
func blocksOf(d soak.Diagnosis) Diagnosis {
	d.Started, d.Profile = start, "oip-node"
	out := Diagnosis{Diagnosis: d}
	c := NewCollector(0)
	floor := 190e6
	for i := range d.Blocks {
		arm := (i * 7) % len(d.Arms)
		at := start.Add(time.Duration(i) * 90 * time.Second)
		out.Blocks = append(out.Blocks, Block{Arm: d.Arms[arm].Name, From: at})
		for s := range 90 {
			if arm == 0 && s < 40 {
				floor += 61.3e6 / 11 / 40
			}
			x := soak.Sample{Target: d.Target, Life: 1, At: at.Add(time.Duration(s) * time.Second)}
			swing := float64(max(0, min(s, 80-s))) * 0.4e6
			x.Set(soak.Anon, int64(floor+swing))
			x.Set(soak.Kernel, 4e6)
			x.Set(soak.Shmem, 0)
			x.Set(soak.WorkingSet, int64(floor+swing+20e6))
			_ = c.Record(soak.Batch{Samples: []soak.Sample{x}})
		}
	}
	out.Curves = c.Series()
	return out
}

// coincided is what growth of two targets went with: something, and nothing.
func coincided() []soak.Passive {
	from := time.Date(2024, 12, 8, 9, 0, 0, 0, time.UTC)
	return []soak.Passive{{
		Target: node, Profile: "fitnessally", Source: "samples", From: from, To: from.Add(24 * time.Hour), Bins: 239, Bin: 361.5, Growth: 3.2e9, Leak: soak.LeakYes,
		Seen: []soak.Coincidence{
			{Kind: "line", Name: "GET /api/records?recordType=workout N in N ms", Count: 28617, Strength: 0.71, Lag: 361.5, P: 0.021, Coincides: true, Busy: 2.9e9, BusyShare: 0.49, With: []string{"scenario workout"}},
			{Kind: "scenario", Name: "workout", Count: 2880, Strength: 0.7, P: 0.025, Coincides: true, Busy: 2.8e9, BusyShare: 0.49, With: []string{"line GET /api/records?recordType=workout N in N ms"}},
			{Kind: "error", Name: "\x1b[31mconnect\u202e ECONNREFUSED", Count: 12, Strength: 0.04, P: 0.93, Busy: -3e6, BusyShare: 0.1},
		},
		Untold: []soak.Untold{{Kind: "signal", Name: "cache_cleaned", Why: "it happened at an even rate all along: growth cannot go up and down with it"}},
		Why:    "growth coincides with line GET /api/records?recordType=workout N in N ms, scenario workout; whether it comes from there, only an experiment can tell",
	}, {Target: "relay", Source: "samples", From: from, To: from.Add(time.Minute), Bins: 12, Bin: 5, Leak: soak.LeakInconclusive, Why: "memory was seen over 12 stretches of 5s; it takes 60 to tell chance from coincidence: watch it for longer"}}
}
