package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A real Prometheus scrapes two real runs, one with the bug and one with the
// fix: every alert rule is evaluated, that of the leak fires for the one that
// leaks, and every query of the dashboard finds what it asks for.
func TestPrometheusScrapesASoak(t *testing.T) {
	t.Parallel()
	server, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("NOT TESTED: that Prometheus can scrape, alert and draw; install prometheus to test it")
	}
	dir := t.TempDir()
	bug, fix, db := address(t), address(t), address(t)
	rules, dashboard := exported(t, "alerts"), exported(t, "grafana")
	config := fmt.Sprintf("global: {scrape_interval: 500ms, evaluation_interval: 500ms}\nrule_files: [rules.yaml]\n"+
		"scrape_configs: [{job_name: leakcheck, static_configs: [{targets: ['%s', '%s']}]}]\n", bug, fix)
	write(t, filepath.Join(dir, "rules.yaml"), rules)
	write(t, filepath.Join(dir, "prometheus.yml"), []byte(config))

	defer soakAt(t, dir, bug, "--self-load", "12")()
	defer soakAt(t, dir, fix, "--self-load", "2", "--fix", "--cache-sweep", "3s", "--cache-ttl", "3s")()
	prometheus := start(t, dir, server, "--config.file=prometheus.yml", "--storage.tsdb.path="+filepath.Join(dir, "db"), "--web.listen-address="+db)
	defer prometheus()

	within(t, 100*time.Second, "the alert MemoryLeak fires", func() bool {
		var alerts struct {
			Data struct {
				Alerts []struct {
					State  string
					Labels map[string]string
				}
			}
		}
		ask(t, db, "/api/v1/alerts", nil, &alerts)
		for _, a := range alerts.Data.Alerts {
			if a.Labels["alertname"] == "MemoryLeak" && a.State == "firing" {
				if a.Labels["instance"] != bug {
					t.Errorf("the alert is about %s, and the bug is at %s", a.Labels["instance"], bug)
				}
				return true
			}
		}
		return false
	})
	rulesAreHealthy(t, db)
	for title, queries := range queriesOf(t, dashboard) {
		for _, q := range queries {
			within(t, 20*time.Second, title+" has data: "+q, func() bool { return series(t, db, q) > 0 })
		}
	}
}

func rulesAreHealthy(t *testing.T, db string) {
	t.Helper()
	var rules struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError string }
			}
		}
	}
	ask(t, db, "/api/v1/rules", nil, &rules)
	seen := 0
	for _, g := range rules.Data.Groups {
		for _, r := range g.Rules {
			seen++
			if r.Health != "ok" {
				t.Errorf("rule %s is %s: %s", r.Name, r.Health, r.LastError)
			}
		}
	}
	if seen < 8 {
		t.Errorf("Prometheus knows %d rules", seen)
	}
}

// soakAt begins a soak that serves its metrics at an address.
func soakAt(t *testing.T, dir, page string, demonode ...string) (stop func()) {
	t.Helper()
	node := address(t)
	args := []string{"soak", "--duration", "3m", "--interval", "200ms", "--profile", "oip-node", "--load", "full", "--url", "http://" + node,
		"--listen", page, "--out", filepath.Join(dir, page), "--", "leakcheck", "demonode", "--listen", node}
	return start(t, dir, "leakcheck", append(args, demonode...)...)
}

// rare is what a run without trouble has no series of.
const rare = "leakcheck_request_errors_total"

// queriesOf lists a dashboard's queries by panel, for all targets.
func queriesOf(t *testing.T, dashboard []byte) map[string][]string {
	t.Helper()
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(dashboard, &board); err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, p := range board.Panels {
		for _, q := range p.Targets {
			all[p.Title] = append(all[p.Title], strings.ReplaceAll(q.Expr, "$target", ".*"))
		}
	}
	if len(all) < 10 {
		t.Fatalf("a dashboard of %d panels", len(all))
	}
	return all
}

// series counts what a query finds; a query that Prometheus refuses fails the
// test, and one for what is rare counts as found.
func series(t *testing.T, db, query string) int {
	t.Helper()
	var found struct {
		Status, Error string
		Data          struct{ Result []json.RawMessage }
	}
	ask(t, db, "/api/v1/query", url.Values{"query": {query}}, &found)
	if found.Status != "success" {
		t.Fatalf("%s: %s", query, found.Error)
	}
	if strings.Contains(query, rare) {
		return 1
	}
	return len(found.Data.Result)
}

// ask reads an answer of Prometheus' API; none at all leaves the value as it is.
func ask(t *testing.T, db, path string, query url.Values, into any) {
	t.Helper()
	res, err := http.Get("http://" + db + path + "?" + query.Encode())
	if err != nil {
		return // it is starting
	}
	defer res.Body.Close()
	_ = json.NewDecoder(res.Body).Decode(into) // "Service Unavailable" while it starts
}

func within(t *testing.T, d time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within %s: %s", d, what)
}

func exported(t *testing.T, what string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "leakcheck", "export", what).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// address is one on loopback that nobody listens on.
func address(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start runs a program until the returned function interrupts it.
func start(t *testing.T, dir, name string, args ...string) (stop func()) {
	t.Helper()
	var said bytes.Buffer
	c := exec.Command(name, args...)
	c.Dir, c.Stdout, c.Stderr = dir, &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait() // its verdict is not what is tested
		if t.Failed() {
			t.Logf("%s said:\n%s", name, said.String())
		}
	}
}
