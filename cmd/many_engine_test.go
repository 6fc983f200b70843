package cmd_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// TestManyContainersInOneSoak samples many containers each second through
// their cgroup files and looks at leakcheck itself meanwhile: no sample is
// missed, and its memory, descriptors and goroutines are flat.
func TestManyContainersInOneSoak(t *testing.T) {
	for _, c := range []struct {
		containers int
		most       int64 // of leakcheck's own memory; 0 for any
	}{{20, 40_000_000}, {50, 0}, {100, 0}} {
		t.Run(fmt.Sprint(c.containers), func(t *testing.T) {
			length := 25 * time.Second
			switch {
			case c.containers == 20 && bench():
				length = 4 * time.Minute
			case c.containers == 100 && bench():
				length = time.Minute
			case c.containers == 50 && long():
				length = 10 * time.Minute
			case c.containers > 20:
				t.Skip("NOT TESTED: fifty containers for ten minutes take LEAKCHECK_LONG=1, a hundred for one LEAKCHECK_BENCH=1")
			}
			rig := dockertest.Engine(t)
			image := rig.BuildImage(dockertest.Puppet)
			out := filepath.Join(t.TempDir(), "out")
			args := []string{"soak", "--docker-host", rig.Options.Host, "--load", "none", "--duration", length.String(), "--interval", "1s", "--out", out}
			for i := range c.containers {
				s := probe.Spec{Name: rig.Name(fmt.Sprintf("many%d", i)), Image: image, Args: []string{"/app", "log", "1s"}, Memory: 64 << 20}
				if _, err := rig.Launcher.Run(t.Context(), s); err != nil {
					t.Fatal(err)
				}
				args = append(args, "--container", s.Name)
			}
			p := program(t, t.TempDir(), args...)
			started := time.Now()
			var files, memory, goroutines []int64
			for time.Since(started) < length {
				time.Sleep(length / 25)
				files, memory = append(files, openFilesOf(p.Process.Pid)), append(memory, rssOf(p.Process.Pid))
				goroutines = append(goroutines, goroutinesIn(t, filepath.Join(out, record.FileName)))
			}
			_ = p.Wait()
			b, err := os.ReadFile(filepath.Join(out, "run.json"))
			if err != nil {
				t.Fatal(err)
			}
			var r soak.Report
			if err := json.Unmarshal(b, &r); err != nil {
				t.Fatal(err)
			}
			o := r.Observer
			if len(memory) < 16 {
				t.Fatalf("the machine was too busy to look more than %d times", len(memory))
			}
			// What leakcheck knows of itself is noted each ten seconds.
			// A machine with much to do looks less often than 25 times.
			first, late := len(files)*8/25, len(files)*22/25
			early := first
			if goroutines[early] == 0 {
				early = len(files) * 12 / 25
			}
			t.Logf("%d containers for %s: %d samples, %d missed, %d late, at most %.0f ms; %d files, then %d; %d goroutines, then %d; %s, then %s; %.1f s of CPU; %d engine calls; %s",
				c.containers, length, o.Samples, o.Missed, o.Late, o.MaxLate*1000, files[first], files[late], goroutines[early], goroutines[late],
				soak.FormatBytes(float64(memory[first])), soak.FormatBytes(float64(memory[late])), o.CPUSeconds, o.EngineCalls, busy())
			// The short run is one of many tests of a busy machine.
			want, most := int64(c.containers)*int64(length.Seconds()), int64(0)
			if c.containers == 20 {
				most = want / 20
			}
			if o.Missed > most || o.Samples < want-most {
				t.Errorf("%d samples and %d missed, want at least %d and at most %d", o.Samples, o.Missed, want-most, most)
			}
			// A process inside that has lived for five seconds is watched by then.
			if files[late] > files[first]+5 {
				t.Errorf("open files went from %d to %d", files[first], files[late])
			}
			if goroutines[late] == 0 || goroutines[late] > goroutines[early]+10 {
				t.Errorf("goroutines went from %d to %d", goroutines[early], goroutines[late])
			}
			if c.most > 0 && memory[late] > c.most {
				t.Errorf("leakcheck holds %s, more than %s", soak.FormatBytes(float64(memory[late])), soak.FormatBytes(float64(c.most)))
			}
			if c.containers == 50 && memory[late] > memory[first]+memory[first]/5 {
				t.Errorf("leakcheck's memory went from %d to %d", memory[first], memory[late])
			}
		})
	}
}

// goroutinesIn is how many goroutines the leakcheck that writes a record had
// when it last noted what it costs; 0 before it did.
func goroutinesIn(t *testing.T, path string) int64 {
	if !readable(path) {
		return 0
	}
	return readRecord(t, path).cost.Goroutines
}

// busy is the machine's load as uptime(1) has it, which explains a sample that
// was late.
func busy() string {
	b, _ := os.ReadFile("/proc/loadavg")
	load, _, _ := strings.Cut(string(b), " ")
	return "load of the machine " + load
}

func openFilesOf(pid int) int64 {
	all, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)) // none once it has ended
	return int64(len(all))
}

// rssOf is a process's resident memory in bytes.
func rssOf(pid int) int64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, line := range strings.Split(string(b), "\n") {
		var kb int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	return 0
}
