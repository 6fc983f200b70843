package cmd_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// watched is a soak that goes on while a test does things to its containers.
type watched struct {
	t    *testing.T
	cmd  *exec.Cmd
	dir  string
	told string // what --notify wrote
	host string
	did  []deed
}

// deed is something that was done, and the event that must tell it.
type deed struct {
	target string
	kind   soak.EventKind
	text   string
	// from and to are when it began and was done: an engine may take its time.
	from, to time.Time
}

// watch starts a soak of containers, without load, and waits for its samples.
func watch(t *testing.T, host string, args []string, names ...string) *watched {
	t.Helper()
	w := &watched{t: t, dir: filepath.Join(t.TempDir(), "out"), told: filepath.Join(t.TempDir(), "told"), host: host}
	all := []string{"soak", "--docker-host", host, "--load", "none", "--duration", "2h", "--interval", "200ms", "--out", w.dir,
		"--notify", `echo "$LEAKCHECK_EVENT $LEAKCHECK_TARGET" >> ` + w.told}
	for _, name := range names {
		all = append(all, "--container", name)
	}
	w.cmd = program(t, t.TempDir(), append(all, args...)...)
	wait(t, "samples of all containers", func() bool {
		if !readable(filepath.Join(w.dir, record.FileName)) {
			return false
		}
		seen := map[string]bool{}
		for _, s := range readRecord(t, filepath.Join(w.dir, record.FileName)).samples {
			seen[s.Target] = true
		}
		return len(seen) == len(names)
	})
	return w
}

// do does something and notes what must be told of it.
func (w *watched) do(target string, kind soak.EventKind, text string, what func() error) {
	w.t.Helper()
	d := deed{target: target, kind: kind, text: text, from: time.Now()}
	if err := what(); err != nil {
		w.t.Fatalf("%s of %s: %v", kind, target, err)
	}
	d.to = time.Now()
	w.did = append(w.did, d)
	time.Sleep(1500 * time.Millisecond) // so that one is not told for another
}

// end ends the soak and holds its report against what was done.
func (w *watched) end() soak.Report {
	w.t.Helper()
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Fatal(err)
	}
	_ = w.cmd.Wait()
	if code := w.cmd.ProcessState.ExitCode(); code != soak.ExitInterrupted {
		w.t.Errorf("exit code %d, want %d", code, soak.ExitInterrupted)
	}
	var r soak.Report
	b, err := os.ReadFile(filepath.Join(w.dir, "run.json"))
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range w.did {
		found := slices.IndexFunc(r.Events, func(e soak.Event) bool {
			return e.Target == d.target && e.Kind == d.kind && strings.Contains(e.Text, d.text) &&
				e.At.After(d.from.Add(-time.Second)) && e.At.Before(d.to.Add(8*time.Second))
		})
		if found < 0 {
			w.t.Errorf("no event %q with %q for %s at about %s", d.kind, d.text, d.target, d.from.UTC().Format(time.StampMilli))
		}
	}
	if w.t.Failed() {
		for _, e := range r.Events {
			w.t.Logf("%s %s life %d %s: %s", e.At.Format(time.StampMilli), e.Target, e.Life, e.Kind, e.Text)
		}
	}
	return r
}

// notices counts what --notify was told, by "event target".
func (w *watched) notices() map[string]int {
	n := map[string]int{}
	b, _ := os.ReadFile(w.told)
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		n[line]++
	}
	return n
}

func memoryOf(t *testing.T, r soak.Report, name string) soak.MemoryResult {
	t.Helper()
	for _, m := range r.Memory {
		if m.Target == name {
			return m
		}
	}
	t.Fatalf("no memory of %s in the report", name)
	return soak.MemoryResult{}
}

// TestOneSoakTellsWhatBefallsItsContainers watches four containers at once,
// each with a profile of its own, while everything happens to them that can.
func TestOneSoakTellsWhatBefallsItsContainers(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	ctx := t.Context()
	moved, hungry, wrapper, gone := rig.RunPuppet(probe.Spec{}), rig.RunPuppet(probe.Spec{Memory: 64 << 20, Restart: "always"}), rig.RunPuppet(probe.Spec{}), rig.RunPuppet(probe.Spec{})
	profile := filepath.Join(t.TempDir(), "counting.yaml")
	if err := os.WriteFile(profile, []byte(countingProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	wrapper.Do("child?mb=60")
	time.Sleep(5 * time.Second) // what dies young carried no curve
	w := watch(t, rig.Options.Host,
		[]string{"--profile", "node", "--profile", "jvm", "--profile", "generic", "--profile", profile},
		moved.Name(), hungry.Name(), wrapper.Name(), gone.Name())
	time.Sleep(3 * time.Second) // the child is looked at

	w.do(gone.Name(), soak.EventExit, "", func() error { return rig.Remove(ctx, gone.ID) })
	w.do(hungry.Name(), soak.EventOOM, "", func() error { hungry.Do("alloc?mb=100"); return nil })
	w.do(wrapper.Name(), soak.EventDeath, "died inside", func() error { return killLargest(t, wrapper) })
	w.do(moved.Name(), soak.EventPause, "frozen", func() error { return rig.Pause(ctx, moved.ID) })
	w.do(moved.Name(), soak.EventUnpause, "", func() error { return rig.Unpause(ctx, moved.ID) })
	w.do(moved.Name(), soak.EventLimit, "315 MB", func() error { return rig.SetMemory(ctx, moved.ID, 300<<20) })
	w.do(moved.Name(), soak.EventExit, "", func() error { return rig.Restart(ctx, moved.ID, time.Second) })
	w.do(moved.Name(), soak.EventRecreate, "", func() error {
		if err := rig.Remove(ctx, moved.ID); err != nil {
			return err
		}
		_, err := rig.Launcher.Run(ctx, probe.Spec{Name: moved.Name(), Image: moved.Spec.Image, Args: []string{"/app"}, Memory: 200 << 20})
		return err
	})
	time.Sleep(2 * time.Second)
	r := w.end()

	for name, want := range map[string]int{moved.Name(): 3, hungry.Name(): 2, wrapper.Name(): 2, gone.Name(): 1} {
		if m := memoryOf(t, r, name); m.Lives != want {
			t.Errorf("%s had %d lives, want %d", name, m.Lives, want)
		}
	}
	if m := memoryOf(t, r, moved.Name()); m.Components["limit"].Last != 200<<20 || m.Components["limit"].Max != 300<<20 {
		t.Errorf("the limit went %+v", m.Components["limit"])
	}
	profiles := map[string]string{}
	for _, info := range r.Run.Targets {
		profiles[info.Name] = info.Profile
	}
	want := map[string]string{moved.Name(): "node", hungry.Name(): "jvm", wrapper.Name(): "generic", gone.Name(): "counting"}
	for name, p := range want {
		if profiles[name] != p {
			t.Errorf("%s is judged by %q, want %q", name, profiles[name], p)
		}
	}
	told := w.notices()
	for line, n := range map[string]int{
		"death " + gone.Name(): 1, "recovery " + gone.Name(): 0, "death " + hungry.Name(): 1, "recovery " + hungry.Name(): 1,
		"death " + wrapper.Name(): 1, "recovery " + wrapper.Name(): 0, "death " + moved.Name(): 2, "recovery " + moved.Name(): 2,
	} {
		if told[line] != n {
			t.Errorf("--notify was told %q %d times, want %d: %v", line, told[line], n, told)
		}
	}
}

// killLargest kills the process that holds most inside a container.
func killLargest(t *testing.T, p *dockertest.Puppeteer) error {
	t.Helper()
	var most soak.Process
	wait(t, "the processes inside", func() bool {
		s, err := p.Sample(t.Context())
		for _, q := range s.Processes {
			if q.RSS > most.RSS {
				most = q
			}
		}
		return err == nil && most.RSS > 50<<20
	})
	return syscall.Kill(most.PID, syscall.SIGKILL)
}

// TestFaultsASoakOutlivesItsEngine stops and starts an engine of its own under
// a soak: with live-restore that is a gap in what the engine tells, without it
// the containers die and live again.
func TestFaultsASoakOutlivesItsEngine(t *testing.T) {
	t.Parallel()
	away := 3 * time.Second
	if everyFault() {
		away = time.Minute
	}
	for _, live := range []bool{true, false} {
		t.Run(fmt.Sprintf("live-restore=%v", live), func(t *testing.T) {
			t.Parallel()
			own := dockertest.OwnEngine(t, fmt.Sprintf("--live-restore=%v", live))
			rig := own.Rig()
			p := rig.RunPuppet(probe.Spec{Restart: "always", Args: []string{"log", "50ms", "stdout"}})
			profile := filepath.Join(t.TempDir(), "counting.yaml")
			if err := os.WriteFile(profile, []byte(countingProfile), 0o600); err != nil {
				t.Fatal(err)
			}
			w := watch(t, rig.Options.Host, []string{"--profile", profile}, p.Name())
			n := rounds(1)
			for range n {
				own.Stop()
				lost := time.Now().Add(-3 * time.Second)
				w.did = append(w.did, deed{p.Name(), soak.EventEngine, "lost", lost, lost})
				time.Sleep(away)
				w.do(p.Name(), soak.EventEngine, "back", func() error { own.Start(); return nil })
				time.Sleep(6 * time.Second)
			}
			r := w.end()
			k := readRecord(t, filepath.Join(w.dir, record.FileName))
			came := whileUp(k, 200*time.Millisecond)
			came.rounds = n
			if m := memoryOf(t, r, p.Name()); live {
				if m.Lives != 1 || k.lines != int(k.last)+1 || came.lost > came.expected/50+excused(r, 200*time.Millisecond) {
					t.Errorf("%d lives, %d lines of %.0f, %+v: the container went on", m.Lives, k.lines, k.last+1, came)
				}
			} else {
				w.diedAndCameBack(p.Name(), n, r, m)
			}
			if !t.Failed() && memoryOf(t, r, p.Name()).Leak != soak.LeakYes {
				came.right = n
			}
			faultTable.add("here (cgroup files)", fmt.Sprintf("engine stopped for %s, live-restore %v", soak.Duration(away), live), came)
		})
	}
}

// diedAndCameBack holds what is told of a container against n ends of it.
func (w *watched) diedAndCameBack(name string, n int, r soak.Report, m soak.MemoryResult) {
	w.t.Helper()
	if m.Lives != n+1 {
		w.t.Errorf("%d lives, want %d", m.Lives, n+1)
	}
	ends := 0
	for _, e := range r.Events {
		if e.Kind == soak.EventExit {
			ends++
		}
	}
	if told := w.notices(); ends != n || told["death "+name] != n || told["recovery "+name] != n {
		w.t.Errorf("%d ends are told, and to --notify %v, want %d each", ends, told, n)
	}
}
