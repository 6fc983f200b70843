package load

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestAgainstHeyAndWrk is `make bench`: requests a second and client CPU for
// each request, closed loop, side by side on one loopback server. It runs only
// with LEAKCHECK_BENCH=1, and each client runs as a process of its own.
func TestAgainstHeyAndWrk(t *testing.T) {
	if os.Getenv("LEAKCHECK_BENCH_CLIENT") != "" {
		benchClient(t)
		return
	}
	if os.Getenv("LEAKCHECK_BENCH") == "" {
		t.Skip("NOT MEASURED: the comparison with hey and wrk takes 30 s; set LEAKCHECK_BENCH=1 (make bench does)")
	}
	for _, tool := range []string{"hey", "wrk"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is missing: apt-get install hey wrk", tool)
		}
	}
	body := strings.Repeat("x", 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
	defer server.Close()
	for _, conns := range []int{10, 100} {
		ours, hey, wrk := compare(t, server.URL, conns)
		t.Logf("%3d connections: leakcheck %6.0f req/s %5.1f us CPU | hey %6.0f req/s %5.1f us | wrk %6.0f req/s %5.1f us | to hey: throughput %.2f, CPU %.2f",
			conns, ours.rate, ours.cpu, hey.rate, hey.cpu, wrk.rate, wrk.cpu, ours.rate/hey.rate, ours.cpu/hey.cpu)
		if ours.rate < hey.rate {
			t.Errorf("%d connections: throughput is %.2f of hey's, want at least 1", conns, ours.rate/hey.rate)
		}
		if ours.cpu > 0.8*hey.cpu {
			t.Errorf("%d connections: CPU for a request is %.2f of hey's, want at most 0.8", conns, ours.cpu/hey.cpu)
		}
	}
}

// outcome is requests a second and microseconds of client CPU for each.
type outcome struct{ rate, cpu float64 }

var (
	heyCount  = regexp.MustCompile(`\[200\]\s+(\d+) responses`)
	wrkCount  = regexp.MustCompile(`(\d+) requests in`)
	oursCount = regexp.MustCompile(`sent (\d+)`)
)

// compare runs the three in turns, so that a busy machine troubles all alike.
func compare(t *testing.T, url string, conns int) (ours, hey, wrk outcome) {
	t.Helper()
	const rounds, span = 3, "2s"
	n := strconv.Itoa(conns)
	for range rounds {
		own := exec.Command(os.Args[0], "-test.run=TestAgainstHeyAndWrk", "-test.v")
		own.Env = append(os.Environ(), "LEAKCHECK_BENCH_CLIENT="+url, "LEAKCHECK_BENCH_CONNS="+n, "LEAKCHECK_BENCH_SPAN="+span)
		ours.add(measure(t, own, oursCount), rounds)
		hey.add(measure(t, exec.Command("hey", "-z", span, "-c", n, url), heyCount), rounds)
		wrk.add(measure(t, exec.Command("wrk", "-d", span, "-c", n, "-t", "2", url), wrkCount), rounds)
	}
	return ours, hey, wrk
}

func (o *outcome) add(x outcome, rounds float64) {
	o.rate += x.rate / rounds
	o.cpu += x.cpu / rounds
}

func measure(t *testing.T, cmd *exec.Cmd, count *regexp.Regexp) outcome {
	t.Helper()
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start)
	m := count.FindSubmatch(out)
	if err != nil || m == nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil || n == 0 {
		t.Fatalf("%v: %q requests", cmd.Args, m[1])
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return outcome{rate: n / took.Seconds(), cpu: float64(cpu.Microseconds()) / n}
}

// benchClient is the engine in a process of its own.
func benchClient(t *testing.T) {
	conns, err := strconv.Atoi(os.Getenv("LEAKCHECK_BENCH_CONNS"))
	if err != nil {
		t.Fatal(err)
	}
	span, err := time.ParseDuration(os.Getenv("LEAKCHECK_BENCH_SPAN"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(phase(span.Seconds(), soak.Firing{Loops: -1}), one(soak.Step{Path: "/"}, conns), Options{BaseURL: os.Getenv("LEAKCHECK_BENCH_CLIENT")})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	got, _ := sum([]soak.Batch{e.Take()})
	if len(got.Errors) > 0 {
		t.Fatalf("errors: %v", got.Errors)
	}
	fmt.Printf("sent %d\n", got.Requests)
}
