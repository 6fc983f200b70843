package report

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// judgedCurves are a proven leak and an open question, with hostile names.
func judgedCurves() []soak.Result {
	in, low, see, more := 7.5, 6.0, 2e6, 3.2
	return []soak.Result{
		{
			Source: "/a/b/one.csv", Target: "api\x1b[2J", Samples: 5760, Duration: 86400, Pattern: soak.LinearGrowth, Leak: soak.LeakYes,
			Traits: []soak.Trait{soak.TraitWarmUp}, Tolerance: 24e6, Slope: &soak.Interval{Estimate: 5e7, Low: 4e7, High: 6e7, Confidence: 0.95},
			BytesPerRequest: &soak.Interval{Estimate: 4500, Low: 4000, High: 5000, Confidence: 0.95},
			Forecast:        &soak.Forecast{Wall: "limit", WallBytes: 5e9, Hours: soak.Hours{Estimate: &in, Low: &low}},
			Why:             "the floor rises", Warnings: []string{"page cache\ncounts"},
		},
		{Source: "/a/c/two.csv", Samples: 3, Duration: 2, Pattern: soak.PatternInconclusive, Leak: soak.LeakInconclusive, Why: "too few", Detectable: &see, HoursToDecide: &more},
	}
}

func TestClassifyText(t *testing.T) {
	var b strings.Builder
	if err := ClassifyText(&b, judgedCurves(), TextOptions{Plain: true}); err != nil {
		t.Fatal(err)
	}
	const want = `  leak          pattern           rate       wall  curve
  yes           linear-growth  50 MB/h  in 7 h 30 min  one.csv api\x1B[2J
  inconclusive  inconclusive         -              -  two.csv

LEAK  /a/b/one.csv api\x1B[2J: the floor rises
  pattern  linear-growth (warm-up)
  rate     +50 MB/h [40, 60]; what matters is above 24 MB/h
  request  +4.5 kB/request [4, 5]
  wall     limit, 5 GB, in 7 h 30 min [6 h, never]
  data     5,760 samples over 24 h
  warning  page cache counts

INCONCLUSIVE  /a/c/two.csv: too few
  pattern  inconclusive
  data     3 samples over 2 s
  visible  a leak of 2 MB/h would have been seen 9 times of 10
  decided  after 3 h 12 min more
`
	if got := b.String(); squeeze(got) != squeeze(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// squeeze makes every run of spaces one.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestShortNamesStayApart(t *testing.T) {
	rs := []soak.Result{{Source: "a/x.csv"}, {Source: "b/x.csv"}}
	if got := strings.Join(shortNames(rs), " "); got != "a/x.csv b/x.csv" {
		t.Errorf("got %s", got)
	}
	rs = []soak.Result{{Source: "a/x.csv", Target: "1"}, {Source: "a/x.csv", Target: "2"}, {Source: "b/y.csv"}}
	if got := strings.Join(shortNames(rs), ", "); got != "x.csv 1, x.csv 2, y.csv" {
		t.Errorf("got %s", got)
	}
}

func TestClassifyJSON(t *testing.T) {
	var b strings.Builder
	if err := ClassifyJSON(&b, judgedCurves()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("an escape got through")
	}
	var got struct {
		Schema  string
		Results []map[string]any
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	if got.Schema != "leakcheck.classify/1" || len(got.Results) != 2 {
		t.Fatalf("%s", b.String())
	}
	for _, key := range []string{"traits", "models", "warnings"} {
		if _, ok := got.Results[1][key].([]any); !ok {
			t.Errorf("%s is %v, not a list", key, got.Results[1][key])
		}
	}
	for _, key := range []string{"slope_bytes_per_hour", "bytes_per_request", "forecast"} {
		if x, ok := got.Results[1][key]; !ok || x != nil {
			t.Errorf("%s is %v (%v), not null", key, x, ok)
		}
	}
	b.Reset()
	if err := ClassifyJSON(&b, nil); err != nil || !strings.Contains(b.String(), `"results": []`) {
		t.Errorf("nothing: %s, %v", b.String(), err)
	}
	if err := ClassifyText(noRoom{}, judgedCurves(), TextOptions{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a failing stream: %v", err)
	}
}

type noRoom struct{}

func (noRoom) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestRuns(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	runs := []Run{
		{ID: "k3f9-20260301", State: "finished", Kind: "verify", Profile: "generic", Targets: []string{"a", "b"}, Started: now.Add(-2 * time.Hour), Duration: 3600, Bytes: 53248},
		{ID: "x", State: "unreadable", Started: now, Problem: "not a\x07 record"},
	}
	var b strings.Builder
	if err := RunsText(&b, runs, now, TextOptions{Plain: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"k3f9-20260301 finished verify 10:00 1h0m 53.2 kB a, b (generic) x unreadable", `x not a\x07 record`} {
		if !strings.Contains(squeeze(b.String()), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := RunsJSON(&b, runs); err != nil || !strings.Contains(b.String(), `"targets": []`) || !strings.Contains(b.String(), `"schema": "leakcheck.runs/1"`) || strings.Count(b.String(), `"kind": "verify"`) != 1 || strings.Count(b.String(), `"kind"`) != 1 {
		t.Errorf("%s, %v", b.String(), err)
	}
}
