package probe

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"leakcheck/soak"
)

// fake is an engine that answers as it is told; by default a ping and no
// containers.
func fake(t *testing.T, answer map[string]http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			t.Errorf("the engine was sent %s %s", r.Method, r.URL)
		}
		for part, h := range answer {
			if strings.Contains(r.URL.Path, part) {
				h(w, r)
				return
			}
		}
		switch {
		case strings.HasSuffix(r.URL.Path, "/_ping"):
			w.Header().Set("Api-Version", "1.41")
		case strings.HasSuffix(r.URL.Path, "/info"):
			_, _ = io.WriteString(w, `{"MemTotal": 17179869184}`)
		default:
			_, _ = io.WriteString(w, `[]`)
		}
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "http://", "tcp://", 1)
}

func connect(t *testing.T, answer map[string]http.HandlerFunc) *Engine {
	t.Helper()
	e, err := Connect(t.Context(), ConnectOptions{Host: fake(t, answer), Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func TestTheGateLetsOnlyReadingPass(t *testing.T) {
	e := connect(t, nil)
	before := e.Calls()
	ctx := t.Context()
	if _, err := e.cli.ContainerCreate(ctx, &container.Config{}, nil, nil, nil, "x"); !errors.Is(err, ErrRefused) {
		t.Errorf("create: %v", err)
	}
	if err := e.cli.ContainerRemove(ctx, "x", container.RemoveOptions{}); !errors.Is(err, ErrRefused) {
		t.Errorf("remove: %v", err)
	}
	if err := e.cli.CopyToContainer(ctx, "x", "/", strings.NewReader(""), container.CopyToContainerOptions{}); !errors.Is(err, ErrRefused) {
		t.Errorf("copy to: %v", err)
	}
	if _, err := e.cli.ContainerExecCreate(ctx, "x", container.ExecOptions{Cmd: []string{"id"}}); !errors.Is(err, ErrRefused) {
		t.Errorf("exec: %v", err)
	}
	for _, path := range []string{"/v1.41/containers/x/attach/ws", "/containers/json"} {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://engine"+path, nil)
		if path == "/containers/json" {
			req.Header.Set("Upgrade", "tcp")
		}
		if _, err := e.gate.RoundTrip(req); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if e.Calls() != before {
		t.Errorf("refused calls were sent: %d", e.Calls()-before)
	}
	if _, err := e.List(ctx); err != nil || e.Calls() != before+1 {
		t.Errorf("a list counted %d calls: %v", e.Calls()-before, err)
	}
}

// TestAnEngineThatMisbehaves must cost an error within the deadline, never a hang.
func TestAnEngineThatMisbehaves(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	half := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `[{"Id":`)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, " ")
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}
	for name, h := range map[string]http.HandlerFunc{
		"hangs": hang, "breaks off": half, "drips": drip,
		"malformed": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"Id": nonsense`) },
		"refuses":   func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{"message":"on strike"}`, 500) },
	} {
		t.Run(name, func(t *testing.T) {
			e := connect(t, map[string]http.HandlerFunc{"/containers": h})
			start := time.Now()
			_, err := e.List(t.Context())
			if !errors.Is(err, soak.ErrUnavailable) || !strings.Contains(err.Error(), e.Address()) {
				t.Errorf("%v", err)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("it took %s", took)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			start = time.Now()
			_, _ = e.List(ctx)
			if took := time.Since(start); took > time.Second {
				t.Errorf("it obeyed its context after %s", took)
			}
		})
	}
}

func TestConnectSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	silent := filepath.Join(dir, "silent.sock")
	l, err := net.Listen("unix", silent)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	dead := filepath.Join(dir, "dead.sock")
	d, err := net.Listen("unix", dead)
	if err != nil {
		t.Fatal(err)
	}
	d.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = d.Close()
	config := func(text string) string {
		c := t.TempDir()
		if err := os.WriteFile(filepath.Join(c, "config.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return c
	}
	old := fake(t, map[string]http.HandlerFunc{"/_ping": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Api-Version", "1.39") }})
	tests := []struct {
		name string
		o    ConnectOptions
		is   error
		want string
	}{
		{"no socket", ConnectOptions{Host: "unix://" + dir + "/none.sock"}, soak.ErrUnavailable, "no such socket; start Docker"},
		{"nobody listens", ConnectOptions{Host: "unix://" + dead}, soak.ErrUnavailable, "nobody listens"},
		{"no port", ConnectOptions{Host: "tcp://127.0.0.1:1"}, soak.ErrUnavailable, "nobody listens"},
		{"silent", ConnectOptions{Host: "unix://" + silent, Timeout: 200 * time.Millisecond}, soak.ErrUnavailable, "does not answer"},
		{"nonsense", ConnectOptions{Host: "carrier-pigeon://x"}, ErrUnknown, "unix:///PATH"},
		{"no such context", ConnectOptions{Context: "nowhere", ConfigDir: dir}, ErrUnknown, `"nowhere" does not exist; there are: default`},
		{"current context is gone", ConnectOptions{ConfigDir: config(`{"currentContext":"gone"}`)}, ErrUnknown, `"gone" does not exist`},
		{"broken config", ConnectOptions{ConfigDir: config(`{"currentContext":`)}, ErrUnknown, "config.json cannot be read"},
		{"no certificates", ConnectOptions{Host: "tcp://127.0.0.1:1", TLSVerify: true, CertPath: dir}, ErrUnknown, "TLS files in " + dir},
		{"too old", ConnectOptions{Host: old}, nil, "speaks API 1.39"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Connect(t.Context(), tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) || (tt.is != nil && !errors.Is(err, tt.is)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestContexts writes contexts as the docker command does and connects by them.
func TestContexts(t *testing.T) {
	address := fake(t, nil)
	dir := t.TempDir()
	write := func(name string) {
		folder := filepath.Join(dir, "contexts", "meta", fmt.Sprintf("%x", sha256.Sum256([]byte(name))))
		text := `{"Name":"` + name + `","Metadata":{},"Endpoints":{"docker":{"Host":"` + address + `","SkipTLSVerify":false}}}`
		if err := errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, "meta.json"), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write("far")
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"currentContext":"far"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]ConnectOptions{
		"by name":     {Context: "far", ConfigDir: dir},
		"the current": {ConfigDir: dir},
		"environment": EnvironmentOptions(func(k string) string { return map[string]string{"DOCKER_CONFIG": dir}[k] }, ""),
		"host wins":   {Host: address, Context: "nowhere", ConfigDir: dir},
	} {
		e, err := Connect(t.Context(), o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if e.Address() != address {
			t.Errorf("%s: %s", name, e.Address())
		}
		_ = e.Close()
	}
	_, err := Connect(t.Context(), ConnectOptions{Context: "fra", ConfigDir: dir})
	if err == nil || !strings.Contains(err.Error(), "default, far") {
		t.Errorf("%v", err)
	}
}

func TestPasswordsInAddressesAreNotShown(t *testing.T) {
	_, err := Connect(t.Context(), ConnectOptions{Host: "tcp://user:canary@127.0.0.1:1"})
	if err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
}

func TestPick(t *testing.T) {
	all := []Listed{
		{Name: "fitnessally-oip-gpu-1", ID: "abcdef123456", Running: true, Labels: map[string]string{"com.docker.compose.service": "oip-gpu"}},
		{Name: "fitnessally-db-1", ID: "abc999999999", Running: true},
		{Name: "redis", ID: "0123456789ab", State: "exited"},
	}
	for want, found := range map[string]string{"redis": "redis", "/redis": "redis", "abcd": "fitnessally-oip-gpu-1", "0123456789ab": "redis"} {
		if l, err := pick(all, want, "here"); err != nil || l.Name != found {
			t.Errorf("%s: %v %v", want, l.Name, err)
		}
	}
	for want, text := range map[string]string{
		"abc":                  "start of 2 container IDs",
		"fitnesally-oip-gpu-1": "similar: fitnessally-oip-gpu-1",
		"oip-gpu":              "similar: fitnessally-oip-gpu-1",
		"rediss":               "similar: redis (exited)",
		"something-else-again": "there are: fitnessally-oip-gpu-1, fitnessally-db-1, redis (exited)",
	} {
		if _, err := pick(all, want, "here"); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := pick(nil, "x", "here"); err == nil || !strings.Contains(err.Error(), "no containers at all") {
		t.Errorf("%v", err)
	}
}

func TestChanges(t *testing.T) {
	now := time.Unix(5000, 0)
	up := facts{State: State{ID: "a", Name: "n", Running: true, Started: time.Unix(1000, 0), Limit: 100}}
	with := func(change func(*facts)) facts { f := up; change(&f); return f }
	tests := []struct {
		name string
		to   facts
		want []soak.EventKind
		at   int64
	}{
		{"nothing", up, nil, 0},
		{"ended", with(func(f *facts) { f.Running, f.Finished, f.ExitCode = false, time.Unix(2000, 0), 134 }), []soak.EventKind{soak.EventExit}, 2000},
		{"restarted unseen", with(func(f *facts) { f.Started, f.Finished = time.Unix(3000, 0), time.Unix(2500, 0) }), []soak.EventKind{soak.EventExit}, 2500},
		{"restarted unseen and paused", with(func(f *facts) { f.Started, f.Finished, f.Paused = time.Unix(3000, 0), time.Unix(5000, 0), true }), []soak.EventKind{soak.EventExit, soak.EventPause}, 5000},
		{"another, unhealthy", with(func(f *facts) { f.ID, f.Health = "b", "unhealthy" }), []soak.EventKind{soak.EventRecreate, soak.EventHealth}, 5000},
		{"another, starting", with(func(f *facts) { f.ID, f.Health = "b", "starting" }), []soak.EventKind{soak.EventRecreate}, 5000},
		{"another", with(func(f *facts) { f.ID = "b" }), []soak.EventKind{soak.EventRecreate}, 5000},
		{"paused, squeezed, renamed", with(func(f *facts) { f.Paused, f.Limit, f.Name = true, 50, "m" }), []soak.EventKind{soak.EventPause, soak.EventLimit, soak.EventRename}, 5000},
	}
	for _, tt := range tests {
		got := changes(up, tt.to, now)
		if len(got) != len(tt.want) {
			t.Errorf("%s: %v", tt.name, got)
			continue
		}
		for i, e := range got {
			if e.Kind != tt.want[i] || e.At.Unix() != tt.at {
				t.Errorf("%s: %v", tt.name, e)
			}
		}
	}
}
