package probe_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// TestRealRuntimes runs this machine's Node.js, JVM and Redis in containers
// and looks for their memory, their processes and their heap limits.
func TestRealRuntimes(t *testing.T) {
	t.Parallel()
	r := dockertest.Engine(t)
	work := t.TempDir()
	java := "public class Hold { public static void main(String[] a) throws Exception { byte[][] b = new byte[40][]; for (int i = 0; i < 40; i++) { b[i] = new byte[1 << 20]; java.util.Arrays.fill(b[i], (byte) 1); } Thread.sleep(600000); } }"
	if err := os.WriteFile(filepath.Join(work, "Hold.java"), []byte(java), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(work, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		program string
		args    []string
		anon    int64 // at least
		cap     int64
		fills   int64
		wrapped bool // the main process is not the one that holds the memory
		env     string
	}{
		{"node", []string{"node", "--max-old-space-size=128", "-e", "const b = []; for (let i = 0; i < 40; i++) b.push(Buffer.alloc(1 << 20, 1)); setInterval(() => b.length, 1000)"}, 40 << 20, 128 << 20, 0, false, "NODE_OPTIONS=--max-old-space-size=64"},
		{"node", []string{"sh", "-c", `node --max-old-space-size=96 -e "const b = []; for (let i = 0; i < 40; i++) b.push(Buffer.alloc(1 << 20, 1)); setInterval(() => b.length, 1000)"; sleep 600`}, 40 << 20, 96 << 20, 0, true, "A=b"},
		{"node", []string{"sh", "-c", `node -e "const b = []; for (let i = 0; i < 40; i++) b.push(Buffer.alloc(1 << 20, 1)); setInterval(() => b.length, 1000)"; sleep 600`}, 40 << 20, 64 << 20, 0, true, "NODE_OPTIONS=--max-old-space-size=64"},
		{"java", []string{"java", "-Xms64m", "-Xmx96m", "/src/Hold.java"}, 40 << 20, 96 << 20, 64 << 20, false, "JAVA_TOOL_OPTIONS=-Xmx80m"},
		{"redis-server", []string{"redis-server", "--save", "", "--port", "6390", "--maxmemory", "8mb"}, 1 << 20, 0, 8 << 20, false, "A=b"},
	} {
		t.Run(tt.program+" in "+tt.args[0], func(t *testing.T) {
			if _, err := exec.LookPath(tt.program); err != nil || runtime.GOOS != "linux" {
				t.Skipf("NOT TESTED: %s is not installed on this machine", tt.program)
			}
			image := r.BuildImage(dockertest.Puppet) // for its /tmp; the programs come from this machine
			c, _ := r.Run(probe.Spec{
				Name: r.Name("runtime"), Image: image, Args: tt.args, Memory: 512 << 20, Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", tt.env},
				Binds: append(probe.HostLibraries(), work+":/src:ro"),
			})
			var s soak.Sample
			wait(t, "its memory", func() bool {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				var err error
				if s, err = c.Sample(ctx); err != nil {
					state, _ := c.State(ctx)
					t.Fatalf("%v: %+v", err, state)
				}
				anon, _ := s.Get(soak.Anon)
				return anon >= tt.anon
			})
			again, err := r.Container(t.Context(), c.Name()) // once the program is up
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = again.Close() }()
			if got := again.Info().HeapCap; got != tt.cap {
				t.Errorf("heap limit %d, want %d", got, tt.cap)
			}
			if got := again.Info().Fills; got != tt.fills {
				t.Errorf("fills %d, want %d", got, tt.fills)
			}
			s = sample(t, again)
			var most int64
			for _, p := range s.Processes {
				most = max(most, p.RSS)
			}
			if most < tt.anon || (tt.wrapped && len(s.Processes) != 2) {
				t.Errorf("processes %+v", s.Processes)
			}
			if un, ok := s.Unreclaimable(); !ok || un < tt.anon || un > 400<<20 {
				t.Errorf("unreclaimable %d", un)
			}
		})
	}
}
