package report

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// screenOf is a fixture's first screen.
func screenOf(t *testing.T, f fixture) string {
	t.Helper()
	var b strings.Builder
	if err := Screen(&b, f.view(), TextOptions{Width: 300, Plain: true}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestAPassLeavesNothingToDo: the hint of a check that warns says what to do
// about a failure, and there is none.
func TestAPassLeavesNothingToDo(t *testing.T) {
	f := healthy()
	f.report.Verdict = soak.VerdictPass
	f.report.Checks = []soak.CheckResult{{ID: "w", Target: node, Outcome: soak.Warn, Hint: "It depends on the services"}}
	if got := screenOf(t, f); strings.Contains(got, "It depends") || !strings.Contains(got, "next     nothing to do; 1 warning in the checklist") {
		t.Error(got)
	}
}

// TestEventsOfSeveralNameTheirContainer, in the live view as below a report.
func TestEventsOfSeveralNameTheirContainer(t *testing.T) {
	f := three()
	f.report.Events = []soak.Event{{At: start, Target: "redis", Kind: soak.EventHealth, Text: "health: healthy"}}
	o := FrameOptions{TextOptions: TextOptions{Width: 120}, Height: 40}
	if got := strings.Join(Frame(f.view(), o), "\n"); !strings.Contains(got, "redis: health: healthy") {
		t.Error(got)
	}
}

func TestAShortGapIsTimedInSeconds(t *testing.T) {
	f := healthy()
	f.report.Run.Interruptions = []soak.Interruption{{From: f.now.Add(-90 * time.Minute), To: f.now.Add(-90*time.Minute + 20*time.Second)}}
	if got := screenOf(t, f); !strings.Contains(got, "did not run from 20:42:00 to 20:42:20") {
		t.Error(got)
	}
}

func TestWhatAnEarlierRunSentIsItsOwn(t *testing.T) {
	f := healthy()
	f.report.Load = soak.LoadResult{Earlier: 500}
	if got := screenOf(t, f); !strings.Contains(got, "did      sent no load (an earlier run sent 500)") {
		t.Error(got)
	}
}

// TestAnUndecidedNodeIsSoakedLonger: the line and the command ask for the same length,
// counted from the beginning, since a new run begins anew, under the same load.
func TestAnUndecidedNodeIsSoakedLonger(t *testing.T) {
	f := undecided()
	f.report.Run.Targets, f.report.Run.Planned = []soak.TargetInfo{info(node, 0)}, 0
	f.report.Checks, f.report.ExitCode = nil, soak.ExitInconclusive
	f.report.Memory[0].HoursToDecide = ptr(1.5)
	if got := screenOf(t, f); !strings.Contains(got, "--load gentle --until-sure --duration 3h") || !strings.Contains(got, "settles  a run of 3 h would decide;") {
		t.Error(got)
	}
}

// TestAShortLookIsNoAlarm: what cannot be ruled out after seconds is told by
// how long the wall is not met, calmly.
func TestAShortLookIsNoAlarm(t *testing.T) {
	f := undecided()
	f.report.Memory = each(f.report.Memory, func(m *soak.MemoryResult) {
		near := *m.Forecast
		near.Hours.Low, m.Duration, m.Forecast = ptr(0.1), 20, &near
	})
	v := f.view()
	if text, tone := v.wall(v.Targets[0]); tone != Plain || text != "no sooner than in 6 min (20:56), as far as 20 s can tell; limit, 7.05 GB left" {
		t.Errorf("%s: %s", tone, text)
	}
}

// TestMarksWithoutUnicode: no symbol of ours or of a log line becomes the mark of
// what is undecided.
func TestMarksWithoutUnicode(t *testing.T) {
	for in, want := range map[string]string{
		"✓ pass ✗ fail": "+ pass x fail", "❌ Error": "x Error", "✅ up": "+ up", "⚠️ low": "! low", "🚀 Server": "* Server", "▶ run": "* run", "Größe": "Gr??e",
	} {
		if got := ascii(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// TestALabelAtTheTopStandsBelowItsWall, on the page and in the picture file, where
// the legend is above it, and two walls that all but touch have theirs side by side.
func TestALabelAtTheTopStandsBelowItsWall(t *testing.T) {
	c := &chart{X1: 1, Y: scale{High: 100}, Walls: []wallLine{{100, "limit"}, {98, "ceiling"}, {50, "heap cap"}}, format: soak.FormatBytes}
	var picture strings.Builder
	c.standalone(&picture, &Target{}, 0)
	page := string(fixtures()[0].view().drawn(c, "c", "").Over)
	for _, want := range []string{
		`x="86" y="79">limit<`, `x="429.2" y="85">ceiling<`, `x="86" y="208">heap cap<`, // of a plot that is 300 high, 64 below the top
	} {
		if !strings.Contains(picture.String(), want) {
			t.Errorf("no %s in %s", want, picture.String())
		}
	}
	for _, want := range []string{`x="0%" dx="8" y="0%" dy="15">limit<`, `x="40%" dx="8" y="2%" dy="15">ceiling<`, `x="0%" dx="8" y="50%" dy="-6">heap cap<`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
}

// TestProvenGrowthIsNoCalmMatter, although it may be settling: the wall is told
// with caution, at its worst.
func TestProvenGrowthIsNoCalmMatter(t *testing.T) {
	f := undecided()
	f.report.Memory = each(f.report.Memory, func(m *soak.MemoryResult) {
		near, grows := *m.Forecast, soak.Interval{Estimate: 2 * m.Tolerance, Low: 1.5 * m.Tolerance, High: 3 * m.Tolerance}
		near.Hours.Low, m.Slope, m.Forecast = ptr(0.1), &grows, &near
	})
	v := f.view()
	if text, tone := v.wall(v.Targets[0]); tone != Caution || !strings.HasPrefix(text, "at worst 6 min away (20:56): limit") {
		t.Errorf("%s: %s", tone, text)
	}
}

// TestWhatWouldDecideFitsTheRun: one that goes on may settle by itself, and a
// month is not waited for.
func TestWhatWouldDecideFitsTheRun(t *testing.T) {
	for _, x := range []struct {
		hours   float64
		planned float64 // seconds more than the run has had
		exit    int
		later   time.Duration // than its last sample
		want    string
	}{
		{1.5, 2 * 3600, soak.ExitInconclusive, 0, "settles  about "},
		{1.5, 3600, soak.ExitInconclusive, 0, "settles  a run of "},
		{1.5, 2 * 3600, soak.ExitInconclusive, time.Hour, "settles  a run of "},
		{1.5, 2 * 3600, soak.ExitInterrupted, time.Hour, "settles  about "},
		{1000, 0, soak.ExitInconclusive, time.Hour, "settles  not within a month"},
	} {
		f := undecided()
		f.report.Run.Planned, f.report.ExitCode = f.report.Run.Duration+x.planned, x.exit
		f.report.Memory[0].HoursToDecide = ptr(x.hours)
		f.now = f.now.Add(x.later)
		if got := screenOf(t, f); !strings.Contains(got, x.want) {
			t.Errorf("%g hours: no %q in\n%s", x.hours, x.want, got)
		}
	}
}
