package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// unit is the service of the README and the command that it starts.
func unit(t *testing.T) (text, command string) {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```ini\n(.*?)```").FindSubmatch(readme)
	if found == nil {
		t.Fatal("the README has no unit")
	}
	text = string(found[1])
	joined := strings.ReplaceAll(text, "\\\n", " ")
	start := regexp.MustCompile(`(?m)^ExecStart=/bin/sh -c '(.*)'$`).FindStringSubmatch(joined)
	if start == nil {
		t.Fatalf("no command in\n%s", joined)
	}
	return text, start[1]
}

// TestTheServiceOfTheReadmeIsOne asks systemd about it.
func TestTheServiceOfTheReadmeIsOne(t *testing.T) {
	text, _ := unit(t)
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("NOT TESTED: there is no systemd-analyze")
	}
	path := filepath.Join(t.TempDir(), "leakcheck-node.service")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestTheServiceGoesOnWithItsRun starts the service's command twice, as a
// reboot does: the second one resumes what the first began.
func TestTheServiceGoesOnWithItsRun(t *testing.T) {
	t.Parallel()
	_, command := unit(t)
	rig := dockertest.Engine(t)
	puppet := rig.RunPuppet(probe.Spec{})
	dir := t.TempDir()
	command = strings.NewReplacer("/var/lib/leakcheck", dir, "node-1", puppet.Name()).Replace(command)
	path := filepath.Join(dir, record.FileName)
	for _, samples := range []int{1, 4} {
		c := exec.Command("/bin/sh", "-c", command)
		c.Env = append(os.Environ(), "PATH="+filepath.Dir(dockertest.Build(t, "leakcheck"))+":"+os.Getenv("PATH"),
			"DOCKER_HOST="+rig.Options.Host, "LEAKCHECK_LOAD=none", "LEAKCHECK_INTERVAL=200ms")
		var said strings.Builder
		c.Stdout, c.Stderr = &said, &said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		wait(t, "samples", func() bool { return readable(path) && len(readRecord(t, path).samples) > samples })
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
		if code := c.ProcessState.ExitCode(); code != soak.ExitInterrupted {
			t.Fatalf("exit %d\n%s", code, said.String())
		}
	}
	if n := len(readRecord(t, path).interval); n != 1 {
		t.Errorf("%d interruptions are told, want one: the second start did not go on", n)
	}
}
