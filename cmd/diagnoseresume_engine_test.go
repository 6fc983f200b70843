package cmd_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// An experiment on a container that had too little time names the command that
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
	first, _ := diagnosis("diagnose", "--container", node.name, "--profile", "oip-node", "--scenario", "workout", "--no-observer",
		"--block", "500ms", "--pause", "500ms", "--interval", "100ms", "--max", "4s")
	if first.HoursToDecide == nil || !strings.HasPrefix(first.Next, "leakcheck diagnose --resume ") {
		t.Fatalf("%v hours more, next %q", first.HoursToDecide, first.Next)
	}
	goOn := strings.Fields(first.Next)[1:]
	goOn[len(goOn)-1] = "7s" // a minute would decide it
	whole, said := diagnosis(goOn...)
	if first.Blocks != 3 || whole.Blocks != 6 || whole.Seed != first.Seed || !whole.Started.Equal(first.Started) {
		t.Errorf("%d blocks, then %d; seeds %d and %d; begun %v and %v", first.Blocks, whole.Blocks, first.Seed, whole.Seed, first.Started, whole.Started)
	}
	if _, again := diagnosis("report", "latest"); again != said {
		t.Errorf("told\n%s\nretold\n%s", said, again)
	}
}
