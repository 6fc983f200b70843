//go:build linux

package logscan

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"leakcheck/soak"
)

// benchRules are eight patterns such as a profile has.
var benchRules = []soak.SignalRule{
	{Name: "cache", Pattern: `\[GUN 404 Cache\] (?P<hits>\d+)/(?P<lookups>\d+) hits`},
	{Name: "cleaned", Pattern: `\[GUN 404 Cache\] Cleaned (?P<expired>\d+) expired entries`},
	{Name: "retried", Pattern: `Error in getRecord after (?P<retries>\d+) retries`},
	{Name: "external", Pattern: `EXTERNAL MEMORY LEAK DETECTED`},
	{Name: "monitor", Pattern: `\[Memory Monitor\] Heap: (?P<heap>\d+)MB`},
	{Name: "fatal", Pattern: `FATAL ERROR: .*(heap out of memory|Allocation failed)`},
	{Name: "started", Pattern: `GUN [Hh]elper initiali[sz]ed|Server initialized`},
	{Name: "listeners", Pattern: `MaxListenersExceededWarning`},
}

// nodeLog makes a log like a busy node's: requests, now and then something
// that a rule is for.
func nodeLog(size int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	at := time.Date(2024, 12, 8, 10, 0, 0, 0, time.UTC)
	for i := 0; b.Len() < size; i++ {
		at = at.Add(time.Duration(r.IntN(20)) * time.Millisecond)
		b.WriteString(at.Format("2006-01-02T15:04:05.000000000Z "))
		switch n := r.IntN(1000); {
		case n == 0:
			fmt.Fprintf(&b, "📊 [GUN 404 Cache] %d/%d hits (%d.0%% cache hit rate, 56 cached souls)\n", i, 2*i, 50)
		case n == 1:
			fmt.Fprintf(&b, "❌ Error in getRecord after 2 retries: Request failed with status code 404\n")
		case n < 20:
			fmt.Fprintf(&b, "[Memory Monitor] Heap: %dMB / 600MB (12.50%%), RSS: 810MB, External: 256MB\n", r.IntN(600))
		default:
			fmt.Fprintf(&b, "GET /api/records?recordType=workout&resolveDepth=2&limit=%d 200 %d ms - soul did:gun:%x resolved in %d steps\n", r.IntN(10), r.IntN(900), r.Uint64(), r.IntN(9))
		}
	}
	return b.Bytes()
}

// BenchmarkBlock is the scanner on a log in memory.
func BenchmarkBlock(b *testing.B) {
	log := nodeLog(32 << 20)
	rules, err := Compile(benchRules)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		s := rules.NewScanner("", func(soak.Signal) {})
		s.Block(log)
		s.Flush()
	}
}

// BenchmarkAgainstGrep reads the same file with the scanner and with
// grep -E -c in a UTF-8 locale, and reports how many times faster the scanner
// is. LEAKCHECK_BENCH_LOG_MB makes the file larger than its 64 MB.
func BenchmarkAgainstGrep(b *testing.B) {
	grep, err := exec.LookPath("grep")
	if err != nil {
		b.Skip("there is no grep to compare with")
	}
	size := 64
	if s := os.Getenv("LEAKCHECK_BENCH_LOG_MB"); s != "" {
		if _, err := fmt.Sscan(s, &size); err != nil {
			b.Fatalf("LEAKCHECK_BENCH_LOG_MB: %v", err)
		}
	}
	file := filepath.Join(b.TempDir(), "node.log")
	if err := os.WriteFile(file, nodeLog(size*1e6), 0o600); err != nil {
		b.Fatal(err)
	}
	rules, err := Compile(benchRules)
	if err != nil {
		b.Fatal(err)
	}
	args := []string{"-E", "-c"}
	for _, r := range benchRules {
		args = append(args, "-e", strings.ReplaceAll(groupName.ReplaceAllString(r.Pattern, "("), `\d`, "[0-9]"))
	}
	args = append(args, file)
	var ours, theirs, ourCPU, theirCPU time.Duration
	for b.Loop() {
		start, cpu := time.Now(), cpuTime(b, syscall.RUSAGE_SELF)
		scanFile(b, rules, file)
		ours += time.Since(start)
		ourCPU += cpuTime(b, syscall.RUSAGE_SELF) - cpu
		start, cpu = time.Now(), cpuTime(b, syscall.RUSAGE_CHILDREN)
		cmd := exec.Command(grep, args...)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
		if _, err := cmd.Output(); err != nil { // into /dev/null grep would stop at the first match
			b.Fatal(err)
		}
		theirs += time.Since(start)
		theirCPU += cpuTime(b, syscall.RUSAGE_CHILDREN) - cpu
	}
	total := float64(size) * float64(b.N)
	b.ReportMetric(total/ours.Seconds(), "MB/s")
	b.ReportMetric(total/theirs.Seconds(), "grep-MB/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "times-grep")
	b.ReportMetric(theirCPU.Seconds()/ourCPU.Seconds(), "times-grep-cpu")
	b.ReportMetric(0, "ns/op")
}

// cpuTime is what this process, or those it waited for, have used so far. On a
// busy machine it tells more than the clock.
func cpuTime(b *testing.B, who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func scanFile(tb testing.TB, rules *Rules, file string) {
	f, err := os.Open(file)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	s := rules.NewScanner("", func(soak.Signal) {})
	if _, err := s.ReadFrom(f); err != nil {
		tb.Fatal(err)
	}
	s.Flush()
}

// groupName is what Go writes and grep does not.
var groupName = regexp.MustCompile(`\(\?P<\w+>`)
