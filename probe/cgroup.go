package probe

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"leakcheck/soak"
)

// cgroup reads one container's accounting from its cgroup's files, which stay
// open: about ten system calls, and nothing asked of the engine.
type cgroup struct {
	v2    bool
	mem   string // the memory cgroup's folder
	files map[string]*pseudoFile
	stat  *table
	few   *table // small keyed files: oom counters, cpu.stat
	buf   []byte
}

// The files of each version; what is missing stays absent, except the first two.
var (
	v1Files = [][3]string{
		{"usage", "memory", "memory.usage_in_bytes"}, {"stat", "memory", "memory.stat"},
		{"kernel", "memory", "memory.kmem.usage_in_bytes"}, {"limit", "memory", "memory.limit_in_bytes"},
		{"oom", "memory", "memory.oom_control"}, {"cpu", "cpuacct", "cpuacct.usage"}, {"pids", "pids", "pids.current"},
		{"procs", "memory", "cgroup.procs"},
	}
	v2Files = [][3]string{
		{"usage", "", "memory.current"}, {"stat", "", "memory.stat"}, {"swap", "", "memory.swap.current"},
		{"limit", "", "memory.max"}, {"oom", "", "memory.events"}, {"cpu", "", "cpu.stat"}, {"pids", "", "pids.current"},
		{"procs", "", "cgroup.procs"},
	}
)

// openCgroup opens the files of the container's cgroup.
func openCgroup(at map[string]place) (*cgroup, error) {
	_, v1 := at["memory"]
	g := &cgroup{v2: !v1, files: map[string]*pseudoFile{}, few: newTable("oom_kill", "usage_usec"), buf: make([]byte, 16<<10)}
	list, keys := v1Files, v1Keys
	g.mem = at["memory"].path
	if g.v2 {
		list, keys = v2Files, v2Keys
		g.mem = at[""].path
	}
	g.stat = newTable(keys...)
	for i, f := range list {
		p, mounted := at[f[1]]
		if !mounted && i >= 2 {
			continue
		}
		open, err := openPseudo(filepath.Join(p.path, f[2]))
		if err != nil && i < 2 {
			g.close()
			return nil, err
		}
		if err == nil {
			g.files[f[0]] = open
		}
	}
	return g, nil
}

func (g *cgroup) close() {
	for _, f := range g.files {
		f.close()
	}
}

// source names the way of reading for the report.
func (g *cgroup) source() string {
	if g.v2 {
		return "cgroup v2"
	}
	return "cgroup v1"
}

// read takes the figures now. It fails when the cgroup is gone.
func (g *cgroup) read(v *soak.Values, hostMemory int64) error {
	usage, err := g.files["usage"].read(g.buf)
	if err != nil {
		return err
	}
	r := reading{usage: some(number(usage)), stat: g.stat.get}
	b, err := g.files["stat"].read(g.buf)
	if err != nil {
		return err
	}
	g.stat.parse(b)
	r.kernel, r.swap, r.limit = g.number("kernel"), g.number("swap"), g.number("limit")
	if g.v2 {
		fillV2(v, r, hostMemory)
	} else {
		fillV1(v, r, hostMemory)
	}
	put(v, soak.OOMKills, g.keyed("oom", "oom_kill"))
	put(v, soak.CPU, g.cpu())
	put(v, soak.PIDs, g.number("pids"))
	return nil
}

func (g *cgroup) cpu() number64 {
	if !g.v2 {
		return g.number("cpu")
	}
	usec := g.keyed("cpu", "usage_usec")
	usec.n *= 1000
	return usec
}

// number reads a file of one number, absent where the file or the number is.
func (g *cgroup) number(name string) number64 {
	f := g.files[name]
	if f == nil {
		return number64{}
	}
	b, err := f.read(g.buf)
	if err != nil {
		return number64{}
	}
	return some(number(b))
}

func (g *cgroup) keyed(name, key string) number64 {
	f := g.files[name]
	if f == nil {
		return number64{}
	}
	b, err := f.read(g.buf)
	if err != nil {
		return number64{}
	}
	g.few.parse(b)
	return some(g.few.get(key))
}

// leafLinks is the link count of a cgroup's folder without cgroups below: its
// name, "." and then one ".." for each (kernfs).
const leafLinks = 2

// pids lists the processes in the container, those of nested cgroups too.
func (g *cgroup) pids() []int {
	var st unix.Stat_t
	if f := g.files["procs"]; f != nil && unix.Stat(g.mem, &st) == nil && st.Nlink == leafLinks {
		if b, err := f.read(g.buf); err == nil && len(b) < len(g.buf) {
			return numbers(b)
		}
	}
	var all []int
	_ = filepath.WalkDir(g.mem, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		b, err := os.ReadFile(filepath.Join(path, "cgroup.procs"))
		if err == nil {
			all = append(all, numbers(b)...)
		}
		return nil
	})
	return all
}
