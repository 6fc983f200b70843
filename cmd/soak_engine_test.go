package cmd_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/scenarios/demonode"
	"leakcheck/soak"
)

// standIn is a stand-in node in a container of a real engine.
type standIn struct {
	*probe.Container
	name, url string
}

// launch starts a stand-in with flags of its own.
func launch(t *testing.T, rig *dockertest.Rig, memory int64, args ...string) standIn {
	t.Helper()
	name := rig.Name("node")
	c, _ := rig.Run(probe.Spec{
		Name: name, Image: rig.BuildImage("leakcheck"), Memory: memory, Ports: []int{3005},
		Args: append([]string{"/app", "demonode", "--listen", ":3005", "--plain"}, args...),
	})
	url, ok := c.Published(3005)
	if !ok {
		t.Fatal("port 3005 is not published")
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if status, _, err := probe.Health(t.Context(), url+"/api/health", nil, time.Second); err == nil && status == http.StatusOK {
			return standIn{c, name, url}
		} else if time.Now().After(deadline) {
			t.Fatalf("the stand-in does not answer: status %d, %v", status, err)
		}
	}
}

// truth asks the stand-in what it has leaked.
func (s standIn) truth(t *testing.T) (known demonode.Truth) {
	t.Helper()
	res, err := http.Get(s.url + "/debug/truth")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&known); err != nil {
		t.Fatal(err)
	}
	return known
}

// soakIt runs the real program on a container and returns its report.
func soakIt(t *testing.T, rig *dockertest.Rig, name string, args ...string) soak.Report {
	t.Helper()
	c := exec.Command(dockertest.Build(t, "leakcheck"), append([]string{
		"soak", "--container", name, "--docker-host", rig.Options.Host, "--profile", "oip-node",
		"--format", "json", "--out", t.TempDir(), "--interval", "500ms",
	}, args...)...)
	var errOut strings.Builder
	c.Stderr = &errOut
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var r soak.Report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, errOut.String())
	}
	if c.ProcessState.ExitCode() != r.ExitCode {
		t.Errorf("exit code %d, but the report says %d", c.ProcessState.ExitCode(), r.ExitCode)
	}
	return r
}

func TestALeakIsFoundAtItsTrueRate(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	node := launch(t, rig, 512<<20, "--self-load", "2")
	before := node.truth(t)
	file := filepath.Join(t.TempDir(), "told")
	r := soakIt(t, rig, node.name, "--duration", "40s", "--load", "none", "--notify", `echo "$LEAKCHECK_EVENT $LEAKCHECK_TARGET" >> `+file, "--notify-wall", "7d")
	after := node.truth(t)
	told, err := os.ReadFile(file)
	if want := "leak " + node.name + "\n"; err != nil || strings.Count(string(told), want) != 1 || strings.Count(string(told), "wall "+node.name) > 1 {
		t.Errorf("--notify was told %q (%v), want the leak, once", told, err)
	}

	m := r.Memory[0]
	if r.ExitCode != soak.ExitFail || m.Leak != soak.LeakYes || m.Pattern != soak.LinearGrowth {
		t.Fatalf("exit %d, leak %s, %s: %s", r.ExitCode, m.Leak, m.Pattern, m.Why)
	}
	truth := float64(after.Leaked-before.Leaked) / (after.Elapsed - before.Elapsed) * 3600
	if low, high := m.Slope.Low*0.9, m.Slope.High*1.1; truth < low || truth > high {
		t.Errorf("the true rate %s is outside of [%s, %s]", soak.FormatRate(truth), soak.FormatRate(low), soak.FormatRate(high))
	}
	if m.Forecast == nil || m.Forecast.Wall != "limit" || m.Forecast.Hours.Estimate == nil {
		t.Errorf("forecast = %+v, want the limit", m.Forecast)
	}
	outcome(t, r, "no-leak", soak.Fail)
	outcome(t, r, "under-5gb-24h", soak.NotDue)
}

func TestTheFixIsNotAccused(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	node := launch(t, rig, 512<<20, "--fix")
	r := soakIt(t, rig, node.name, "--duration", "40s", "--load", "full")
	if r.ExitCode == soak.ExitFail || r.Memory[0].Leak == soak.LeakYes {
		t.Errorf("exit %d, leak %s: %s", r.ExitCode, r.Memory[0].Leak, r.Memory[0].Why)
	}
	if len(r.Load.Scenarios) == 0 || r.Load.Scenarios[0].Requests == 0 {
		t.Errorf("no load landed: %+v", r.Load)
	}
	if !slices.ContainsFunc(r.Signals, func(s soak.SignalResult) bool { return s.Name == "cache_hit_rate" && s.Count > 0 }) {
		t.Errorf("no cache hit rate was read from the log: %+v", r.Signals)
	}
}

func TestAnOOMKillIsSaid(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	node := launch(t, rig, 160<<20, "--fix", "--grow", "8MB/s")
	r := soakIt(t, rig, node.name, "--duration", "25s", "--load", "none")
	if r.ExitCode != soak.ExitFail {
		t.Errorf("exit %d, want %d", r.ExitCode, soak.ExitFail)
	}
	if !slices.ContainsFunc(r.Events, func(e soak.Event) bool {
		return e.Kind == soak.EventExit && e.Exit != nil && e.Exit.OOMKilled || e.Kind == soak.EventOOM
	}) {
		t.Errorf("no OOM kill among the events: %+v", r.Events)
	}
}

func TestWhatIsMissingIsSaidInOneSentence(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	node := launch(t, rig, 256<<20, "--fix")
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"a container that does not exist", []string{"--container", node.name + "x"}, soak.ExitUsage, node.name},
		{"a URL where nobody answers", []string{"--container", node.name, "--url", "http://127.0.0.1:9", "--profile", "oip-node"}, soak.ExitNotMeasured, "is the URL right"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"soak", "--docker-host", rig.Options.Host, "--duration", "5s"}, c.args...)
			p := exec.Command(dockertest.Build(t, "leakcheck"), args...)
			out, err := p.CombinedOutput()
			if code := p.ProcessState.ExitCode(); code != c.code || !strings.Contains(string(out), c.want) {
				t.Errorf("exit %d (%v), want %d and %q in:\n%s", code, err, c.code, c.want, out)
			}
		})
	}
}

// outcome holds one check of a report against what it must be.
func outcome(t *testing.T, r soak.Report, id string, want soak.Outcome) {
	t.Helper()
	for _, c := range r.Checks {
		if c.ID == id {
			if c.Outcome != want {
				t.Errorf("check %s: %s (%s), want %s", id, c.Outcome, c.Evidence, want)
			}
			return
		}
	}
	t.Errorf("no check %s among %s", id, ids(r))
}

func ids(r soak.Report) string {
	var all []string
	for _, c := range r.Checks {
		all = append(all, fmt.Sprintf("%s:%s", c.ID, c.Outcome))
	}
	return strings.Join(all, " ")
}
