package cmd_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// TestALongOldLogIsReadWithinItsBudget soaks a container that has written much
// before: the newest part of that is read, what was passed over is said, and of
// what comes no line is missed. Meanwhile its files and sockets pile up.
func TestALongOldLogIsReadWithinItsBudget(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	proxy := rig.Proxy()
	profile := filepath.Join(t.TempDir(), "counting.yaml")
	if err := os.WriteFile(profile, []byte(strings.Replace(countingProfile, "signals:", "extends: generic\nsignals:", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for where, host := range map[string]string{"log file": rig.Options.Host, "API": proxy.TCP} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			p := rig.RunPuppet(probe.Spec{})
			const old, fresh = 5000, 600
			p.Do("log?from=0&lines=5000&size=100")
			out := t.TempDir()
			b := start(t, nil, "soak", "--container", p.Name(), "--docker-host", host, "--profile", profile, "--load", "none",
				"--log-budget", "200kB", "--duration", "14s", "--interval", "100ms", "--out", out, "--format", "json")
			path := filepath.Join(out, record.FileName)
			wait(t, "the old log", func() bool { return readable(path) && readRecord(t, path).lines > 0 })
			p.Do("log?from=5000&lines=600&size=100")
			for running := true; running; {
				p.Do("open?files=10")
				p.Do("dial?connections=5")
				select {
				case <-b.done:
					running = false
				case <-time.After(300 * time.Millisecond):
				}
			}
			code := b.ends(t, 40*time.Second)
			var r soak.Report
			if err := json.Unmarshal([]byte(b.out.String()), &r); err != nil {
				t.Fatalf("exit %d, %v\n%s", code, err, b.errOut.String())
			}
			k := readRecord(t, path)
			if k.lines < fresh+500 || k.lines > fresh+old/2 {
				t.Errorf("%d lines were read, want the %d that came and about 2000 of the %d before", k.lines, fresh, old)
			}
			if !slices.ContainsFunc(r.Events, func(e soak.Event) bool {
				return e.Kind == soak.EventLogGap && strings.Contains(e.Text, "--log-budget")
			}) {
				t.Errorf("what was passed over is not said: %+v", r.Events)
			}
			if where == "API" {
				return // it tells nothing of files and sockets
			}
			m := r.Memory[0]
			if !slices.Contains(m.Traits, soak.TraitFDGrowth) {
				t.Errorf("traits %v, though files and sockets pile up", m.Traits)
			}
			for name, least := range map[string]int64{"fds": 200, "sockets": 100} {
				if c := m.Components[name]; c.Last < c.First+least {
					t.Errorf("%s went %+v, though %d were opened", name, c, least)
				}
			}
			outcome(t, r, "open-files", soak.Warn)
		})
	}
}
