package demonode

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"leakcheck/soak"
)

// running is a stand-in that a test started.
type running struct {
	t        *testing.T
	node     string
	mu       sync.Mutex
	log      []string
	finished chan error
}

// start runs a node until the test ends and waits until it listens.
func start(t *testing.T, o Options) *running {
	t.Helper()
	r := &running{t: t, finished: make(chan error, 1)}
	read, write := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		r.finished <- Run(ctx, o, write)
		write.Close()
	}()
	up := make(chan string, 1)
	go r.follow(read, up)
	t.Cleanup(func() {
		cancel()
		if err := <-r.finished; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	r.node = <-up
	return r
}

func (r *running) follow(log io.Reader, up chan<- string) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		r.mu.Lock()
		r.log = append(r.log, lines.Text())
		r.mu.Unlock()
		if _, url, ok := strings.Cut(lines.Text(), "listening on "); ok {
			up <- url
		}
	}
}

func (r *running) get(path string) string {
	r.t.Helper()
	resp, err := http.Get(r.node + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: status %d, %v", path, resp.StatusCode, err)
	}
	return string(b)
}

func (r *running) truth() (t Truth) {
	r.t.Helper()
	if err := json.Unmarshal([]byte(r.get("/debug/truth")), &t); err != nil {
		r.t.Fatal(err)
	}
	return t
}

func (r *running) lines(part string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, line := range r.log {
		if strings.Contains(line, part) {
			n++
		}
	}
	return n
}

const (
	workout  = "/api/records?recordType=workout&resolveDepth=2&limit=5"
	tens     = "/api/records?recordType=workout&resolveDepth=1&limit=5"
	mealPlan = "/api/records?recordType=mealPlan&resolveDepth=1&limit=10"
)

// The figures of the documents: 56 missing souls cost 168 requests with the
// bug, 112 in the code that was published, 56 and then 0 with the fix; ten
// missing exercises cost 30, 10 and 0.
func TestRequestsForMissingSouls(t *testing.T) {
	published := Buggy()
	published.Attempts, published.Keep = 2, 0
	for name, c := range map[string]struct {
		o             Options
		path          string
		first, second int64
	}{
		"bug":                {Buggy(), workout, 168, 168},
		"published":          {published, workout, 112, 112},
		"fix":                {Fixed(), workout, 56, 0},
		"bug, ten missing":   {Buggy(), tens, 30, 30},
		"fix, ten missing":   {Fixed(), tens, 10, 0},
		"fix, no depth":      {Fixed(), "/api/records?recordType=workout", 0, 0},
		"bug, one meal plan": {Buggy(), mealPlan, 18, 18},
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, c.o)
			n.get(c.path)
			first := n.truth()
			n.get(c.path)
			second := n.truth()
			if got := first.NotFound; got != c.first {
				t.Errorf("first query: %d answers 404, want %d", got, c.first)
			}
			if got := second.NotFound - first.NotFound; got != c.second {
				t.Errorf("second query: %d answers 404, want %d", got, c.second)
			}
			keep := int64(c.o.Keep)
			if c.o.Fix {
				keep = 0
			}
			if want := keep * second.NotFound; second.Leaked != want {
				t.Errorf("leaked %d bytes, want %d", second.Leaked, want)
			}
		})
	}
}

func TestLeakPerScenario(t *testing.T) {
	o := Fixed()
	o.LeakPerRequest = map[string]soak.Size{"mealPlan": 100_001}
	n := start(t, o)
	for range 3 {
		n.get(workout)
		n.get(mealPlan)
		n.get("/api/health")
	}
	got := n.truth()
	if got.Leaked != 300_003 || got.LeakedBy["mealPlan"] != 300_003 {
		t.Errorf("leaked %d (%v), want 300003 by mealPlan", got.Leaked, got.LeakedBy)
	}
	if got.Requests["workout"] != 3 || got.Requests["health"] != 3 {
		t.Errorf("requests %v, want 3 of each", got.Requests)
	}
}

func TestBadRequests(t *testing.T) {
	n := start(t, Fixed())
	for _, path := range []string{"/api/records", "/api/records?recordType=song", "/api/records?recordType=workout&limit=-1",
		"/api/records?recordType=workout&resolveDepth=x"} {
		resp, err := http.Get(n.node + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", path, resp.StatusCode)
		}
	}
}

// What the curve asks for is resident, and what it gives back is gone.
func TestMemoryIsReal(t *testing.T) {
	if residentBytes() == 0 {
		t.Fatal("the resident set cannot be read here")
	}
	var m pages
	defer m.close()
	before := residentBytes()
	step := func(to int64) {
		t.Helper()
		if err := m.resize(to); err != nil {
			t.Fatal(err)
		}
		got := residentBytes() - before
		if diff := got - to; diff < -4e6 || diff > 4e6 {
			t.Errorf("resized to %d: resident %d", to, got)
		}
	}
	step(100e6)
	step(20e6)
	step(150e6)
	step(0)
}

func TestHeapLimit(t *testing.T) {
	o := Buggy()
	o.Monitor, o.HeapLimit = 10*time.Millisecond, o.Base/2
	var log strings.Builder
	err := Run(t.Context(), o, &log)
	if err == nil || !strings.Contains(log.String(), "JavaScript heap out of memory") {
		t.Errorf("error %v, log %q", err, log.String())
	}
}

func TestSelfLoadLeaks(t *testing.T) {
	o := Buggy()
	o.SelfLoad, o.Monitor, o.LeakWarning = 50, 100*time.Millisecond, 500_000
	n := start(t, o)
	for end := time.Now().Add(5 * time.Second); n.lines("EXTERNAL MEMORY LEAK") == 0 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	if n.lines("EXTERNAL MEMORY LEAK") == 0 || n.lines("after 2 retries: Request failed with status code 404") == 0 {
		t.Errorf("the log has neither a warning nor a retry: %q", n.log)
	}
}
