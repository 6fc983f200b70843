package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// hostileComparison is one whose every text from outside tries something.
func hostileComparison(outcomes ...soak.Worse) Comparison {
	evil := "<script>alert(1)</script>\x1b[31m\n"
	c := Comparison{BeforeName: evil, AfterName: evil}
	at := time.Unix(1_700_000_000, 0)
	curves := NewCollector(0)
	for _, o := range outcomes {
		c.Targets = append(c.Targets, soak.Comparison{
			Target: evil, Before: soak.Compared{Target: evil}, After: soak.Compared{Target: evil}, Change: "no difference", Basis: "hour",
			Slope: &soak.Interval{Estimate: 1e6, Low: -1e6, High: 3e6}, Outcome: o, Why: evil, Warnings: []string{evil},
		})
	}
	for i := range 100 {
		s := soak.Sample{Target: evil, Life: 1, At: at.Add(time.Duration(i) * time.Second)}
		s.Set(soak.WorkingSet, int64(100e6+i*1e6))
		_ = curves.Record(soak.Batch{Samples: []soak.Sample{s}})
	}
	c.BeforeSeries, c.AfterSeries = curves.Series(), curves.Series()
	for _, r := range []*soak.Report{&c.Before, &c.After} {
		r.Run.ID, r.Run.Profile = evil, evil
		r.Checks = []soak.CheckResult{{ID: "x", Target: evil, Text: evil, Outcome: soak.Pass}}
	}
	c.After.Checks[0].Outcome = soak.Fail
	return c
}

func TestAComparisonSaysNothingThatIsObeyed(t *testing.T) {
	c := hostileComparison(soak.IsWorse, soak.NoWorse)
	var page, text, data bytes.Buffer
	for _, err := range []error{SheetHTML(&page, c.Sheet()), SheetText(&text, c.Sheet(), TextOptions{Width: 80}), SheetJSON(&data, c.Sheet())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if s := page.String(); strings.Count(s, "<script") != 1 || strings.Contains(s, "\x1b") || strings.Count(s, `class="line `) < 4 {
		t.Error("the page holds a script, an escape, or not both curves")
	}
	if s := text.String(); strings.Contains(s, "\x1b") || !strings.Contains(s, "WORSE") || !strings.Contains(s, "NO WORSE") {
		t.Errorf("the text is wrong:\n%s", s)
	}
	for _, line := range strings.Split(text.String(), "\n") {
		if width(line) > 80 {
			t.Errorf("%d columns: %s", width(line), line)
		}
	}
	var back struct {
		Schema   string            `json:"schema"`
		Results  []soak.Comparison `json:"results"`
		ExitCode int               `json:"exit_code"`
		Checks   []pairedCheck     `json:"checks"`
	}
	if err := json.Unmarshal(data.Bytes(), &back); err != nil || back.Schema != CompareSchema || len(back.Results) != 2 || back.ExitCode != 1 || len(back.Checks) != 2 {
		t.Errorf("%v: %+v", err, back)
	}
	if bytes.ContainsRune(data.Bytes(), 0x1b) || bytes.Contains(data.Bytes(), []byte(": null,\n      \"warnings\"")) {
		t.Error("the JSON would be obeyed by a terminal")
	}
}

func TestTheWorstAnswerIsTheExitCode(t *testing.T) {
	for _, x := range []struct {
		answers []soak.Worse
		want    int
	}{
		{[]soak.Worse{soak.NoWorse}, 0},
		{[]soak.Worse{soak.NoWorse, soak.WorseUnknown}, 4},
		{[]soak.Worse{soak.WorseUnknown, soak.IsWorse, soak.NoWorse}, 1},
	} {
		if got := hostileComparison(x.answers...).ExitCode(); got != x.want {
			t.Errorf("%v: exit code %d, want %d", x.answers, got, x.want)
		}
	}
}

// TestThePageOfAComparisonBeginsWithWhatDiffers and counts what neither run was
// long enough for.
func TestThePageOfAComparisonBeginsWithWhatDiffers(t *testing.T) {
	c := fixedComparison()
	c.Before.Checks, c.After.Checks = nil, nil
	add := func(id string, before, after soak.Outcome) {
		target := c.Targets[0].Before.Target
		c.Before.Checks = append(c.Before.Checks, soak.CheckResult{ID: id, Target: target, Text: id, Outcome: before})
		c.After.Checks = append(c.After.Checks, soak.CheckResult{ID: id, Target: c.Targets[0].After.Target, Text: id, Outcome: after})
	}
	add("same", soak.Pass, soak.Pass)
	for i := range manyWaiting {
		add(fmt.Sprint("open", i), soak.NotDue, soak.NotDue)
	}
	add("fixed", soak.Fail, soak.Pass)
	page := c.checklists()[1]
	if len(page.Table.Rows) != 2 || page.Table.Rows[0][2].Text != "fixed" || len(page.Notes) != 1 || !strings.HasPrefix(page.Notes[0].Text, "5 more in either run") {
		t.Errorf("%+v", page)
	}
}
