package judge

import (
	"testing"
	"time"

	"leakcheck/soak"
)

// TestWhatARunWasStartedWithCounts, unless it is judged by something else: a
// report that is made later must not forget the limit and find no leak.
func TestWhatARunWasStartedWithCounts(t *testing.T) {
	for name, c := range map[string]struct {
		started, given float64
		want           float64
	}{"as started": {2e9, 0, 2e9}, "given now": {2e9, 1e9, 1e9}, "neither": {}} {
		t.Run(name, func(t *testing.T) {
			info := soak.RunInfo{Started: began, Targets: []soak.TargetInfo{{Name: node, Started: began}}, Limit: c.started}
			j, err := New(info, nil, Options{Limit: c.given})
			if err != nil {
				t.Fatal(err)
			}
			s := &story{t, j, info}
			s.samples(quiet(), 0, 10*time.Minute, 5*time.Second)
			switch f := j.Report(at(10 * time.Minute)).Memory[0].Forecast; {
			case c.want == 0 && f != nil && f.Wall == "limit":
				t.Errorf("a limit of %g from nowhere", f.WallBytes)
			case c.want > 0 && (f == nil || f.Wall != "limit" || f.WallBytes != c.want):
				t.Errorf("forecast %+v, want a limit of %g", f, c.want)
			}
		})
	}
}

// TestNobodySawItRun: a container that was created and not started gives no
// sample, and is not said to run.
func TestNobodySawItRun(t *testing.T) {
	s := tell(t, &soak.Profile{Checks: []soak.Check{{ID: "runs", Text: "It runs", Expr: "node.running"}}})
	s.record(soak.Batch{Events: []soak.Event{{At: at(time.Second), Target: node, Kind: soak.EventGap, Text: "no sample: it is created"}}})
	s.j.Finish(false)
	for _, c := range s.j.Report(at(time.Minute)).Checks {
		if c.ID == "runs" && (c.Outcome != soak.Inconclusive || c.Evidence != "nobody saw it run") {
			t.Errorf("%s: %s", c.Outcome, c.Evidence)
		}
	}
}

// TestNoHealthRequestSaysWhy, and what to give where something is to be given.
func TestNoHealthRequestSaysWhy(t *testing.T) {
	second := soak.TargetInfo{Name: "redis", Kind: "container", Started: began}
	for want, change := range map[string]func(*soak.RunInfo){
		"verify sends none unless it is told to (--ask-health)": func(r *soak.RunInfo) { r.Kind, r.LoadLevel = soak.KindVerify, soak.LoadNone },
		"nothing was to be sent (--load none)":                  func(r *soak.RunInfo) { r.LoadLevel = soak.LoadNone },
		"they go to redis, which gets the load": func(r *soak.RunInfo) {
			r.Targets[0].URL = ""
			second.URL = "http://r"
			r.Targets = append(r.Targets, second)
		},
		"it takes a health path in the profile (service: health), and a port there or a --url": func(*soak.RunInfo) {},
	} {
		s := tell(t, &soak.Profile{Checks: []soak.Check{{ID: "answers", Text: "It answers", Expr: "node.availability >= 99*percent"}}}, change)
		s.samples(quiet(), 0, time.Minute, 5*time.Second)
		s.j.Finish(false)
		for _, c := range s.j.Report(at(time.Minute)).Checks {
			if c.ID == "answers" && c.Target == node && c.Evidence != "no health request was sent in this window: "+want {
				t.Errorf("%s: %s, want %s", c.Outcome, c.Evidence, want)
			}
		}
	}
}
