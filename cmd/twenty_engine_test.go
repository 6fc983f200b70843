package cmd_test

import (
	"fmt"
	"sync"
	"testing"

	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// TestTwentySoaks is how often three minutes are right: twenty stand-ins with
// the bug at different rates, half of them under a sawtooth, then twenty with
// the fix. `make bench-soak` runs it.
func TestTwentySoaks(t *testing.T) {
	if !long() {
		t.Skip("NOT MEASURED: forty soaks of three minutes take a quarter of an hour; make bench-soak runs them")
	}
	rig := dockertest.Engine(t)
	t.Run("bug", func(t *testing.T) {
		inside := 0
		for i, s := range twenty(t, rig, "--load", "none", buggy) {
			m := s.report.Memory[0]
			if m.Leak != soak.LeakYes || m.Pattern != soak.LinearGrowth || s.report.ExitCode != soak.ExitFail {
				t.Errorf("soak %d: exit %d, leak %s, %s: %s", i, s.report.ExitCode, m.Leak, m.Pattern, m.Why)
				continue
			}
			holds := m.Slope.Low <= s.truth && s.truth <= m.Slope.High
			t.Logf("soak %d: %s [%s, %s], true %s, inside: %v", i, soak.FormatRate(m.Slope.Estimate),
				soak.FormatRate(m.Slope.Low), soak.FormatRate(m.Slope.High), soak.FormatRate(s.truth), holds)
			if holds {
				inside++
			}
		}
		t.Logf("the true rate lies in the interval in %d of 20", inside)
		if inside < 17 {
			t.Error("want at least 17")
		}
	})
	t.Run("fix", func(t *testing.T) {
		for i, s := range twenty(t, rig, "--load", "full", fixed) {
			m := s.report.Memory[0]
			if m.HoursToDecide != nil {
				t.Logf("soak %d settles in %.1f h", i, *m.HoursToDecide)
			}
			t.Logf("soak %d: %s, leak %s: %s", i, m.Pattern, m.Leak, m.Why)
			for _, c := range s.report.Checks {
				if c.Outcome == soak.Fail {
					t.Errorf("soak %d: %s failed: %s", i, c.ID, c.Evidence)
				}
			}
			if m.Leak == soak.LeakInconclusive && m.HoursToDecide == nil {
				t.Errorf("soak %d is undecided and does not say for how long", i)
			}
		}
	})
}

func buggy(i int) []string {
	flags := []string{"--self-load", fmt.Sprint(0.5 + 0.075*float64(i))}
	if i%2 == 1 {
		flags = append(flags, "--curve", "sawtooth", "--seed", fmt.Sprint(i))
	}
	return flags
}

func fixed(i int) []string {
	flags := []string{"--fix", "--seed", fmt.Sprint(i)}
	if i%2 == 1 {
		flags = append(flags, "--curve", "sawtooth")
	}
	return flags
}

// soaked is one of the twenty: what it reports, and its true rate in bytes per
// hour.
type soaked struct {
	report soak.Report
	truth  float64
}

// twenty runs twenty soaks of three minutes, ten at a time: a stand-in leaks
// from its start and would not wait for its turn.
func twenty(t *testing.T, rig *dockertest.Rig, flag, value string, flags func(int) []string) (all []soaked) {
	for len(all) < 20 {
		var batch [10]soaked
		var wg sync.WaitGroup
		for i := range batch {
			node := launch(t, rig, 512<<20, flags(len(all)+i)...)
			wg.Go(func() {
				before := node.truth(t)
				batch[i].report = soakIt(t, rig, node.name, "--duration", "3m", flag, value)
				after := node.truth(t)
				batch[i].truth = float64(after.Leaked-before.Leaked) / (after.Elapsed - before.Elapsed) * 3600
			})
		}
		wg.Wait()
		all = append(all, batch[:]...)
	}
	return all
}
