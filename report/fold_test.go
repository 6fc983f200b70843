package report

import (
	"strings"
	"testing"

	"leakcheck/soak"
)

// textOf is a fixture's whole report, 80 columns wide.
func textOf(t *testing.T, f fixture) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, f.view(), TextOptions{Width: 80, Unicode: true}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWhatIsNotDueIsCounted, in a window of which something is told as well, and
// a few checks still stand in full.
func TestWhatIsNotDueIsCounted(t *testing.T) {
	for n, want := range map[int]string{2: "… not-due        c", manyWaiting: "not due yet  first hour (5)"} {
		f := undecided()
		f.report.Checks = []soak.CheckResult{{ID: "p", Target: node, Text: "passes", Window: "first hour", Outcome: soak.Pass}}
		for range n {
			f.report.Checks = append(f.report.Checks, soak.CheckResult{ID: "c", Target: node, Text: "c", Window: "first hour", Outcome: soak.NotDue})
		}
		if got := textOf(t, f); !strings.Contains(got, want) || !strings.Contains(got, "✓ pass           passes") {
			t.Errorf("%d checks:\n%s", n, got)
		}
	}
}

// TestHintsAreToldOnce: a check that fails in window after window says what to do
// in the first, and only what is new of it in the others.
func TestHintsAreToldOnce(t *testing.T) {
	f := undecided()
	fails := soak.CheckResult{Target: node, Outcome: soak.Fail, Text: "No 404 is retried", Evidence: "180 lines", Hint: "404s are retried. Rebuild it.", Next: "grep 404"}
	hour, day, warns := fails, fails, fails
	hour.Window, day.Window, warns.Window = "first hour", "24 hours", "7 days"
	day.Hint, day.Next = "404s are retried. Look for other loops.", "grep loop"
	warns.Outcome, warns.Evidence = soak.Warn, "181 lines"
	f.report.Checks = []soak.CheckResult{fails, hour, day, warns}
	got := textOf(t, f)
	_, got, _ = strings.Cut(got, "\nChecklist")
	for text, want := range map[string]int{
		"180 lines": 1, "181 lines": 1, "404s are retried": 1, "> Rebuild it": 0, "> Look for other loops.": 1, "> grep 404": 1, "> grep loop": 1,
		"as above": 3, "> as above": 1,
	} {
		if n := strings.Count(got, text); n != want {
			t.Errorf("%q stands %d times, want %d:\n%s", text, n, want, got)
		}
	}
	if first := screenOf(t, f); strings.Count(first, "404s are retried") != 1 {
		t.Error(first)
	}
}

// TestWhyStandsAtTheTop alone, not in the evidence and among the reasons again.
func TestWhyStandsAtTheTop(t *testing.T) {
	f := undecided()
	why := f.report.Memory[0].Why
	f.report.Checks = []soak.CheckResult{{Target: node, Outcome: soak.Inconclusive, Text: "It does not leak", Evidence: "the curve is undecided: " + why + "; it takes 3h"}}
	got := textOf(t, f)
	if strings.Count(strings.Join(strings.Fields(got), " "), why) != 1 || !strings.Contains(got, "the curve is undecided (why: see the top); it takes 3h") {
		t.Error(got)
	}
}

// TestNothingIsToldTwice: not the same evidence of what is undecided, not
// components that hold nothing, and not what was foretold while the run went on.
func TestNothingIsToldTwice(t *testing.T) {
	f := undecided()
	open := soak.CheckResult{Target: node, Outcome: soak.Inconclusive, Evidence: "the curve may still settle"}
	f.report.Checks = []soak.CheckResult{open, open}
	f.report.Memory = each(f.report.Memory, func(m *soak.MemoryResult) {
		m.Components = map[string]soak.Range{"anon": {First: 1, Max: 2}, "shmem": {}, "file": {}}
	})
	f.report.Events = []soak.Event{
		{At: start, Target: node, Kind: soak.EventPlan, Text: "will see leaks above 40 MB/h"},
		{At: start, Kind: soak.EventPlan, Duration: 60, Text: "goes on for a minute"},
	}
	var b strings.Builder
	if err := Text(&b, f.view(), TextOptions{Width: 80, Unicode: true}); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for text, want := range map[string]int{
		"the curve may still settle": 1, "as above": 1, "0 throughout: file, shmem": 1, "will see leaks above": 0, "goes on for a minute": 1,
	} {
		if n := strings.Count(got, text); n != want {
			t.Errorf("%q stands %d times, want %d:\n%s", text, n, want, got)
		}
	}
}

// TestTheScreenFoldsWhatIsAlike: one line for a fault that fails several windows.
func TestTheScreenFoldsWhatIsAlike(t *testing.T) {
	same := soak.CheckResult{Outcome: soak.Fail, Text: "No 404 is retried", Value: "180", Threshold: "0", Evidence: "retried = 180"}
	other := same
	other.Value = "181"
	open := soak.CheckResult{Outcome: soak.NotDue, Text: "It runs a day", Evidence: "due in 4m"}
	for want, checks := range map[string][]soak.CheckResult{
		"No 404 is retried (and 2 more alike): 180; wanted 0; retried = 180":                               {same, same, same},
		"No 404 is retried: 180; wanted 0; retried = 180\nNo 404 is retried: 181; wanted 0; retried = 180": {same, other},
		"It runs a day: due in 4m\nIt runs a day: due in 4m":                                               {open, open},
		"bare\nbare": {{Outcome: soak.Warn, Text: "bare"}, {Outcome: soak.Warn, Text: "bare"}},
	} {
		if got := strings.Join(inShort(checks), "\n"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// TestEachValueStandsBesideItsThreshold, and a check that passed fits a line.
func TestEachValueStandsBesideItsThreshold(t *testing.T) {
	for _, x := range []struct {
		outcome          soak.Outcome
		value, threshold string
		room             int
		want             string
	}{
		{soak.Fail, "", "", 80, "It holds"},
		{soak.Fail, "180", "0", 80, "It holds (180; wanted 0)"},
		{soak.Pass, "0", "0", 80, "It holds (0)"},
		{soak.Pass, "13, 4", "<= 130, <= 112", 80, "It holds (13, wanted <= 130; 4, wanted <= 112)"},
		{soak.Pass, "0, 61 MB", "0, <= 96.4 MB", 80, "It holds (0; 61 MB, wanted <= 96.4 MB)"},
		{soak.Pass, "13, 4", "<= 130, <= 112", 30, "It holds (13, 4)"},
		{soak.Fail, "13, 4", "<= 9, <= 112", 30, "It holds (13, wanted <= 9; 4, wanted <= 112)"},
		{soak.Fail, "1, 2", "<= 1", 80, "It holds (1, 2; wanted <= 1)"},
	} {
		c := soak.CheckResult{Outcome: x.outcome, Text: "It holds", Value: x.value, Threshold: x.threshold}
		if got := sentence(c, x.room); got != x.want {
			t.Errorf("got %s, want %s", got, x.want)
		}
	}
}

// TestSideBySideCountsWhatIsDueForNone, and keeps what is due for one.
func TestSideBySideCountsWhatIsDueForNone(t *testing.T) {
	f := three()
	f.report.Checks = []soak.CheckResult{{ID: "mixed", Target: "redis", Text: "mixed", Outcome: soak.NotDue}, {ID: "mixed", Target: node, Text: "mixed", Outcome: soak.Pass}}
	for i := range manyWaiting {
		for _, target := range []string{"redis", node} {
			f.report.Checks = append(f.report.Checks, soak.CheckResult{ID: "open" + strings.Repeat("x", i), Target: target, Text: "open", Outcome: soak.NotDue})
		}
	}
	g, waiting := f.view().sideBySide()
	if waiting != manyWaiting || len(g.Rows) != 1 || g.Rows[0][0].Text != "mixed" {
		t.Errorf("%d are left out of %v", waiting, g.Rows)
	}
	var page strings.Builder
	if err := HTML(&page, f.view()); err != nil || !strings.Contains(page.String(), "5 more are not due for any of them yet.") {
		t.Error("the page does not count them", err)
	}
}
