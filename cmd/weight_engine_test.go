package cmd_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// bench asks for the measurements at full length: LEAKCHECK_BENCH=1.
func bench() bool { return os.Getenv("LEAKCHECK_BENCH") != "" }

// TestWeightOfAFlood lets a container write 100 MB of log, with LEAKCHECK_BENCH=1
// a gigabyte, as fast as its engine takes it, with nobody watching and with a
// soak that follows. It prints what that costs the target and leakcheck; no
// line is missed, and leakcheck stays small.
func TestWeightOfAFlood(t *testing.T) {
	t.Parallel()
	const size, each = 100, 100_000
	total := 1_000_000
	if bench() {
		total = 10_000_000
	}
	rig := dockertest.Engine(t)
	profile := filepath.Join(t.TempDir(), "counting.yaml")
	if err := os.WriteFile(profile, []byte(countingProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, watched := range []bool{false, true} {
		p := rig.RunPuppet(probe.Spec{LogDriver: "json-file"})
		out := filepath.Join(t.TempDir(), "out")
		var b *bounded
		if watched {
			b = start(t, nil, "soak", "--container", p.Name(), "--docker-host", rig.Options.Host, "--profile", profile, "--load", "none",
				"--duration", "1h", "--interval", "1s", "--out", out)
			wait(t, "the record", func() bool { return readable(filepath.Join(out, record.FileName)) })
		}
		var most, rss int64
		began := time.Now()
		for n := 0; n < total; n += each {
			p.Do(fmt.Sprintf("log?from=%d&lines=%d&size=%d", n, each, size))
			if s, err := p.Sample(t.Context()); err == nil {
				ws, _ := s.Get(soak.WorkingSet)
				most = max(most, ws)
			}
			if watched {
				rss = max(rss, rssOf(b.Process.Pid))
			}
		}
		took := time.Since(began)
		said := fmt.Sprintf("%d MB of log in %.1f s (%.0f MB/s), followed %v: the target held %s at most",
			total*size/1e6, took.Seconds(), float64(total*size)/1e6/took.Seconds(), watched, soak.FormatBytes(float64(most)))
		if watched {
			written := time.Now()
			for counted := 0; counted < total; counted = readRecord(t, filepath.Join(out, record.FileName)).lines {
				if time.Since(written) > time.Minute {
					t.Fatalf("%d of %d lines are counted a minute after the last", counted, total)
				}
				time.Sleep(100 * time.Millisecond)
			}
			lag, cpu := time.Since(written), cpuOf(b.Process.Pid)
			_ = b.Process.Signal(os.Interrupt)
			b.ends(t, 20*time.Second)
			if got := readRecord(t, filepath.Join(out, record.FileName)).lines; got != total {
				t.Errorf("%d lines are counted, %d were written", got, total)
			}
			said += fmt.Sprintf("; leakcheck had counted all %d lines %.1f s later, held %s and used %.1f s of CPU", total, lag.Seconds(), soak.FormatBytes(float64(rss)), cpu.Seconds())
			if rss > 100e6 {
				t.Errorf("leakcheck holds %s", soak.FormatBytes(float64(rss)))
			}
		}
		t.Log(said)
		if err := rig.Remove(t.Context(), p.ID); err != nil {
			t.Error(err)
		}
	}
}

// cpuOf is the CPU time of a process and its threads, of proc(5) in ticks of a
// hundredth of a second.
func cpuOf(pid int) time.Duration {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	var user, system int64
	if len(fields) > 12 {
		_, _ = fmt.Sscan(fields[11], &user)
		_, _ = fmt.Sscan(fields[12], &system)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

const heavyProfile = `
name: heavy
extends: generic
service: {port: 8080, health: /}
scenarios:
  ask:
    steps:
      - {path: /ask, timeout: 5s}
load:
  full:
    - name: steady
      fire: [{scenario: ask, rate: RATE}]
`

// TestWeightOfALoad fires 1,000 requests a second for six seconds, with
// LEAKCHECK_BENCH=1 10,000 for a minute, and looks at leakcheck itself
// meanwhile: its memory, descriptors and goroutines stay flat.
func TestWeightOfALoad(t *testing.T) {
	t.Parallel()
	rate, length := 1000, 6*time.Second
	if bench() {
		rate, length = 10_000, time.Minute
	}
	var served atomic.Int64
	node := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	defer node.Close()
	profile := filepath.Join(t.TempDir(), "heavy.yaml")
	if err := os.WriteFile(profile, []byte(strings.ReplaceAll(heavyProfile, "RATE", fmt.Sprint(rate))), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	b := start(t, nil, "soak", "--profile", profile, "--url", node.URL, "--load", "full", "--duration", length.String(), "--interval", "500ms",
		"--format", "json", "--out", out, "--", "sleep", "600")
	var files, memory, goroutines []int64
	var cpu time.Duration
	for running := true; running; {
		select {
		case <-b.done:
			running = false
		case <-time.After(length / 25):
			files, memory = append(files, openFilesOf(b.Process.Pid)), append(memory, rssOf(b.Process.Pid))
			goroutines = append(goroutines, goroutinesIn(t, filepath.Join(out, record.FileName)))
			cpu = max(cpu, cpuOf(b.Process.Pid))
		}
	}
	var r soak.Report
	if err := json.Unmarshal([]byte(b.out.String()), &r); err != nil {
		t.Fatalf("%v\n%s", err, b.errOut.String())
	}
	half, last := len(memory)/2, len(memory)-3
	t.Logf("%d requests a second for %s: %.0f were served, p99 %s; leakcheck held %s, then %s, %d files, then %d, %d goroutines, then %d, and used %.1f s of CPU; %s",
		rate, length, float64(served.Load())/length.Seconds(), latencyOf(r).Round(100*time.Microsecond), soak.FormatBytes(float64(memory[half])), soak.FormatBytes(float64(memory[last])),
		files[half], files[last], goroutines[half], goroutines[last], cpu.Seconds(), busy())
	if r.Load.Brake != nil {
		t.Logf("the brake stopped the load, on a machine that could not serve it: %s", r.Load.Brake.Reason)
	}
	// Where the machine stalls, requests are in flight for as long as it does.
	inFlight := int64(float64(rate) * latencyOf(r).Seconds())
	if memory[last] > memory[half]*3/2+10e6 || files[last] > files[half]*2+50+2*inFlight || goroutines[last] > goroutines[half]*2+2000 {
		t.Errorf("memory %v, files %v, goroutines %v", memory, files, goroutines)
	}
	if bench() && r.Load.Brake == nil && served.Load() < int64(rate)*int64(length.Seconds())*9/10 {
		t.Errorf("only %d requests were served", served.Load())
	}
}

// latencyOf is the 99th percentile of ask.
func latencyOf(r soak.Report) time.Duration {
	for _, s := range r.Load.Scenarios {
		if s.Name == "ask" {
			return time.Duration(s.P99 * float64(time.Millisecond))
		}
	}
	return 0
}
