package probe_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
)

// The figures of BenchmarkCPUPerSample come from this many containers, each
// sampled once a second for this long, one way after the other. Shorter would
// be chance: containerd's shims give memory back to the system each 30 s.
const (
	costContainers = 20
	costFor        = 30 * time.Second
)

// BenchmarkCPUPerSample compares the CPU time, of the watcher and the engine
// together, that one sample of one container costs beyond what the engine uses
// when nobody watches: read from cgroup files,
// through the API, and by the docker command's own `docker stats`.
func BenchmarkCPUPerSample(b *testing.B) {
	r := dockertest.Engine(b)
	var names []string
	image := r.BuildImage(dockertest.Puppet)
	for i := range costContainers {
		s := probe.Spec{Name: r.Name(fmt.Sprintf("cost%d", i)), Image: image, Args: []string{"/app"}, Memory: 64 << 20}
		if _, err := r.Launcher.Run(b.Context(), s); err != nil {
			b.Fatal(err)
		}
		names = append(names, s.Name)
	}
	far := r.Options
	far.APIOnly = true
	time.Sleep(5 * time.Second) // the engine is still busy with having started them
	idle := engineCPU(b, r.Options.Host)
	time.Sleep(costFor)
	idle = engineCPU(b, r.Options.Host) - idle
	for _, way := range []struct {
		name  string
		start func(b *testing.B) watcher
	}{
		{"cgroup-files", func(b *testing.B) watcher { return sampling(b, r.Options, names) }},
		{"engine-API", func(b *testing.B) watcher { return sampling(b, far, names) }},
		{"docker-stats", func(b *testing.B) watcher { return dockerStats(b, r.Options.Host, names) }},
	} {
		b.Run(way.name, func(b *testing.B) {
			w := way.start(b)
			defer w.stop()
			time.Sleep(4 * time.Second) // starting costs more, and only once
			for b.Loop() {
				engine, cpu, taken := engineCPU(b, r.Options.Host), w.cpu(), w.samples()
				time.Sleep(costFor)
				cpu, taken = w.cpu()-cpu, w.samples()-taken // before the measuring costs too
				engine = max(0, engineCPU(b, r.Options.Host)-engine-idle)
				// The engine sends a little less than once a second, and the docker command
				// does not say how often: what is due in this time is what counts for all.
				due := len(names) * int(costFor/time.Second)
				if taken < due*3/4 {
					b.Fatalf("only %d of %d samples were taken", taken, due)
				}
				per := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(due) }
				b.ReportMetric(per(cpu), "watcher-us/sample")
				b.ReportMetric(per(engine), "engine-us/sample")
				b.ReportMetric(per(cpu+engine), "us/sample")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// watcher is one way of watching, under way.
type watcher struct {
	cpu     func() time.Duration
	samples func() int
	stop    func()
}

// sampling samples each container each second in this process.
func sampling(b *testing.B, o probe.ConnectOptions, names []string) watcher {
	b.Helper()
	e, err := probe.Connect(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	var samples atomic.Int64
	var wg sync.WaitGroup
	var all []*probe.Container
	for _, name := range names {
		c, err := e.Container(b.Context(), name)
		if err != nil {
			b.Fatal(err)
		}
		c.SetInterval(time.Second)
		all = append(all, c)
	}
	for _, c := range all { // from now on together, as in a soak
		wg.Go(func() {
			defer func() { _ = c.Close() }()
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for ctx.Err() == nil {
				if _, err := c.Sample(ctx); err == nil {
					samples.Add(1)
				}
				select {
				case <-ctx.Done():
				case <-tick.C:
				}
			}
		})
	}
	return watcher{
		cpu: func() time.Duration {
			var u unix.Rusage
			_ = unix.Getrusage(unix.RUSAGE_SELF, &u)
			return time.Duration(u.Utime.Nano() + u.Stime.Nano())
		},
		samples: func() int { return int(samples.Load()) },
		stop:    func() { cancel(); wg.Wait(); _ = e.Close() },
	}
}

// dockerStats runs the docker command on the same containers; it prints twice
// a second what the engine sends once a second.
func dockerStats(b *testing.B, host string, names []string) watcher {
	b.Helper()
	docker, err := exec.LookPath("docker")
	if err != nil {
		b.Skip("NOT MEASURED: there is no docker command")
	}
	cmd := exec.Command(docker, append([]string{"-H", host, "stats", "--no-trunc"}, names...)...)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	return watcher{
		cpu:     func() time.Duration { return processCPU(cmd.Process.Pid) },
		samples: func() int { return int(time.Since(start).Seconds() * float64(len(names))) },
		stop:    func() { _ = cmd.Process.Kill(); _ = cmd.Wait() },
	}
}

// processCPU is what a process's threads have used (proc(5), schedstat), which
// the kernel counts in nanoseconds where other files give hundredths of a second.
func processCPU(pid int) time.Duration {
	var sum time.Duration
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/[0-9]*/schedstat", pid))
	for _, path := range threads {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		first, _, _ := strings.Cut(string(b), " ")
		n, _ := strconv.ParseInt(first, 10, 64)
		sum += time.Duration(n)
	}
	return sum
}

// engineCPU adds up what the engine's processes have used: the one at the
// socket, and those that work in the socket's folder (containerd, its shims).
func engineCPU(b *testing.B, host string) time.Duration {
	b.Helper()
	socket, ok := strings.CutPrefix(host, "unix://")
	if !ok {
		b.Skip("NOT MEASURED: the engine is on another machine")
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		b.Fatal(err)
	}
	peer := 0
	_ = raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			peer = int(cred.Pid)
		}
	})
	var sum time.Duration
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		if pid == peer || (bytes.Contains(line, []byte(filepath.Dir(socket)+"/")) && bytes.Contains(line, []byte("containerd"))) {
			sum += processCPU(pid)
		}
	}
	return sum
}

// BenchmarkSample is one reading of a container's cgroup files.
func BenchmarkSample(b *testing.B) {
	r := dockertest.Engine(b)
	p := r.RunPuppet(probe.Spec{})
	for b.Loop() {
		if _, err := p.Sample(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
