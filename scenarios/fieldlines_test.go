package scenarios

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"leakcheck/soak"
	"leakcheck/soak/logscan"
)

var compiled = map[string]*logscan.Rules{}

// rulesOf compiles a profile's rules once.
func rulesOf(t *testing.T, profile string) *logscan.Rules {
	t.Helper()
	if compiled[profile] == nil {
		p, err := Load(profile)
		if err != nil {
			t.Fatal(err)
		}
		if compiled[profile], err = logscan.Compile(p.Signals); err != nil {
			t.Fatal(err)
		}
	}
	return compiled[profile]
}

// scan reads a log with a profile's rules.
func scan(t *testing.T, profile, log string) []soak.Signal {
	t.Helper()
	var got []soak.Signal
	s := rulesOf(t, profile).NewScanner("node", func(sig soak.Signal) { got = append(got, sig) })
	for line := range strings.Lines(log) {
		s.Line(soak.Line{Text: []byte(strings.TrimSuffix(line, "\n"))})
	}
	s.Flush()
	return got
}

// values are expected captures; a name alone expects only the hit.
type values map[string]float64

// fieldLines is what the field prints, in the documents' forms and the later
// one, and what each line must become: signals by name, and no others.
var fieldLines = []struct {
	line string
	want map[string]values
}{
	{"[GUN 404 Cache] 45/100 hits (45.0% cache hit rate, 55 cached souls)", map[string]values{
		"cache_hit_rate": {"hits": 45, "lookups": 100, "percent": 45, "cached": 55}, "cache_size": {"entries": 55}}},
	{"[GUN 404 Cache] 78/200 hits (39.0% cache hit rate, 122 cached souls)", map[string]values{
		"cache_hit_rate": {"hits": 78, "lookups": 200, "percent": 39, "cached": 122}, "cache_size": {"entries": 122}}},
	{"[GUN 404 Cache] Cleaned 45 expired entries, 500 remain", map[string]values{
		"cache_cleaned": {"expired": 45, "remain": 500}, "cache_size": {"entries": 500}}},
	{"[GUN Cache] Cleaned 45 expired entries (404: 500, Del: 3)", map[string]values{
		"cache_cleaned": {"expired": 45, "remain": 500}, "cache_size": {"entries": 500}}},
	{"Error in getRecord after 2 retries: Request failed with status code 404", map[string]values{
		"retried_404": {"retries": 2}, "error_lines": {}}},
	{"Error in getRecord after 2 retries: Request failed with status code 500", map[string]values{
		"retries_exhausted": {"retries": 2}, "error_lines": {}}},
	{"Error in getRecord after 2 retries: timeout of 30000ms exceeded for soul 404abc", map[string]values{
		"retries_exhausted": {"retries": 2}, "error_lines": {}}},
	{"Error in getRecord after 2 retries: connect ECONNREFUSED 172.18.0.5:4040", map[string]values{
		"retries_exhausted": {"retries": 2}, "error_lines": {}}},
	{"[Memory Leak Tracker] EXTERNAL MEMORY LEAK DETECTED", map[string]values{"external_leak": {}}},
	{"[Memory Leak Tracker] EXTERNAL MEMORY LEAK DETECTED\n   Current: 52300MB\n   Growth: +500MB in last 1.0 minutes\n   Rate: 500.0 MB/min\n   Time to crash (if 32GB heap): -40 minutes", map[string]values{
		"external_leak": {"current": 52.3e9, "growth": 500e6, "over": 60, "rate": 30e9, "heap_cap": 32e9, "to_crash": -2400}}},
	{"[Memory Monitor] Heap: 512MB / 600MB (12.50%), RSS: 810MB, External: 2566MB", map[string]values{
		"memory_monitor": {"heap": 512e6, "heap_total": 600e6, "heap_percent": 12.5, "rss": 810e6, "external": 2566e6, "ratio": 2566. / 810}}},
	{"[Memory Monitor] Heap: 512MB / 600MB (12.50%), RSS: 79GB, External: 516GB", map[string]values{
		"memory_monitor": {"rss": 79e9, "external": 516e9, "ratio": 516. / 79}}},
	{"FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", heapFailure},
	{"FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory", heapFailure},
	{"FATAL ERROR: CALL_AND_RETRY_LAST Allocation failed - JavaScript heap out of memory", heapFailure},
	{"FATAL ERROR: NewSpace::Rebalance Allocation failed - JavaScript heap out of memory", heapFailure},
	{"FATAL ERROR: Scavenger: semi-space copy Allocation failed - JavaScript heap out of memory", heapFailure},
	{"FATAL ERROR: MarkCompactCollector: young object promotion failed Allocation failed - JavaScript heap out of memory", heapFailure},
	{"FATAL ERROR: invalid array length Allocation failed - JavaScript heap out of memory", heapFailure},
	{"FATAL ERROR: Committing semi space failed. Allocation failed - JavaScript heap out of memory", heapFailure},
	{"FATAL ERROR: Zone Allocation failed - process out of memory", heapFailure},
	{"FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal.", heapFailure},
	{"# Fatal process out of memory: Zone", map[string]values{"heap_alloc_failure": {}}},
	{"# Fatal JavaScript out of memory: Reached heap limit", map[string]values{"heap_alloc_failure": {}}},
	{"# Fatal process OOM in insufficient memory to create an Isolate", map[string]values{"heap_alloc_failure": {}}},
	{"# API fatal error handler returned after process out of memory", map[string]values{"heap_alloc_failure": {}}},
	{"<--- Last few GCs --->", map[string]values{"heap_alloc_failure": {}}},
	{"RangeError: Array buffer allocation failed", map[string]values{"heap_alloc_failure": {}, "error_lines": {}}},
	{"[1:0x5f2e]    21410 ms: Mark-Compact (reduce) 2041.6 (2083.0) -> 2040.4 (2083.5) MB, 1210.2 / 0.0 ms", map[string]values{
		"heap_before_gc": {"before": 2041.6 * (1 << 20), "after": 2040.4 * (1 << 20)}}},
	{"Server initialized", map[string]values{"server_started": {}}},
	{"Server listening on port 3005", map[string]values{"server_started": {}}},
	{"Server is running at http://localhost:3005", map[string]values{"server_started": {}}},
	{"GUN helper initialized", map[string]values{"server_started": {}, "gun_ready": {}}},
	{"GUN Helper initialised with relay http://gun-relay:8765", map[string]values{"server_started": {}, "gun_ready": {}}},
	{"GET /api/records 200 in 404 ms", nil},
	{"0 errors, 0 Errors", nil},
	{"soul did:gun:404 not found", nil},
}

var heapFailure = map[string]values{"heap_alloc_failure": {}, "error_lines": {}}

// TestFieldLines reads each line as it stands, with the emoji that the node
// prints, and with the ones that the documents show in their place.
func TestFieldLines(t *testing.T) {
	for _, c := range fieldLines {
		for _, before := range []string{"", "📊 ", "🧹 ", "🚨 ", "❌ ", "✅ ", "üìä ", "üßπ ", "‚úÖ ", "üö® ", "\x1b[31m"} {
			got := map[string]soak.Signal{}
			for _, s := range scan(t, "oip-node", before+c.line) {
				got[s.Name] = s
			}
			if have, want := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(c.want)); !slices.Equal(have, want) {
				t.Errorf("%q becomes %v, want %v", before+c.line, have, want)
				continue
			}
			for name, want := range c.want {
				for field, x := range want {
					if y, ok := got[name].Values[field]; !ok || math.Abs(x-y) > 1e-9*math.Abs(x) {
						t.Errorf("%q: %s.%s is %g (%v), want %g", before+c.line, name, field, y, ok, x)
					}
				}
			}
		}
	}
}

func TestRuntimesLines(t *testing.T) {
	for _, c := range []struct{ profile, line, want string }{
		{"jvm", "Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space", "heap_alloc_failure"},
		{"jvm", "java.lang.OutOfMemoryError: GC overhead limit exceeded", "heap_alloc_failure"},
		{"jvm", "Caused by: java.lang.OutOfMemoryError: Metaspace", "native_memory_failure"},
		{"jvm", "java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory", "native_memory_failure"},
		{"jvm", "java.lang.OutOfMemoryError: Cannot reserve 1048576 bytes of direct buffer memory (allocated: 1, limit: 2)", "native_memory_failure"},
		{"jvm", "# There is insufficient memory for the Java Runtime Environment to continue.", "native_memory_failure"},
		{"jvm", "# Native memory allocation (mmap) failed to map 16384 bytes", "native_memory_failure"},
		{"jvm", "Terminating due to java.lang.OutOfMemoryError: Java heap space", "vm_crash"},
		{"jvm", "[12.3s][info][gc] GC(7) Pause Full (Allocation Failure) 100M->90M(256M) 45.678ms", "full_gc"},
		{"go", "fatal error: runtime: out of memory", "heap_alloc_failure"},
		{"go", "runtime: out of memory: cannot allocate 4194304-byte block (12582912 in use)", "heap_alloc_failure"},
		{"go", "runtime: goroutine stack exceeds 1000000000-byte limit", "stack_overflow"},
		{"go", "panic: runtime error: index out of range [5] with length 3", "panics"},
		{"go", "2024/12/08 10:00:00 http: panic serving 127.0.0.1:4711: boom", "panics"},
		{"node", "(node:1) MaxListenersExceededWarning: Possible EventEmitter memory leak detected.", "listener_leak"},
		{"node", "node:internal/process/promises:288  triggerUncaughtException(err, true);", "uncaught"},
		{"node", "Error: Cannot find module './helpers/gun'", "uncaught"},
		{"generic", "terminate called after throwing an instance of 'std::bad_alloc'", "out_of_memory"},
		{"generic", "fork: Cannot allocate memory", "out_of_memory"},
		{"generic", "com.example.PaymentException: declined", "error_lines"},
		{"generic", "[ERROR] it broke", "error_lines"},
	} {
		if !slices.ContainsFunc(scan(t, c.profile, c.line), func(s soak.Signal) bool { return s.Name == c.want }) {
			t.Errorf("%s: %q is no %s", c.profile, c.line, c.want)
		}
	}
}

// TestAStormOf404s is the documents' "56+ consecutive 404 errors".
func TestAStormOf404s(t *testing.T) {
	log := strings.Repeat("❌ Error in getRecord after 2 retries: Request failed with status code 404\n", 56)
	longest, count := 0, 0
	for _, s := range scan(t, "fitnessally", "GET /\n"+log+"GET /\n") {
		if s.Name == "retried_404" {
			longest, count = max(longest, s.Run), count+s.Count
		}
	}
	if longest != 56 || count != 56 {
		t.Errorf("a run of %d, %d in all, want 56", longest, count)
	}
}
