package cmd_test

import (
	"encoding/json"
	"strings"
	"syscall"
	"testing"
	"time"

	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// An experiment on a container that was interrupted names the command that
// goes on with it, and does so from what it has recorded.
func TestDiagnoseGoesOn(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	node := launch(t, rig, 256<<20, "--fix")
	env := []string{"XDG_STATE_HOME=" + t.TempDir(), "DOCKER_HOST=" + rig.Address()}
	diagnosis := func(args ...string) (d soak.Diagnosis, said string) {
		b := start(t, env, append(args, "--format", "json")...)
		if code := b.ends(t, time.Minute); code != soak.ExitInconclusive && code != soak.ExitPass { // a node that does not move at all is cleared at once
			t.Fatalf("%v: exit %d\n%s", args, code, b.errOut.String())
		}
		if err := json.Unmarshal([]byte(b.out.String()), &d); err != nil {
			t.Fatal(err)
		}
		return d, b.out.String()
	}
	begun := start(t, env, "diagnose", "--container", node.name, "--profile", "oip-node", "--scenario", "workout", "--no-observer",
		"--block", "400ms", "--pause", "400ms", "--interval", "100ms", "--format", "json")
	sofar := func() (d soak.Diagnosis) {
		b := start(t, env, "report", "latest", "--format", "json")
		_ = b.ends(t, time.Minute) // until there is a record it has none
		_ = json.Unmarshal([]byte(b.out.String()), &d)
		return d
	}
	for end := time.Now().Add(time.Minute); sofar().Blocks < 2 && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
	}
	_ = begun.Process.Signal(syscall.SIGINT)
	var first soak.Diagnosis
	if code := begun.ends(t, time.Minute); code != soak.ExitInterrupted || json.Unmarshal([]byte(begun.out.String()), &first) != nil {
		t.Fatalf("exit %d\n%s%s", code, begun.out.String(), begun.errOut.String())
	}
	if first.HoursToDecide == nil || !strings.HasPrefix(first.Next, "leakcheck diagnose --resume ") {
		t.Fatalf("%v hours more, next %q", first.HoursToDecide, first.Next)
	}
	goOn := strings.Fields(first.Next)[1:]
	goOn[len(goOn)-1] = "8400ms" // a minute would decide it
	whole, said := diagnosis(goOn...)
	if first.Blocks < 2 || whole.Blocks != 10 || whole.Seed != first.Seed || !whole.Started.Equal(first.Started) {
		t.Errorf("%d blocks, then %d; seeds %d and %d; begun %v and %v", first.Blocks, whole.Blocks, first.Seed, whole.Seed, first.Started, whole.Started)
	}
	if _, again := diagnosis("report", "latest"); again != said {
		t.Errorf("told\n%s\nretold\n%s", said, again)
	}
}
