package cmd

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"leakcheck/report"
	"leakcheck/soak"
)

// served is a page on loopback that counts how often the run was judged.
func served(t *testing.T, address string) (p *page, judged *atomic.Int64) {
	t.Helper()
	p, err := listen(address)
	if err != nil {
		t.Fatal(err)
	}
	judged = &atomic.Int64{}
	p.serve(func() *report.View { judged.Add(1); return oneView() })
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	return p, judged
}

func oneView() *report.View {
	return report.NewView(soak.Report{Memory: []soak.MemoryResult{{Result: soak.Result{Target: "<script>", Leak: soak.LeakInconclusive}}}}, nil, someTime)
}

func TestThePageKnowsTwoPathsAndOnlyReading(t *testing.T) {
	p, judged := served(t, "127.0.0.1:0")
	base := "http://" + p.listener.Addr().String()
	for _, x := range []struct {
		method, path, host string
		code               int
		text               string
	}{
		{"GET", "/", "", 200, `http-equiv="refresh"`},
		{"HEAD", "/", "", 200, ""},
		{"GET", "/metrics", "", 200, "leakcheck_leak{"},
		{"GET", "/metrics?x=1", "localhost:7070", 200, "leakcheck_leak{"},
		{"GET", "/metrics", "[::1]:7070", 200, "leakcheck_leak{"},
		{"POST", "/", "", 405, "only be read"},
		{"DELETE", "/metrics", "", 405, "only be read"},
		{"GET", "/run.db", "", 404, "there are only"},
		{"GET", "/../../etc/passwd", "", 404, "there are only"},
		{"GET", "/%2e%2e/%2e%2e/etc/passwd", "", 404, "there are only"},
		{"GET", "//", "", 404, "there are only"},
		{"GET", "/debug/pprof/", "", 404, "there are only"},
		{"GET", "/", "evil.example", 403, "this machine alone"},
	} {
		r, err := http.NewRequest(x.method, base+x.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = x.host
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != x.code || !strings.Contains(string(body), x.text) {
			t.Errorf("%s %s for %q: %d, want %d and %q in:\n%.200s", x.method, x.path, x.host, res.StatusCode, x.code, x.text, body)
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: unsafe", x.method, x.path)
		}
	}
	if n := judged.Load(); n > 3 {
		t.Errorf("the run was judged %d times for a burst of requests", n)
	}
}

func TestWhoCanReadThePageIsSaid(t *testing.T) {
	for address, warned := range map[string]bool{"127.0.0.1:0": false, "localhost:0": false, ":0": true, "0.0.0.0:0": true} {
		p, _ := served(t, address)
		var out bytes.Buffer
		p.announce(&out)
		if strings.Contains(out.String(), "Warning") != warned {
			t.Errorf("%s: %q, warned should be %v", address, out.String(), warned)
		}
	}
}

func TestAnAddressThatCannotBeUsedIsAMistake(t *testing.T) {
	taken := httptest.NewServer(nil)
	defer taken.Close()
	for _, address := range []string{"7070", "127.0.0.1", taken.Listener.Addr().String()} {
		_, err := listen(address)
		if x := (*exit)(nil); !errors.As(err, &x) || x.code != soak.ExitUsage {
			t.Errorf("%s: %v", address, err)
		}
	}
}
