package cmd_test

import (
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

// holdForty is a program that holds 40 MB outside of any heap limit's reach of
// being collected, in each of two languages.
const (
	holdForty     = `const b = []; for (let i = 0; i < 40; i++) b.push(Buffer.alloc(1 << 20, 1)); setInterval(() => b.length, 1000);`
	holdFortyJava = `public class Hold { public static void main(String[] a) throws Exception { byte[][] b = new byte[40][]; for (int i = 0; i < 40; i++) { b[i] = new byte[1 << 20]; java.util.Arrays.fill(b[i], (byte) 1); } Thread.sleep(600000); } }`
)

// real is a real program in a container, and what a soak must say of it.
type real struct {
	name, profile string
	args          []string
	restart       string
	anon          int64  // held at least
	wall          string // the nearest
	wallBytes     float64
	lives         int
	ends          string // how its first life ends; empty if it does not
	kind          soak.EventKind
}

const realLimit = 512 << 20

// TestRealRuntimesInOneSoak soaks this machine's Node.js, JVM and Redis in
// containers: one exits and is restarted, one runs into V8's heap limit, and of
// one the server dies while its wrapper stays up.
func TestRealRuntimesInOneSoak(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"node", "java", "redis-server"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("NOT TESTED: %s is not installed on this machine", program)
		}
	}
	all := []real{
		{name: "node", profile: "node", args: []string{"node", "--max-old-space-size=128", "-e", holdForty + "process.on('SIGUSR2', () => process.exit(5))"},
			restart: "always", anon: 40 << 20, wall: "heap", wallBytes: 128 << 20, lives: 2, ends: "exit code 5", kind: soak.EventExit},
		{name: "v8", profile: "node", args: []string{"node", "--max-old-space-size=48", "-e", "setInterval(() => 0, 1000); process.on('SIGUSR2', () => { const a = []; for (;;) a.push(new Array(1e4).fill(Math.random())) })"},
			anon: 5 << 20, wall: "heap", wallBytes: 48 << 20, lives: 1, ends: "V8", kind: soak.EventExit},
		{name: "java", profile: "jvm", args: []string{"java", "-Xmx192m", "/src/Hold.java"}, anon: 40 << 20, wall: "heap", wallBytes: 192 << 20, lives: 1},
		{name: "redis", profile: "generic", args: []string{"sh", "-c", "redis-server --save '' --port 6399; sleep 600"},
			anon: 1 << 20, wall: "limit", wallBytes: realLimit, lives: 2, ends: "died inside", kind: soak.EventDeath},
	}
	rig := dockertest.Engine(t)
	var names, profiles []string
	for i := range all {
		all[i].name = all[i].launch(t, rig)
		names, profiles = append(names, all[i].name), append(profiles, "--profile", all[i].profile)
	}
	w := watch(t, rig.Options.Host, profiles, names...)
	path := filepath.Join(w.dir, record.FileName)
	for _, x := range all[:2] {
		w.do(x.name, x.kind, x.ends, func() error { return syscall.Kill(pidOf(t, path, x.name, "node"), syscall.SIGUSR2) })
	}
	time.Sleep(11 * time.Second) // the server of a wrapper is known at the first look, each ten samples, after five seconds
	w.do(all[3].name, soak.EventDeath, all[3].ends, func() error { return syscall.Kill(pidOf(t, path, all[3].name, "redis"), syscall.SIGKILL) })
	time.Sleep(2 * time.Second)
	r := w.end()
	for _, x := range all {
		x.check(t, r)
	}
}

// launch runs the program with this machine's libraries.
func (x real) launch(t *testing.T, rig *dockertest.Rig) string {
	t.Helper()
	work := t.TempDir()
	err := os.WriteFile(filepath.Join(work, "Hold.java"), []byte(holdFortyJava), 0o644)
	if err == nil {
		err = os.Chmod(work, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	name := rig.Name(x.name)
	if _, err := rig.Launcher.Run(t.Context(), probe.Spec{
		Name: name, Image: rig.BuildImage(dockertest.Puppet), Args: x.args, Memory: realLimit, Restart: x.restart,
		Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, Binds: append(probe.HostLibraries(), work+":/src:ro"),
	}); err != nil {
		t.Fatal(err)
	}
	return name
}

// pidOf finds a process inside a container in what was recorded.
func pidOf(t *testing.T, path, target, command string) (pid int) {
	t.Helper()
	wait(t, command+" inside", func() bool {
		for _, s := range readRecord(t, path).samples {
			for _, p := range s.Processes {
				if s.Target == target && strings.Contains(p.Command, command) {
					pid = p.PID
				}
			}
		}
		return pid != 0
	})
	return pid
}

// check holds the report of a soak against what is known of the program.
func (x real) check(t *testing.T, r soak.Report) {
	t.Helper()
	m := memoryOf(t, r, x.name)
	c := func(name soak.Metric) soak.Range { return m.Components[name.String()] }
	if c(soak.Anon).Max < x.anon || c(soak.Anon).Max > 400<<20 {
		t.Errorf("%s: anon %+v, want at least %d", x.name, c(soak.Anon), x.anon)
	}
	parts := c(soak.Anon).Max + c(soak.File).Max + c(soak.Kernel).Max
	if u := c(soak.Usage).Max; u < c(soak.Anon).Max || u > parts+parts/5+4<<20 {
		t.Errorf("%s: usage %d, its parts %d", x.name, u, parts)
	}
	if l := c(soak.Limit); l.Max != realLimit {
		t.Errorf("%s: limit %+v", x.name, l)
	}
	if f := m.Forecast; f == nil || f.Wall != x.wall || f.WallBytes != x.wallBytes {
		t.Errorf("%s: the wall is %+v, want %s at %.0f", x.name, f, x.wall, x.wallBytes)
	}
	if m.Lives != x.lives {
		t.Errorf("%s: %d lives, want %d", x.name, m.Lives, x.lives)
	}
	if x.ends != "" && !slices.ContainsFunc(r.Events, func(e soak.Event) bool {
		return e.Target == x.name && e.Kind == x.kind && strings.Contains(e.Text, x.ends)
	}) {
		t.Errorf("%s: no %s that says %q", x.name, x.kind, x.ends)
	}
	if m.Leak == soak.LeakYes && !strings.Contains(x.ends, "V8") { // that one was told to fill its heap
		t.Errorf("%s does not leak: %s", x.name, m.Why)
	}
	if t.Failed() {
		for _, e := range r.Events {
			t.Logf("%s %s: %s", e.Target, e.Kind, e.Text)
		}
	}
}
