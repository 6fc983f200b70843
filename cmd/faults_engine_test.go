package cmd_test

import (
	"encoding/json"
	"errors"
	"maps"
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
)

// bounded runs the program, and kills it when it does not end in time.
type bounded struct {
	*exec.Cmd
	out, errOut strings.Builder
	done        chan struct{}
}

func start(t *testing.T, env []string, args ...string) *bounded {
	t.Helper()
	b := &bounded{Cmd: exec.Command(dockertest.Build(t, "leakcheck"), args...), done: make(chan struct{})}
	b.Env = append(append(os.Environ(), "XDG_STATE_HOME="+t.TempDir()), env...)
	b.Stdout, b.Stderr = &b.out, &b.errOut
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = b.Wait(); close(b.done) }()
	t.Cleanup(func() { _ = b.Process.Kill(); <-b.done })
	return b
}

// ends waits for the end and returns the exit code.
func (b *bounded) ends(t *testing.T, within time.Duration) int {
	t.Helper()
	select {
	case <-b.done:
	case <-time.After(within):
		_ = b.Process.Signal(syscall.SIGQUIT)
		<-b.done
		errOut := b.errOut.String()
		t.Fatalf("it did not end within %s:\n%s", within, errOut[:min(len(errOut), 20000)])
	}
	return b.ProcessState.ExitCode()
}

var faults = []dockertest.Fault{dockertest.Hang, dockertest.Late, dockertest.Cut, dockertest.Malformed, dockertest.Truncated, dockertest.Down}

// TestFaultsOfTheEngine injects each fault for some seconds of a run, with the
// engine on this machine, where memory is read past it, and elsewhere, where
// everything comes from it. The run goes on, ends in time and accuses nobody.
func TestFaultsOfTheEngine(t *testing.T) {
	t.Parallel()
	for range rounds(1) {
		faultyRound(t, faults, 12*time.Second, 3*time.Second)
	}
}

// TestFaultsOfAVerySlowEngine lets an engine answer after half a minute.
func TestFaultsOfAVerySlowEngine(t *testing.T) {
	t.Parallel()
	if !everyFault() {
		t.Skip("NOT TESTED: a minute each; `make faults` does it, and an engine that is 1.5 s late is tested always")
	}
	for range rounds(1) {
		faultyRound(t, []dockertest.Fault{dockertest.VeryLate}, 75*time.Second, 45*time.Second)
	}
}

// faultyRound injects each fault for a while into runs of a length, which go on
// at the same time: they mostly wait.
func faultyRound(t *testing.T, faults []dockertest.Fault, length, broken time.Duration) {
	rig := dockertest.Engine(t)
	puppet := rig.RunPuppet(probe.Spec{Args: []string{"log", "50ms", "stdout"}})
	var runs []*faulty
	spared := map[string]*faulty{} // a run without a fault: what it loses, the machine costs
	for _, where := range []string{"here (cgroup files)", "through the API"} {
		for _, f := range faults {
			runs = append(runs, newFaulty(t, rig, puppet.Name(), where, f, length))
		}
		spared[where] = newFaulty(t, rig, puppet.Name(), where, dockertest.NoFault, length)
	}
	for _, r := range slices.Concat(runs, slices.Collect(maps.Values(spared))) {
		wait(t, "the record", func() bool { _, err := os.Stat(r.record); return err == nil })
	}
	time.Sleep(3 * time.Second)
	for _, r := range runs {
		r.proxy.Set(r.fault)
	}
	time.Sleep(broken)
	for _, r := range runs {
		r.proxy.Set(dockertest.NoFault)
	}
	lost := map[string]int{}
	for where, r := range spared {
		lost[where] = r.judge(t).lost
	}
	for _, r := range runs {
		t.Run(r.where+"/"+string(r.fault), func(t *testing.T) {
			came, most := r.judge(t), 1+2*lost[r.where]
			if r.where == "through the API" {
				most += int(broken/faultyEvery) + 4
			}
			if came.lost > most {
				t.Errorf("%+v, want at most %d lost, and %d without a fault", came, most, lost[r.where])
			}
			faultTable.add(r.where, "engine "+string(r.fault), came)
		})
	}
}

// faulty is a run into which a fault is injected.
type faulty struct {
	*bounded
	proxy         *dockertest.FaultProxy
	where, record string
	fault         dockertest.Fault
	length        time.Duration
}

const faultyEvery = time.Second

func newFaulty(t *testing.T, rig *dockertest.Rig, name, where string, f dockertest.Fault, length time.Duration) *faulty {
	t.Helper()
	r := &faulty{proxy: rig.Proxy(), where: where, fault: f, length: length}
	dir := t.TempDir()
	host, profile, out := r.proxy.Socket, filepath.Join(dir, "counting.yaml"), filepath.Join(dir, "out")
	if where == "through the API" {
		host = r.proxy.TCP
	}
	if err := os.WriteFile(profile, []byte(countingProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	r.record = filepath.Join(out, "run.db")
	r.bounded = start(t, nil, "soak", "--container", name, "--docker-host", host, "--profile", profile, "--load", "none",
		"--duration", length.String(), "--interval", faultyEvery.String(), "--out", out, "--format", "json")
	return r
}

// judge holds what came of the run against what must have.
func (f *faulty) judge(t *testing.T) row {
	code := f.ends(t, f.length+30*time.Second)
	var r soak.Report
	if err := json.Unmarshal([]byte(f.out.String()), &r); err != nil {
		t.Fatalf("exit %d, %v\n%s\n%s", code, err, f.out.String(), f.errOut.String())
	}
	k := readRecord(t, f.record)
	came := row{expected: int(f.length/faultyEvery) + 1}
	came.lost = max(came.expected-len(k.samples), 0)
	came.doubled = k.doubled()
	if code == r.ExitCode && (code == soak.ExitPass || code == soak.ExitInconclusive) && r.Memory[0].Leak != soak.LeakYes {
		came.right = 1
	} else {
		t.Errorf("exit %d, the report says %d: %s", code, r.ExitCode, r.Memory[0].Why)
	}
	if came.doubled > 0 {
		t.Errorf("%+v", came)
	}
	if k.lines == 0 || k.lines != int(k.last)+1 {
		t.Errorf("%d lines are counted, the last is number %.0f", k.lines, k.last)
	}
	quiet := []dockertest.Fault{dockertest.NoFault, dockertest.Late, dockertest.VeryLate}
	if !told(r, soak.EventEngine) && !told(r, soak.EventGap) && !slices.Contains(quiet, f.fault) {
		t.Errorf("nothing is told of the fault: %+v", r.Events)
	}
	return came
}

// TestFaultsSignalsEndARunInOrder ends a run as a session that is closed and a
// service manager do.
func TestFaultsSignalsEndARunInOrder(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	puppet := rig.RunPuppet(probe.Spec{})
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			for range rounds(1) {
				faultTable.add("leakcheck", "is sent "+sig.String(), signalled(t, rig, puppet.Name(), sig))
			}
		})
	}
}

// signalled ends one soak with a signal.
func signalled(t *testing.T, rig *dockertest.Rig, name string, sig syscall.Signal) (came row) {
	out := t.TempDir()
	b := start(t, nil, "soak", "--container", name, "--docker-host", rig.Options.Host, "--profile", "generic",
		"--load", "none", "--duration", "1h", "--interval", "500ms", "--out", out)
	wait(t, "the record", func() bool { _, err := os.Stat(filepath.Join(out, "run.db")); return err == nil })
	time.Sleep(2 * time.Second)
	_ = b.Process.Signal(sig)
	if code := b.ends(t, 10*time.Second); code == soak.ExitInterrupted {
		came.right = 1
	} else {
		t.Errorf("exit %d\n%s", code, b.errOut.String())
	}
	for _, name := range []string{"run.json", "report.html", "junit.xml", "summary.md", "samples.csv", "memory.svg"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
	k := readRecord(t, filepath.Join(out, "run.db"))
	due := whileUp(k, 500*time.Millisecond)
	came.expected, came.lost, came.doubled = due.expected, due.lost, due.doubled
	return came
}

// TestFaultsAFullDiskStillEndsInAVerdict fills the disk under the record in mid-run.
func TestFaultsAFullDiskStillEndsInAVerdict(t *testing.T) {
	t.Parallel()
	for range rounds(1) {
		fullDisk(t)
	}
}

func fullDisk(t *testing.T) {
	rig := dockertest.Engine(t)
	puppet := rig.RunPuppet(probe.Spec{Args: []string{"log", "20ms"}})
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: no small disk can be mounted here: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	b := start(t, nil, "soak", "--container", puppet.Name(), "--docker-host", rig.Options.Host, "--profile", "generic",
		"--load", "none", "--duration", "8s", "--interval", "100ms", "--out", filepath.Join(disk, "out"), "--format", "json")
	wait(t, "the record", func() bool { _, err := os.Stat(filepath.Join(disk, "out", "run.db")); return err == nil })
	time.Sleep(time.Second)
	if err := os.WriteFile(filepath.Join(disk, "filler"), make([]byte, 4<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	code := b.ends(t, 30*time.Second)
	var r soak.Report
	if err := json.Unmarshal([]byte(b.out.String()), &r); err != nil {
		t.Fatalf("exit %d, %v\n%s", code, err, b.errOut.String())
	}
	if r.Verdict == "" || r.Memory[0].Samples+excused(r, 100*time.Millisecond) < 60 || !strings.Contains(strings.Join(r.Warnings, "\n"), "record is incomplete") {
		t.Errorf("verdict %q after %d samples, warnings %q", r.Verdict, r.Memory[0].Samples, r.Warnings)
	}
	if code != soak.ExitNotMeasured {
		t.Errorf("exit %d: reports that could not be written go unsaid", code)
	}
	came := row{expected: 81, lost: max(0, 81-r.Memory[0].Samples)}
	if !t.Failed() {
		came.right = 1
	}
	faultTable.add("record", "disk full", came)
}
