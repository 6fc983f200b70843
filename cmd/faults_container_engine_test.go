package cmd_test

import (
	"context"
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

// TestFaultsOfTheContainer restarts, kills, starves, pauses, renames and
// replaces one container over and over in one soak: each event is told at its
// time, and what was up was sampled.
func TestFaultsOfTheContainer(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	p := rig.RunPuppet(probe.Spec{Memory: 96 << 20, Restart: "always"})
	id, name := p.ID, p.Name()
	w := watch(t, rig.Options.Host, []string{"--profile", "generic"}, name)
	ctx := context.Background()
	n := rounds(2)
	for range n {
		w.do(name, soak.EventExit, "", func() error { return rig.Restart(ctx, id, time.Second) })
		w.do(name, soak.EventExit, "SIGKILL", func() error { return rig.Kill(ctx, id, "SIGKILL") })
		if err := rig.Start(ctx, id); err != nil {
			t.Fatal(err)
		}
		p.Ready()
		w.do(name, soak.EventOOM, "", func() error { p.Do("alloc?mb=150"); return nil })
		w.do(name, soak.EventPause, "", func() error { return rig.Pause(ctx, id) })
		w.do(name, soak.EventUnpause, "", func() error { return rig.Unpause(ctx, id) })
		w.do(name, soak.EventRename, "-away", func() error { return rig.Rename(ctx, id, name+"-away") })
		w.do(name, soak.EventRename, "", func() error { return rig.Rename(ctx, id, name) })
		w.do(name, soak.EventRecreate, "", func() (err error) {
			if err = rig.Remove(ctx, id); err == nil {
				again := p.Spec
				again.Args = append([]string{"/app"}, again.Args...)
				id, err = rig.Launcher.Run(ctx, again)
			}
			return err
		})
		p.Ready()
	}
	r := w.end()
	came := whileUp(readRecord(t, filepath.Join(w.dir, record.FileName)), 200*time.Millisecond)
	came.rounds = n
	m := memoryOf(t, r, name)
	if want := 1 + 4*n; m.Lives != want {
		t.Errorf("%d lives, want %d", m.Lives, want)
	}
	if m.Lives == 1+4*n && m.Leak != soak.LeakYes && !t.Failed() {
		came.right = n
	}
	if came.doubled > 0 || came.lost > came.expected/20+excused(r, 200*time.Millisecond) {
		t.Errorf("%+v", came)
	}
	faultTable.add("here (cgroup files)", "container restarted, killed, OOM-killed, paused, renamed, re-created", came)
}

// whileUp counts the samples that were due while the container was up, from
// the start of each life to its end. The first of a life is due within one
// interval of its start.
func whileUp(k *kept, every time.Duration) (came row) {
	came.doubled = k.doubled()
	for life := range k.lives {
		var in []soak.Sample
		for _, s := range k.samples {
			if s.Life == life {
				in = append(in, s)
			}
		}
		end := in[len(in)-1].At
		for _, e := range k.events {
			if e.Kind == soak.EventExit && e.Life == life {
				end = e.At
			}
		}
		begin := in[0].At
		if life > 1 {
			begin = in[0].Started.Add(every)
		}
		due := int(end.Sub(begin) / every)
		came.expected += max(due, len(in))
		came.lost += max(due-len(in), 0)
	}
	return came
}

// TestFaultsOfTheLog rotates the log away under its reader, read as a file and
// through the API: no line is lost or comes twice.
func TestFaultsOfTheLog(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	proxy := rig.Proxy()
	profile := filepath.Join(t.TempDir(), "counting.yaml")
	if err := os.WriteFile(profile, []byte(countingProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	for where, host := range map[string]string{"here (log file)": rig.Options.Host, "through the API": proxy.TCP} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			for range rounds(1) {
				p := rig.RunPuppet(probe.Spec{Args: []string{"log", "3ms", "stdout"}, LogDriver: "json-file", LogOptions: map[string]string{"max-size": "40k", "max-file": "5"}})
				out := t.TempDir()
				b := start(t, nil, "soak", "--container", p.Name(), "--docker-host", host, "--profile", profile, "--load", "none",
					"--duration", "8s", "--interval", "1s", "--out", out, "--format", "json")
				code := b.ends(t, 40*time.Second)
				var r soak.Report
				if err := json.Unmarshal([]byte(b.out.String()), &r); err != nil {
					t.Fatalf("exit %d, %v\n%s", code, err, b.errOut.String())
				}
				k := readRecord(t, filepath.Join(out, record.FileName))
				written := int(k.last-k.first) + 1 // since the first that the engine still held
				came := row{expected: written, lost: max(written-k.lines, 0), doubled: max(k.lines-written, 0)}
				if r.Memory[0].Leak != soak.LeakYes && !told(r, soak.EventLogGap) {
					came.right = 1
				}
				if came.lost+came.doubled > 0 || came.right == 0 || came.expected < 500 {
					t.Errorf("%+v: %+v", came, r.Events)
				}
				faultTable.add(where, "log rotated while it is read (lines)", came)
			}
		})
	}
}

// TestFaultsOfTheRecord breaks a record in each way that a disk or a user can,
// and asks the program about it: it says what is wrong and what to do.
func TestFaultsOfTheRecord(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "out")
	b := start(t, nil, "soak", "--load", "none", "--duration", "6s", "--interval", "5ms", "--out", whole, "--", "sleep", "60")
	wait(t, "the record", func() bool { _, err := os.Stat(filepath.Join(whole, record.FileName)); return err == nil })
	time.Sleep(time.Second)
	second := start(t, nil, "soak", "--resume", whole)
	if code := second.ends(t, 20*time.Second); code != soak.ExitUsage && code != soak.ExitNotMeasured {
		t.Errorf("two processes on one record: exit %d\n%s", code, second.errOut.String())
	}
	b.ends(t, 30*time.Second)
	samples := len(readRecord(t, filepath.Join(whole, record.FileName)).samples)
	faultTable.add("record", "opened by two processes", row{expected: samples, right: 1})
	for _, c := range []struct {
		name string
		do   func([]byte) []byte
		says string
	}{
		{"truncated", func(b []byte) []byte { return b[:len(b)*3/4] }, "is damaged"},
		{"corrupted", func(b []byte) []byte { return slices.Concat(b[:20000], make([]byte, 3000), b[23000:]) }, "is damaged"},
		{"from a newer version", func(b []byte) []byte { b[63] = 99; return b }, "newer leakcheck"},
	} {
		t.Run(c.name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join(whole, record.FileName))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), record.FileName)
			if err := os.WriteFile(path, c.do(content), 0o600); err != nil {
				t.Fatal(err)
			}
			b := start(t, nil, "report", path)
			code := b.ends(t, 20*time.Second)
			if code == soak.ExitPass || code == soak.ExitFail || !strings.Contains(b.errOut.String(), c.says) {
				t.Errorf("exit %d\n%s", code, b.errOut.String())
				return
			}
			came := row{expected: samples, right: 1}
			if c.says == "is damaged" {
				came.lost = samples - saved(t, path)
			}
			faultTable.add("record", c.name, came)
		})
	}
}

// saved counts the samples that `runs export` gets out of a damaged record.
func saved(t *testing.T, path string) int {
	t.Helper()
	b := start(t, nil, "runs", "export", path)
	b.ends(t, 20*time.Second)
	return max(strings.Count(b.out.String(), "\n")-1, 0) // but for the header
}
