package probe

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"leakcheck/soak"
)

// host is this machine as the kernel shows it in files. Tests give it a root
// of their own.
type host struct {
	root string

	mu      sync.Mutex
	meminfo *pseudoFile
	readAt  time.Time
	free    number64
	boot    time.Time
}

func newHost(root string) *host { return &host{root: root} }

func (h *host) path(parts ...string) string {
	return filepath.Join(append([]string{h.root}, parts...)...)
}

func (h *host) proc(pid int, name string) string {
	return h.path("proc", strconv.Itoa(pid), name)
}

// place is where a process stands in one cgroup hierarchy.
type place struct {
	v2   bool
	path string // of the folder with the cgroup's files
}

// errNotLocal means that a container does not run on this machine, or may not
// be looked into.
var errNotLocal = errors.New("not on this machine")

// places finds the cgroups of a container's main process: one per v1
// controller, and v2's under the empty name. The container's ID must be in
// their paths; that proves that the process is the container's and not some
// other machine's number.
func (h *host) places(pid int, id string) (map[string]place, error) {
	b, err := os.ReadFile(h.proc(pid, "cgroup"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotLocal, err)
	}
	mounts, err := h.mounts()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotLocal, err)
	}
	found := map[string]place{}
	for line := range strings.Lines(string(b)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 || len(id) < 12 || !strings.Contains(fields[2], id) {
			continue
		}
		for _, controller := range strings.Split(fields[1], ",") {
			m, ok := mounts[controller]
			if !ok {
				continue
			}
			inside, ok := below(m.root, upTo(fields[2], id))
			if ok {
				found[controller] = place{v2: controller == "", path: h.path(m.at, inside)}
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: process %d belongs to no cgroup of container %.12s", errNotLocal, pid, id)
	}
	return found, nil
}

// upTo cuts a cgroup path after the part that names the container: an init
// inside it may have moved its processes further down.
func upTo(full, id string) string {
	at := strings.Index(full, id) + len(id)
	if end := strings.IndexByte(full[at:], '/'); end >= 0 {
		return full[:at+end]
	}
	return full
}

// below gives a cgroup's path relative to the one that is mounted.
func below(root, full string) (string, bool) {
	if root == "/" {
		return full, true
	}
	rest, ok := strings.CutPrefix(path.Clean(full), root)
	return rest, ok && (rest == "" || rest[0] == '/')
}

type mount struct{ root, at string }

// mounts lists the cgroup mounts by v1 controller, v2's under the empty name
// (proc(5), mountinfo).
func (h *host) mounts() (map[string]mount, error) {
	f, err := os.Open(h.path("proc/self/mountinfo"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	found := map[string]mount{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		left, right, ok := strings.Cut(lines.Text(), " - ")
		fields, kind := strings.Fields(left), strings.Fields(right)
		if !ok || len(fields) < 5 || len(kind) < 3 {
			continue
		}
		m := mount{root: fields[3], at: fields[4]}
		switch kind[0] {
		case "cgroup2":
			found[""] = m
		case "cgroup":
			for _, option := range strings.Split(kind[2], ",") {
				found[option] = m
			}
		}
	}
	return found, lines.Err()
}

// available is the memory that the machine can still give away. Many
// containers ask in the same second; the file is read once for them.
func (h *host) available() number64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.readAt) < 900*time.Millisecond {
		return h.free
	}
	h.readAt, h.free = time.Now(), number64{}
	if h.meminfo == nil {
		f, err := openPseudo(h.path("proc/meminfo"))
		if err != nil {
			return h.free
		}
		h.meminfo = f
	}
	var buf [8192]byte
	b, err := h.meminfo.read(buf[:])
	if err != nil {
		return h.free
	}
	t := newTable("MemAvailable")
	t.parse(b)
	if kb, ok := t.get("MemAvailable"); ok {
		h.free = number64{kb * 1024, true}
	}
	return h.free
}

// hostAvailable puts the machine's available memory into a sample.
func (h *host) hostAvailable(v *soak.Values) { put(v, soak.HostAvailable, h.available()) }

// bootTime is when the machine started, from which processes count.
func (h *host) bootTime() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.boot.IsZero() {
		b, err := os.ReadFile(h.path("proc/stat"))
		if err != nil {
			return time.Time{}
		}
		t := newTable("btime")
		t.parse(b)
		if s, ok := t.get("btime"); ok {
			h.boot = time.Unix(int64(s), 0)
		}
	}
	return h.boot
}
