package cmd_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// long asks for the tests at full length: LEAKCHECK_LONG=1.
func long() bool { return os.Getenv("LEAKCHECK_LONG") == "1" }

// countingProfile counts the puppet's numbered log lines.
const countingProfile = `
name: counting
signals:
  - name: line
    pattern: '^line (?P<number>\d+)'
    example: line 7 xxx
    values: {number: 7}
`

// kept is what a record holds, added up.
type kept struct {
	samples  []soak.Sample
	events   []soak.Event
	lines    int     // counted by signals
	first    float64 // the number of the first line
	last     float64 // and of the last
	spanned  int64   // lines in the spans that were read
	lives    map[int]bool
	interval []soak.Interruption
	cost     soak.Observer
}

func (k *kept) Record(b soak.Batch) error {
	k.samples, k.events = append(k.samples, b.Samples...), append(k.events, b.Events...)
	for _, s := range b.Samples {
		k.lives[s.Life] = true
	}
	for _, s := range b.Signals {
		if s.Name == "line" {
			if k.lines == 0 { // the values are those of the last one that is counted
				k.first = s.Values["number"] - float64(s.Count-1)
			}
			k.lines += s.Count
			k.last = max(k.last, s.Values["number"])
		}
	}
	for _, l := range b.Logs {
		k.spanned += l.Lines
	}
	if b.Observer != nil {
		k.cost = *b.Observer
	}
	return nil
}

// readable reports whether a record has been begun.
func readable(path string) bool {
	rec, err := record.Open(path)
	if err == nil {
		_ = rec.Close()
	}
	return err == nil
}

// readRecord reads a record as another process sees it.
func readRecord(t *testing.T, path string) *kept {
	t.Helper()
	rec, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rec.Close() }()
	k := &kept{lives: map[int]bool{}, interval: rec.Meta().Info.Interruptions}
	if err := rec.Replay(k); err != nil {
		t.Fatal(err)
	}
	return k
}

// program starts the real program; what it says goes to the test's log when
// the test fails.
func program(t *testing.T, state string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(dockertest.Build(t, "leakcheck"), args...)
	c.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
	out := &strings.Builder{}
	c.Stdout, c.Stderr = out, out
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s:\n%s", strings.Join(args, " "), out)
		}
	})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestFaultsKilledAgainAndAgain kills one run with SIGKILL at random moments and goes
// on with it each time: whatever was durable is there once at the end, no line
// of the log is missed or counted twice, and the run ends when it was to end.
func TestFaultsKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	kills, length := 3, 20*time.Second
	if everyFault() {
		kills = rounds(10)
	} else if long() {
		kills = 20
	}
	length = max(length, time.Duration(kills)*3*time.Second)
	for _, where := range []string{"out", "store"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			rig := dockertest.Engine(t)
			p := rig.RunPuppet(probe.Spec{Args: []string{"log", "20ms", "stdout"}})
			dir := t.TempDir()
			profile := filepath.Join(dir, "counting.yaml")
			if err := os.WriteFile(profile, []byte(countingProfile), 0o600); err != nil {
				t.Fatal(err)
			}
			path, ref := filepath.Join(dir, "out", record.FileName), filepath.Join(dir, "out")
			args := []string{
				"soak", "--container", p.Name(), "--docker-host", rig.Options.Host, "--profile", profile,
				"--interval", "50ms", "--load", "none", "--duration", length.String(),
			}
			if where == "out" {
				args = append(args, "--out", ref)
			}
			dockertest.Build(t, "leakcheck") // its time is not the run's
			began := time.Now()
			c := program(t, dir, args...)
			wait(t, "the first samples", func() bool {
				if where == "store" {
					found, _ := filepath.Glob(filepath.Join(dir, "leakcheck", "*.db"))
					if len(found) == 0 {
						return false
					}
					path, ref = found[0], "latest"
				}
				rec, err := record.Open(path)
				if err != nil {
					return false
				}
				defer func() { _ = rec.Close() }()
				return !rec.Last().IsZero()
			})
			var durable *kept
			for round := range kills {
				time.Sleep(time.Duration(rand.IntN(int(length) / kills / 3)))
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				_ = c.Wait()
				now := readRecord(t, path)
				now.holds(t, durable, fmt.Sprintf("after kill %d", round+1))
				durable = now
				c = program(t, dir, "soak", "--resume", ref)
			}
			err := c.Wait()
			if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if code := c.ProcessState.ExitCode(); code != soak.ExitPass && code != soak.ExitInconclusive {
				t.Errorf("the run ended with exit code %d", code)
			}
			if took := time.Since(began); took < length || took > length+30*time.Second {
				t.Errorf("the run took %s, though %s were planned", took, length)
			}
			end := readRecord(t, path)
			end.holds(t, durable, "at the end")
			if end.lines == 0 || end.lines != int(end.last)+1 || end.spanned < int64(end.lines) {
				t.Errorf("%d lines are counted and %d spanned, the last is number %.0f", end.lines, end.spanned, end.last)
			}
			if !maps.Equal(end.lives, map[int]bool{1: true}) {
				t.Errorf("lives %v, want one", end.lives)
			}
			if n := len(end.interval); n == 0 || n > kills {
				t.Errorf("%d interruptions are told after %d kills", n, kills)
			}
			for i := 1; i < len(end.interval); i++ {
				if end.interval[i].From.Before(end.interval[i-1].To) {
					t.Errorf("interruptions overlap: %+v", end.interval)
				}
			}
			came := row{rounds: kills, expected: len(end.samples), doubled: end.doubled()}
			if !t.Failed() {
				came.right = kills
			}
			faultTable.add("kill -9", "resumed, record in "+where, came)
			if where == "out" {
				for _, name := range []string{"run.json", "report.html", "junit.xml", "summary.md", "samples.csv"} {
					if _, err := os.Stat(filepath.Join(ref, name)); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
}

// holds reports whether all that was durable before is there, once and in order.
func (k *kept) holds(t *testing.T, before *kept, when string) {
	t.Helper()
	seen := map[int64]bool{}
	for _, s := range k.samples {
		if seen[s.At.UnixNano()] {
			t.Errorf("%s: the sample of %s is there twice", when, s.At)
		}
		seen[s.At.UnixNano()] = true
	}
	if before == nil {
		return
	}
	if len(k.samples) < len(before.samples) {
		t.Fatalf("%s: %d samples, but %d were durable", when, len(k.samples), len(before.samples))
	}
	for i, s := range before.samples {
		if got := k.samples[i]; !got.At.Equal(s.At) || got.Values != s.Values || got.Life != s.Life {
			t.Fatalf("%s: sample %d is %+v, was %+v", when, i, got, s)
		}
	}
	if k.lines < before.lines || k.spanned < before.spanned {
		t.Errorf("%s: %d lines of %d, before %d of %d", when, k.lines, k.spanned, before.lines, before.spanned)
	}
}

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
