package export

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"leakcheck/report"
	"leakcheck/soak"
)

// full is a run of which every metric is known.
func full(t *testing.T) string {
	t.Helper()
	one, at := 1.0, time.Unix(1000, 0)
	c := report.NewCollector(0)
	s := soak.Sample{Target: "node", Life: 1, At: at}
	s.Set(soak.WorkingSet, 5)
	if err := c.Record(soak.Batch{Samples: []soak.Sample{s}}); err != nil {
		t.Fatal(err)
	}
	r := soak.Report{
		Run: soak.RunInfo{Planned: 1, Targets: []soak.TargetInfo{{Name: "node"}}},
		Memory: []soak.MemoryResult{{Components: map[string]soak.Range{"working_set": {Last: 5}}, Result: soak.Result{Target: "node", Leak: soak.LeakYes,
			Slope: &soak.Interval{}, Forecast: &soak.Forecast{Wall: "limit", WallBytes: 9, Hours: soak.Hours{Estimate: &one}}}}},
		Checks:  []soak.CheckResult{{ID: "a", Target: "node", Outcome: soak.Fail}},
		Signals: []soak.SignalResult{{Name: "cache_hit_rate", Target: "node", Count: 1, First: &at, Last: &at, Values: map[string]float64{"percent": 3}}},
		Load:    soak.LoadResult{Scenarios: []soak.ScenarioResult{{Name: "workout", Requests: 1, Errors: map[soak.ErrorKind]int64{soak.ErrorReset: 1}}}},
	}
	var b bytes.Buffer
	if err := report.Metrics(&b, report.NewView(r, c.Series(), at)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var metricName = regexp.MustCompile(`leakcheck_[a-z0-9_]+`)

// Every metric that a rule or a panel asks for is one that leakcheck prints,
// with a sample when all is known.
func TestEveryMetricAskedForExists(t *testing.T) {
	printed := full(t)
	asked := alerts
	for _, p := range panels {
		for _, q := range p.queries {
			asked += "\n" + q.expr
		}
	}
	names := metricName.FindAllString(asked, -1)
	if len(names) < 20 {
		t.Fatalf("only %d metrics are asked for", len(names))
	}
	for _, n := range names {
		if !strings.Contains(printed, "\n"+n+"{") && !strings.Contains(printed, "\n"+n+" ") {
			t.Errorf("%s is asked for and never printed", n)
		}
	}
}

func TestAlertsAreRules(t *testing.T) {
	var b bytes.Buffer
	if err := Alerts(&b); err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.UnmarshalWithOptions(b.Bytes(), &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range file.Groups[0].Rules {
		if r.Alert == "" || r.Expr == "" || r.Annotations["summary"] == "" || r.Labels["severity"] == "" || seen[r.Alert] {
			t.Errorf("rule %+v is incomplete or a double", r)
		}
		seen[r.Alert] = true
	}
}

func TestGrafanaPanelsDoNotOverlap(t *testing.T) {
	var b bytes.Buffer
	if err := Grafana(&b); err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			ID      int
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(b.Bytes(), &board); err != nil {
		t.Fatal(err)
	}
	taken := map[[2]int]int{}
	for _, p := range board.Panels {
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other, ok := taken[[2]int{x, y}]; ok || x >= 24 {
					t.Fatalf("panel %d lies over panel %d at %d,%d", p.ID, other, x, y)
				}
				taken[[2]int{x, y}] = p.ID
			}
		}
	}
}

// promtool is the judge of rules and metrics where it is installed.
func TestPromtoolAgrees(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("NOT TESTED: promtool's opinion of rules and metrics; install prometheus to test it")
	}
	path := filepath.Join(t.TempDir(), "alerts.yaml")
	if err := os.WriteFile(path, []byte(alerts), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "check", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("promtool check rules: %v\n%s", err, out)
	}
	check := exec.Command(tool, "check", "metrics")
	check.Stdin = strings.NewReader(full(t))
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}
