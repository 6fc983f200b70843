package judge

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

func deployed(severity soak.Severity) *soak.Profile {
	p := check("memory.max < 5*GB", always)
	p.Files = []soak.FileCheck{{
		ID: "fix-deployed", Text: "The fix is in {container}", Paths: []string{"/app/helpers/gun.js"}, Contains: "const is404",
		Severe: severity, Hint: "docker-compose up -d --build --force-recreate {service}",
	}}
	p.Rollback = []string{"git checkout HEAD~1 helpers/gun.js", "docker-compose restart {service}"}
	return p
}

// TestTheWayBackOfAProcess leaves out what only an engine could do.
func TestTheWayBackOfAProcess(t *testing.T) {
	for kind, want := range map[string][]string{
		"process":   {"git checkout HEAD~1 helpers/gun.js"},
		"container": {"git checkout HEAD~1 helpers/gun.js", "docker-compose restart " + node},
	} {
		s := tell(t, deployed(soak.SeverityFail), func(i *soak.RunInfo) { i.Targets[0].Kind = kind })
		s.samples(flat(6e9), 0, time.Minute, 5*time.Second)
		if r := s.end(time.Minute); len(r.Rollback) != 1 || !slices.Equal(r.Rollback[0].Steps, want) {
			t.Errorf("%s: %+v, want %q", kind, r.Rollback, want)
		}
	}
}

// looked tells what was found in the container's files.
func (s *story) looked(files, holding float64) {
	s.record(soak.Batch{Signals: []soak.Signal{{At: began, Target: node, Name: soak.FileSignal + "fix-deployed", Count: 1,
		Values: map[string]float64{"files": files, "holding": holding}, Text: "what was seen"}}})
}

func TestFilesInTheContainer(t *testing.T) {
	for name, c := range map[string]struct {
		severity soak.Severity
		tell     func(*story)
		want     soak.Outcome
	}{
		"nobody looked": {tell: func(*story) {}, want: soak.NotRun},
		"no such file":  {tell: func(s *story) { s.looked(0, 0) }, want: soak.Inconclusive},
		"not deployed":  {tell: func(s *story) { s.looked(1, 0) }, want: soak.Fail},
		"a warning":     {soak.SeverityWarn, func(s *story) { s.looked(1, 0) }, soak.Warn},
		"deployed":      {tell: func(s *story) { s.looked(2, 1) }, want: soak.Pass},
		"looked again":  {tell: func(s *story) { s.looked(1, 0); s.looked(1, 1) }, want: soak.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t, deployed(c.severity), func(i *soak.RunInfo) {
				i.Targets[0].Labels = map[string]string{"com.docker.compose.service": "fitnessally"}
			})
			c.tell(s)
			s.samples(flat(1e9), 0, time.Minute, 5*time.Second)
			r := s.end(time.Minute)
			got := outcome(t, r, "fix-deployed")
			if got.Outcome != c.want || got.Text != "The fix is in "+node {
				t.Errorf("%+v, want %s", got, c.want)
			}
			if failed := c.want == soak.Fail; failed != (r.Verdict == soak.VerdictFail) || failed != (len(r.Rollback) == 1) {
				t.Errorf("verdict %s, rollback %v", r.Verdict, r.Rollback)
			} else if failed && (!strings.HasSuffix(got.Hint, "--force-recreate fitnessally") ||
				!slices.Equal(r.Rollback[0].Steps, []string{"git checkout HEAD~1 helpers/gun.js", "docker-compose restart fitnessally"})) {
				t.Errorf("hint %q, rollback %q: they lack the service's own name", got.Hint, r.Rollback[0].Steps)
			}
			if len(r.Signals) != 2 {
				t.Errorf("%d signals are listed, want the profile's 2: %+v", len(r.Signals), r.Signals)
			}
		})
	}
}

func TestAProcessHasNoFilesToLookInto(t *testing.T) {
	s := tell(t, deployed(""), func(i *soak.RunInfo) { i.Targets[0].Kind = "process" })
	for _, c := range s.end(time.Minute).Checks {
		if c.ID == "fix-deployed" {
			t.Errorf("%+v", c)
		}
	}
}

func TestErrorLinesAddUp(t *testing.T) {
	s := tell(t, check("memory.max < 5*GB"))
	say := func(text string, n int) {
		s.record(soak.Batch{Signals: []soak.Signal{{At: began, Target: node, Name: soak.ErrorSignal, Count: n, Text: text}}})
	}
	say("TypeError: N", 2)
	say("Error in getRecord after N retries", 40)
	say("TypeError: N", 3)
	want := []soak.ErrorLine{{Target: node, Text: "Error in getRecord after N retries", Count: 40}, {Target: node, Text: "TypeError: N", Count: 5}}
	if got := s.end(time.Minute).Errors; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// monitored tells an RSS line a minute from the start on.
func (s *story) monitored(m model, from, to time.Duration) {
	for d := from; d <= to; d += time.Minute {
		s.record(soak.Batch{Signals: []soak.Signal{hit(d, "memory_monitor", map[string]float64{"rss": m(d)})}})
	}
}

func TestTheLogRemembersWhatNobodySampled(t *testing.T) {
	first := func(c *soak.Check) { c.Window = soak.Window{To: soak.Duration(time.Hour)} }
	grows := func(d time.Duration) float64 { return leaking(500e6)(d) }
	for name, c := range map[string]struct {
		m       model
		leak    soak.Leak
		outcome soak.Outcome
	}{
		"grows": {grows, soak.LeakYes, soak.Fail},
		"flat":  {flat(900e6), soak.LeakNo, soak.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t, check(`memory.leak == "no"`, first), func(i *soak.RunInfo) { i.Started = at(20 * time.Hour); i.Interval = 1 })
			s.monitored(c.m, 10*time.Hour, 20*time.Hour) // newest first, as verify reads
			s.monitored(c.m, 0, 10*time.Hour)
			s.samples(flat(1e9), 20*time.Hour, 20*time.Hour+30*time.Second, time.Second)
			r := s.end(20*time.Hour + 30*time.Second)
			m := r.Memory[0]
			if m.Leak != c.leak || m.Source != "log" || len(m.Warnings) == 0 {
				t.Errorf("leak %s from %q: %s %v", m.Leak, m.Source, m.Why, m.Warnings)
			}
			if got := outcome(t, r, "x"); got.Outcome != c.outcome {
				t.Errorf("the first hour: %+v, want %s", got, c.outcome)
			}
		})
	}
}

func TestSamplesThatReachAsFarBackWin(t *testing.T) {
	s := tell(t, check(`memory.leak == "no"`), func(i *soak.RunInfo) { i.Interval = 60 })
	s.monitored(leaking(500e6), 0, 3*time.Hour)
	s.samples(flat(1e9), 0, 3*time.Hour, time.Minute)
	if m := s.end(3 * time.Hour).Memory[0]; m.Source == "log" || m.Leak == soak.LeakYes {
		t.Errorf("%s from %q: the log's figures were believed before the container's own", m.Leak, m.Source)
	}
}

func TestMemoriesAreBoundedAndKeepTheWholeSpan(t *testing.T) {
	var m memories
	r := rand.New(rand.NewPCG(3, 4))
	const n = 100_000
	for _, i := range r.Perm(n) {
		m.add(at(time.Duration(i)*time.Second), 1e9)
	}
	m.sort()
	if len(m.points) >= maxMemories || len(m.points) < maxMemories/4 {
		t.Errorf("%d figures are kept", len(m.points))
	}
	if first, last := m.points[0].at, m.points[len(m.points)-1].at; first.After(at(n/50*time.Second)) || last.Before(at(n*49/50*time.Second)) {
		t.Errorf("they span %s to %s", first, last)
	}
}

// A log that was read in part proves nothing for the whole run either, even
// if what was passed over was written before anybody looked.
func TestALogReadInPartLeavesTheWholeRunOpen(t *testing.T) {
	for _, skipped := range []int64{0, 1e9} {
		s := tell(t, check("signals.cleaned.count == 0"), func(i *soak.RunInfo) { i.Started = at(20 * time.Hour); i.Interval = 1 })
		s.samples(flat(1e9), 20*time.Hour, 20*time.Hour+30*time.Second, time.Second)
		s.record(soak.Batch{Logs: []soak.LogSpan{read(10*time.Hour, 20*time.Hour+30*time.Second, 1000)}})
		want := soak.Pass
		if skipped > 0 {
			s.record(soak.Batch{Logs: []soak.LogSpan{{Target: node, From: began, To: at(10 * time.Hour), Skipped: skipped}}})
			want = soak.Inconclusive
		}
		if got := outcome(t, s.end(20*time.Hour+30*time.Second), "x"); got.Outcome != want {
			t.Errorf("%d bytes passed over: %+v, want %s", skipped, got, want)
		}
	}
}
