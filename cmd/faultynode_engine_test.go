package cmd_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

const faultyNodeProfile = `
name: faulty
extends: generic
service: {port: 8080, health: /}
scenarios:
  ask:
    steps:
      - {path: /ask, timeout: 1s}
load:
  gentle:
    - name: steady
      fire: [{scenario: ask, every: 100ms}]
`

// TestFaultsOfTheNode lets the node stop answering, slow down and reset its
// connections in mid-run: the errors are counted, the memory is judged, and
// the run ends in time.
func TestFaultsOfTheNode(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	puppet := rig.RunPuppet(probe.Spec{})
	for _, fault := range []string{"unreachable", "slow", "resetting"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			for range rounds(1) {
				faultTable.add("here (cgroup files)", "node "+fault, faultyNode(t, rig, puppet.Name(), fault))
			}
		})
	}
}

// faultyNode is one run against a node that breaks after three seconds.
func faultyNode(t *testing.T, rig *dockertest.Rig, name, fault string) row {
	var broken atomic.Bool
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !broken.Load() {
			return
		}
		if fault == "slow" {
			select {
			case <-time.After(3 * time.Second):
			case <-r.Context().Done():
			}
			return
		}
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_ = c.(*net.TCPConn).SetLinger(0) // closing sends a reset
		_ = c.Close()
	}))
	defer node.Close()
	dir := t.TempDir()
	profile, out := filepath.Join(dir, "faulty.yaml"), filepath.Join(dir, "out")
	if err := os.WriteFile(profile, []byte(faultyNodeProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	b := start(t, nil, "soak", "--container", name, "--docker-host", rig.Options.Host, "--profile", profile,
		"--url", node.URL, "--duration", "10s", "--interval", "500ms", "--out", out, "--format", "json")
	wait(t, "the record", func() bool { _, err := os.Stat(filepath.Join(out, "run.db")); return err == nil })
	time.Sleep(3 * time.Second)
	broken.Store(true)
	if fault == "unreachable" {
		_ = node.Listener.Close()
		node.CloseClientConnections()
	}
	code := b.ends(t, 30*time.Second)
	var r soak.Report
	if err := json.Unmarshal([]byte(b.out.String()), &r); err != nil {
		t.Fatalf("exit %d, %v\n%s", code, err, b.errOut.String())
	}
	failed := int64(0)
	for _, s := range r.Load.Scenarios {
		for _, n := range s.Errors {
			failed += n
		}
	}
	came := row{expected: 21, lost: max(0, 21-r.Memory[0].Samples)}
	if failed == 0 || came.lost > 3+excused(r, 500*time.Millisecond) || r.Memory[0].Leak == soak.LeakYes || code != r.ExitCode || code == soak.ExitNotMeasured {
		t.Errorf("exit %d, %d errors, %d samples, leak %s", code, failed, r.Memory[0].Samples, r.Memory[0].Leak)
	} else {
		came.right = 1
	}
	return came
}
