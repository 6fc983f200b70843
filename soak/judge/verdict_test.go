package judge

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestVerdicts: 130, 1, 3, 4, 0, in this order.
func TestVerdicts(t *testing.T) {
	good, bad, open := "memory.max < 5*GB", "memory.max < 5*MB", "signals.cleaned.count == 0"
	decided := func(s *story) { s.samples(quiet(), 0, 6*time.Hour, 30*time.Second) }
	warn := func(c *soak.Check) { c.Severe = soak.SeverityWarn }
	for _, c := range []struct {
		name    string
		profile *soak.Profile
		tell    func(*story)
		options Options
		verdict soak.Verdict
		code    int
	}{
		{"all is well", check(good), decided, Options{}, soak.VerdictPass, 0},
		{"a check failed", check(bad), decided, Options{}, soak.VerdictFail, 1},
		{"a warning", check(bad, warn), decided, Options{}, soak.VerdictPass, 0},
		{"evidence is missing", check(open), decided, Options{}, soak.VerdictInconclusive, 4},
		{"evidence of a warning is missing", check(open, warn), decided, Options{}, soak.VerdictPass, 0},
		{"no sample", check(good), func(*story) {}, Options{}, soak.VerdictNotMeasured, 3},
		{"no profile, no leak", nil, func(s *story) { s.samples(flat(700e6), 0, 6*time.Hour, 30*time.Second) }, Options{}, soak.VerdictPass, 0},
		{"no profile, a leak", nil, func(s *story) { s.samples(leaking(300e6), 0, 6*time.Hour, 30*time.Second) }, Options{}, soak.VerdictFail, 1},
		{"no profile, an OOM kill", nil, func(s *story) {
			decided(s)
			s.record(soak.Batch{Events: []soak.Event{event(time.Hour, soak.EventOOM)}})
		}, Options{}, soak.VerdictFail, 1},
		{"no profile, too short to tell", nil, func(s *story) { s.samples(quiet(), 0, time.Minute, 5*time.Second) }, Options{}, soak.VerdictInconclusive, 4},
		{"interrupted", check(good), decided, Options{Interrupted: true}, soak.VerdictPass, 130},
		{"interrupted and failed", check(bad), decided, Options{Interrupted: true}, soak.VerdictFail, 130},
		{"a gate that lets inconclusive pass", check(open), decided, Options{Inconclusive: "pass"}, soak.VerdictInconclusive, 0},
		{"a gate that does not", check(open), decided, Options{Inconclusive: "fail"}, soak.VerdictInconclusive, 1},
		{"no data is never a pass", check(good), func(*story) {}, Options{Inconclusive: "pass"}, soak.VerdictNotMeasured, 3},
		{"the samples stopped", check(good), func(s *story) { s.samples(quiet(), 0, 3*time.Hour, 30*time.Second) }, Options{}, soak.VerdictNotMeasured, 3},
		{"the samples stopped after a failure", check(bad), func(s *story) { s.samples(quiet(), 0, 3*time.Hour, 30*time.Second) }, Options{}, soak.VerdictFail, 1},
		{"a check from elsewhere failed", check(good), func(s *story) {
			decided(s)
			s.j.Add(soak.CheckResult{ID: "fix-deployed", Target: node, Outcome: soak.Fail})
		}, Options{}, soak.VerdictFail, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, c.profile)
			s.j.options = c.options
			c.tell(s)
			last := 6 * time.Hour
			if strings.Contains(c.name, "short") {
				last = time.Minute
			}
			if r := s.end(last); r.Verdict != c.verdict || r.ExitCode != c.code {
				t.Errorf("%s, exit %d, want %s, exit %d\n%+v", r.Verdict, r.ExitCode, c.verdict, c.code, r.Checks)
			}
		})
	}
}

func TestARunThatGoesOnIsInconclusive(t *testing.T) {
	s := tell(t, check("memory.max < 5*GB", within(0, time.Hour)))
	s.samples(quiet(), 0, 2*time.Hour, 5*time.Second)
	if r := s.j.Report(at(2 * time.Hour)); r.Verdict != soak.VerdictInconclusive || outcome(t, r, "x").Outcome != soak.Pass || outcome(t, r, "no-leak").Outcome != soak.NotDue {
		t.Errorf("%s %+v", r.Verdict, r.Checks)
	}
}

// TestWithoutAnythingAtAll: the JSON contract holds for an empty run.
func TestWithoutAnythingAtAll(t *testing.T) {
	j, err := New(soak.RunInfo{}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	j.Finish(false)
	r := j.Report(time.Time{})
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	lists := regexp.MustCompile(`"(memory|checks|signals|scenarios|events|warnings|targets|interruptions|traits|models)":null`)
	if got := lists.FindString(string(b)); got != "" {
		t.Errorf("a list is null: %s", got)
	}
	if r.Verdict != soak.VerdictNotMeasured || r.ExitCode != soak.ExitNotMeasured || r.Schema != soak.ReportSchema {
		t.Errorf("%s, exit %d, %s", r.Verdict, r.ExitCode, r.Schema)
	}
	s := tell(t, check("memory.max < 1"))
	s.samples(flat(700e6), 0, time.Minute, 5*time.Second)
	if b, _ := json.Marshal(s.end(time.Minute)); lists.Find(b) != nil {
		t.Errorf("a list is null: %s", lists.Find(b))
	}
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	info := soak.RunInfo{Targets: []soak.TargetInfo{{Name: node}}}
	_, err := New(info, map[string]*soak.Profile{node: check("memory.maxx < 1")}, Options{})
	if err == nil || !strings.Contains(err.Error(), "profile test: check x: expr: memory has no fact maxx; did you mean memory.max?") {
		t.Errorf("%v", err)
	}
	if _, err := New(info, nil, Options{Inconclusive: "maybe"}); err == nil {
		t.Error("--inconclusive maybe was taken")
	}
}

// TestOwnWordsReplaceTheBuiltInChecks: a profile that looks at the leak itself
// is not asked twice.
func TestOwnWordsReplaceTheBuiltInChecks(t *testing.T) {
	s := tell(t, check(`memory.leak == "no" && node.oom_kills == 0`))
	s.samples(flat(700e6), 0, time.Minute, 5*time.Second)
	if r := s.end(time.Minute); len(r.Checks) != 1 {
		t.Errorf("%+v", r.Checks)
	}
}

func TestWarnings(t *testing.T) {
	s := tell(t, check("memory.max < 5*GB"))
	first := sample(0, 700e6)
	first.Set(soak.Restarts, 4)
	late := fired(time.Minute, "workout", 10, time.Millisecond)
	late.Due = 12
	s.record(soak.Batch{
		Samples:  []soak.Sample{first},
		Events:   []soak.Event{event(time.Second, soak.EventWarning, func(e *soak.Event) { e.Text = "the disk is nearly full" }), {At: at(time.Minute), Kind: soak.EventBrake, Text: "errors above 5 %"}},
		Load:     []soak.LoadInterval{late},
		Observer: &soak.Observer{Samples: 100, Missed: 5},
	})
	r := s.end(time.Minute + time.Second)
	text := strings.Join(r.Warnings, "\n")
	for _, want := range []string{
		"the disk is nearly full", "had restarted it 4 times before the first sample", "no line of its log could be read",
		"5 of 105 samples were missed", "only 10 of 12 requests that were due were sent", "the last sample is from 1m1s before the run's end",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no warning %q in\n%s", want, text)
		}
	}
	if r.Load.Brake == nil || r.Load.Brake.Reason != "errors above 5 %" {
		t.Errorf("brake: %+v", r.Load.Brake)
	}
}

// TestTwoTargets have their own profiles, checks and load.
func TestTwoTargets(t *testing.T) {
	info := soak.RunInfo{Started: began, Interval: 5, Targets: []soak.TargetInfo{{Name: node, Started: began}, {Name: "other", Started: began}}}
	j, err := New(info, map[string]*soak.Profile{node: check("load.requests > 0"), "other": check("load.requests > 0 || memory.max < 1*GB")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for d := time.Duration(0); d <= time.Minute; d += 5 * time.Second {
		b := sample(d, 600e6)
		b.Target = "other"
		if err := j.Record(soak.Batch{Samples: []soak.Sample{sample(d, 700e6), b}}); err != nil {
			t.Fatal(err)
		}
	}
	_ = j.Record(soak.Batch{Load: []soak.LoadInterval{fired(time.Minute, "workout", 5, time.Millisecond)}})
	j.Finish(false)
	r := j.Report(at(time.Minute))
	var got []string
	for _, c := range r.Checks {
		if c.ID == "no-leak" {
			continue // a minute may or may not be enough to tell
		}
		got = append(got, c.Target+" "+c.ID+" "+string(c.Outcome))
	}
	want := node + " x pass," + node + " no-oom-kill pass,other x pass,other no-oom-kill pass"
	if strings.Join(got, ",") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ","), want)
	}
	if len(r.Memory) != 2 || r.Memory[1].Components["working_set"].Max != 600e6 {
		t.Errorf("memory: %+v", r.Memory)
	}
}
