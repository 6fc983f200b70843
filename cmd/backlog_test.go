package cmd

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/logscan"
)

var start = time.Date(2024, 12, 8, 9, 0, 0, 0, time.UTC)

// paper is a log on paper: a line each second, 10 MB long each.
type paper struct {
	lines int
	calls []int64 // the budgets that were asked for
}

const lineBytes = 10_000_000

func (p *paper) Recent(ctx context.Context, since time.Time, budget int64, line func(soak.Line)) (soak.LogSpan, error) {
	p.calls = append(p.calls, budget)
	first := max(0, p.lines-int(budget/lineBytes))
	span := soak.LogSpan{Skipped: int64(first) * lineBytes}
	for i := first; i < p.lines; i++ {
		if ctx.Err() != nil {
			return span, ctx.Err()
		}
		line(soak.Line{At: start.Add(time.Duration(i) * time.Second), Text: fmt.Appendf(nil, "line n=%d Error", i)})
	}
	return span, nil
}

// followed is a target whose Follow notes from when on it was asked.
type followed struct {
	soak.Target
	since time.Time
}

func (f *followed) Follow(ctx context.Context, since time.Time, _ func(soak.Line), _ func(soak.Event)) error {
	f.since = since
	<-ctx.Done()
	return nil
}

func TestALogIsReadNewestFirstAndNoLineTwice(t *testing.T) {
	rules, err := logscan.Compile([]soak.SignalRule{{Name: "line", Pattern: `n=(?P<n>\d+)`, Example: "n=1"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		budget  int64
		newest  int   // lines
		older   int   // lines
		skipped int64 // lines
	}{
		"all":                          {1 << 62, 6, 94, 0},
		"more than the newest slice":   {200_000_000, 6, 14, 80},
		"less than the newest slice":   {30_000_000, 3, 0, 97},
		"exactly what there is":        {1_000_000_000, 6, 94, 0},
		"the newest slice and no more": {newestSlice, 6, 0, 94},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, target := &paper{lines: 100}, &followed{}
				b := &backlog{Target: target, log: log, name: "node", budget: c.budget, older: rules.NewFeed("node", time.Now)}
				seen := map[string]int{}
				newest := 0
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() {
					done <- b.Follow(ctx, start, func(l soak.Line) { newest++; seen[string(l.Text)]++ }, nil)
				}()
				synctest.Wait()
				if !b.newestRead() || !b.isRead() {
					t.Error("it does not say that it has read")
				}
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
				older := 0
				for _, s := range b.older.Flush().Signals {
					if s.Name == "line" {
						older += s.Count
						seen[fmt.Sprintf("line n=%.0f Error", s.Values["n"])]++
					}
				}
				if newest != c.newest || older != c.older || b.skipped != c.skipped*lineBytes {
					t.Errorf("newest %d, older %d, skipped %d", newest, older, b.skipped/lineBytes)
				}
				for line, n := range seen {
					if n != 1 {
						t.Errorf("%q was read %d times", line, n)
					}
				}
				if want := start.Add(99*time.Second + time.Nanosecond); !target.since.Equal(want) {
					t.Errorf("followed from %s on, want %s", target.since, want)
				}
			})
		})
	}
}
