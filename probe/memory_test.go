package probe

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"leakcheck/soak"
)

const fixtureID = "5d41402abc4b2a76b9719d911017c592ae1f8b1c2d3e4f5061728394a5b6c7d8"

func fixture(t *testing.T) (*host, *cgroup) {
	t.Helper()
	h := newHost("testdata/cgroupv2")
	at, err := h.places(4711, fixtureID)
	if err != nil {
		t.Fatal(err)
	}
	g, err := openCgroup(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.close)
	return h, g
}

func check(t *testing.T, v soak.Values, want map[soak.Metric]int64) {
	t.Helper()
	for _, m := range soak.Metrics() {
		got, has := v.Get(m)
		expected, wanted := want[m]
		if has != wanted || got != expected {
			t.Errorf("%s is %d (present: %v), want %d (present: %v)", m, got, has, expected, wanted)
		}
	}
}

func TestCgroupV2(t *testing.T) {
	_, g := fixture(t)
	var v soak.Values
	if err := g.read(&v, 1<<34); err != nil {
		t.Fatal(err)
	}
	check(t, v, map[soak.Metric]int64{
		soak.Usage: 166723584, soak.WorkingSet: 166723584 - 31457280, soak.Anon: 104857600, soak.File: 52428800,
		soak.InactiveFile: 31457280, soak.Shmem: 20971520, soak.SlabReclaimable: 6291456,
		soak.Kernel: 9437184 - 6291456 + 65536, soak.Swap: 4096,
		soak.CPU: 1500000000, soak.PIDs: 11, soak.OOMKills: 2,
	})
	if g.source() != "cgroup v2" {
		t.Errorf("source %q", g.source())
	}
	if pids := g.pids(); len(pids) != 2 || pids[0] != 4711 {
		t.Errorf("pids %v", pids)
	}
}

func TestCgroupV2BeforeKernelSum(t *testing.T) {
	stat := map[string]uint64{"anon": 1, "slab_unreclaimable": 1000, "slab_reclaimable": 77, "kernel_stack": 200, "pagetables": 6, "percpu": 30, "sock": 4}
	var v soak.Values
	fillV2(&v, reading{usage: number64{5000, true}, limit: number64{4096, true}, stat: from(stat)}, 0)
	if k, _ := v.Get(soak.Kernel); k != 1240 || v.Derived(soak.Kernel) {
		t.Errorf("kernel %d", k)
	}
	if l, _ := v.Get(soak.Limit); l != 4096 {
		t.Errorf("limit %d", l)
	}
	if v.Has(soak.File) || v.Has(soak.Shmem) || v.Has(soak.WorkingSet) {
		t.Error("what is not reported must be absent")
	}
}

// TestCgroupV2ThroughAnOldEngine has what Docker 20.10 passes on: some of the
// kernel's parts, but neither page tables nor the sum.
func TestCgroupV2ThroughAnOldEngine(t *testing.T) {
	stat := map[string]uint64{"anon": 1000, "file": 300, "slab_unreclaimable": 100, "slab_reclaimable": 77, "kernel_stack": 20, "sock": 4}
	var v soak.Values
	fillV2(&v, reading{usage: number64{2000, true}, stat: from(stat)}, 0)
	if k, _ := v.Get(soak.Kernel); k != 2000-1000-300-77 || !v.Derived(soak.Kernel) {
		t.Errorf("kernel %d, derived %v", k, v.Derived(soak.Kernel))
	}
	delete(stat, "file")
	v = soak.Values{}
	fillV2(&v, reading{usage: number64{2000, true}, stat: from(stat)}, 0)
	if v.Has(soak.Kernel) {
		t.Error("the kernel's share was made up")
	}
}

func from(stat map[string]uint64) lookup {
	return func(key string) (uint64, bool) { n, ok := stat[key]; return n, ok }
}

func TestCgroupV1(t *testing.T) {
	stat := map[string]uint64{
		"total_rss": 100, "total_cache": 60, "total_inactive_file": 30, "total_shmem": 20, "total_swap": 5,
		"hierarchical_memory_limit": 9223372036854771712,
	}
	var v soak.Values
	fillV1(&v, reading{usage: number64{200, true}, kernel: number64{40, true}, stat: from(stat)}, 1<<34)
	check(t, v, map[soak.Metric]int64{
		soak.Usage: 200, soak.WorkingSet: 170, soak.Anon: 100, soak.File: 60, soak.InactiveFile: 30, soak.Shmem: 20,
		soak.Kernel: 40, soak.Swap: 5,
	})
	// Through the API shared memory and the kernel's share are not reported.
	api := maps.Clone(stat)
	delete(api, "total_shmem")
	maps.Copy(api, map[string]uint64{"total_active_anon": 70, "total_inactive_anon": 45, "total_unevictable": 5})
	v = soak.Values{}
	fillV1(&v, reading{usage: number64{200, true}, limit: number64{1 << 20, true}, stat: from(map[string]uint64{})}, 0)
	if v.Has(soak.Shmem) || v.Has(soak.Kernel) || v.Has(soak.Anon) {
		t.Error("nothing can be derived from nothing")
	}
	v = soak.Values{}
	fillV1(&v, reading{usage: number64{200, true}, stat: from(api)}, 0)
	shmem, _ := v.Get(soak.Shmem)
	kernel, _ := v.Get(soak.Kernel)
	if shmem != 20 || kernel != 40 || !v.Derived(soak.Shmem) || !v.Derived(soak.Kernel) || v.Derived(soak.Anon) {
		t.Errorf("derived shmem %d, kernel %d", shmem, kernel)
	}
}

// TestNoValueWraps reads arbitrary counters; nothing may come out negative.
func TestNoValueWraps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stat := map[string]uint64{}
		for _, key := range append(append([]string{}, v1Keys...), v2Keys...) {
			if rapid.Bool().Draw(t, "has") {
				stat[key] = rapid.Uint64().Draw(t, key)
			}
		}
		draw := func(name string) number64 { return number64{rapid.Uint64().Draw(t, name), rapid.Bool().Draw(t, "is")} }
		r := reading{usage: draw("usage"), kernel: draw("kernel"), swap: draw("swap"), limit: draw("limit"), stat: from(stat)}
		for _, fill := range []func(*soak.Values, reading, int64){fillV1, fillV2} {
			var v soak.Values
			fill(&v, r, rapid.Int64Range(0, 1<<40).Draw(t, "host"))
			for _, m := range soak.Metrics() {
				if x, ok := v.Get(m); ok && x < 0 {
					t.Fatalf("%s is %d from %+v and %v", m, x, r, stat)
				}
			}
		}
	})
}

func TestPlaces(t *testing.T) {
	tests := []struct {
		name, mountinfo, cgroup string
		want                    map[string]string // controller -> folder
	}{
		{"v1 with joined controllers",
			"31 29 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n32 29 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n",
			"9:memory:/docker/" + fixtureID + "\n4:cpu,cpuacct:/docker/" + fixtureID + "\n1:name=systemd:/x\n",
			map[string]string{"memory": "/sys/fs/cgroup/memory/docker/" + fixtureID, "cpuacct": "/sys/fs/cgroup/cpu,cpuacct/docker/" + fixtureID, "cpu": "/sys/fs/cgroup/cpu,cpuacct/docker/" + fixtureID}},
		{"only a part of the tree is mounted",
			"31 29 0:27 /kubepods /cg rw - cgroup2 cgroup2 rw\n",
			"0::/kubepods/pod1/" + fixtureID + "\n",
			map[string]string{"": "/cg/pod1/" + fixtureID}},
		{"another machine's process", "31 29 0:27 / /cg rw - cgroup2 cgroup2 rw\n", "0::/user.slice/session-1.scope\n", nil},
		{"nothing mounted", "", "0::/docker/" + fixtureID + "\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			for path, text := range map[string]string{"proc/self/mountinfo": tt.mountinfo, "proc/7/cgroup": tt.cgroup} {
				path = filepath.Join(root, path)
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			got, err := newHost(root).places(7, fixtureID)
			if (err == nil) != (tt.want != nil) || (err != nil && !errors.Is(err, errNotLocal)) {
				t.Fatal(err)
			}
			if len(got) != len(tt.want) {
				t.Errorf("got %v", got)
			}
			for c, dir := range tt.want {
				if got[c].path != filepath.Join(root, dir) {
					t.Errorf("%q is at %q", c, got[c].path)
				}
			}
		})
	}
}

func TestHeapCap(t *testing.T) {
	tests := []struct {
		args []string
		want int64
	}{
		{[]string{"node", "--max-old-space-size=4096", "app.js"}, 4 << 30},
		{[]string{"node", "--max_old_space_size", "512", "app.js"}, 512 << 20},
		{[]string{"sh", "-c", "exec node --max-old-space-size=256 app.js"}, 256 << 20},
		{[]string{"java", "-Xms1g", "-Xmx512m", "-jar", "a.jar"}, 512 << 20},
		{[]string{"java", "-Xmx1g", "-XX:MaxHeapSize=65536k"}, 64 << 20},
		{[]string{"java", "-XX:MaxRAMPercentage=75.0"}, 750},
		{[]string{"java", "-Xmxhuge", "-Xmx", "-XX:MaxRAMPercentage=900"}, 0},
		{[]string{"java", "-Xmx99999999999999t"}, 0},
		{[]string{"redis-server", "--maxmemory", "1gb"}, 0},
		{nil, 0},
	}
	for _, tt := range tests {
		if got := heapCap(tt.args, 1000); got != tt.want {
			t.Errorf("%q: %d, want %d", tt.args, got, tt.want)
		}
	}
}

func TestOptionsInTheEnvironmentCount(t *testing.T) {
	env := []string{"PATH=/bin", "NODE_OPTIONS=--enable-source-maps --max-old-space-size=64", "JAVA_TOOL_OPTIONS=-Xmx1g", "JDK_JAVA_OPTIONS=-Xms5m"}
	for _, tt := range []struct {
		program     string
		args, env   []string
		cap, filled int64
	}{
		{"node", []string{"node", "app.js"}, env, 64 << 20, 0},
		{"node", []string{"node", "--max-old-space-size=32", "app.js"}, env, 32 << 20, 0},
		{"java", []string{"java", "-jar", "a.jar"}, env, 1 << 30, 5 << 20},
		{"java", []string{"java", "-Xmx2g"}, env, 2 << 30, 5 << 20},
		{"java", []string{"java", "-Xmx2g"}, []string{"_JAVA_OPTIONS=-Xmx3g"}, 3 << 30, 0},
		{"redis-server", []string{"redis-server"}, env, 0, 0},
		{"", []string{"docker-entrypoint.sh", "node", "app.js"}, env[:2], 64 << 20, 0},
	} {
		options := withEnvironment(tt.program, tt.args, tt.env)
		if limit, filled := heapCap(options, 1000), fills(options, 1000); limit != tt.cap || filled != tt.filled {
			t.Errorf("%s %q: heap limit %d, fills %d, want %d and %d", tt.program, tt.args, limit, filled, tt.cap, tt.filled)
		}
	}
}

func TestExitCodesAreExplained(t *testing.T) {
	for _, tt := range []struct {
		code int
		oom  bool
		want string
	}{{137, true, "OOM"}, {137, false, "no OOM kill"}, {134, false, "V8"}, {139, false, "SIGSEGV"}, {143, false, "SIGTERM"}, {0, false, "finished"}, {127, false, "could not be run"}, {129, false, "signal 1"}, {1, true, "OOM"}} {
		if got := ExplainExit(tt.code, tt.oom); !contains(got, tt.want) {
			t.Errorf("%d: %q does not say %q", tt.code, got, tt.want)
		}
		if of := explainEnd(tt.code); contains(of, "container") || contains(of, "docker") || tt.code == 139 && !contains(of, "SIGSEGV") {
			t.Errorf("%d of a process: %q", tt.code, of)
		}
	}
}

func TestFills(t *testing.T) {
	tests := []struct {
		args []string
		want int64
	}{
		{[]string{"java", "-Xms1g", "-Xmx2g", "-jar", "a.jar"}, 1 << 30},
		{[]string{"sh", "-c", "exec java -Xms256m -jar a.jar"}, 256 << 20},
		{[]string{"java", "-Xms1g", "-XX:+AlwaysPreTouch"}, 0},
		{[]string{"java", "-XX:InitialHeapSize=65536k"}, 64 << 20},
		{[]string{"java", "-XX:InitialRAMPercentage=50"}, 500},
		{[]string{"java", "-Xmx512m"}, 0},
		{[]string{"node", "--max-old-space-size=512"}, 0},
		{[]string{"redis-server", "--maxmemory", "1gb"}, 1 << 30},
		{[]string{"redis-server", "--maxmemory", "48M", "--maxmemory-policy", "allkeys-lru"}, 48e6},
		{[]string{"redis-server", "--maxmemory"}, 0},
		{[]string{"redis-server", "--maxmemory", "x"}, 0},
		{nil, 0},
	}
	for _, tt := range tests {
		if got := fills(tt.args, 1000); got != tt.want {
			t.Errorf("%q: %d, want %d", tt.args, got, tt.want)
		}
	}
}
