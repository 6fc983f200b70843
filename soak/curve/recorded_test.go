package curve

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// readCurve reads a recorded curve.
func readCurve(t testing.TB, name string) []soak.Sample {
	t.Helper()
	f, err := os.Open(filepath.Join("../../testdata/curves", name+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []soak.Sample
	for _, row := range rows[1:] {
		var x soak.Sample
		for i, name := range rows[0] {
			if name == "unix" {
				v, err := strconv.ParseFloat(row[i], 64)
				if err != nil {
					t.Fatal(err)
				}
				x.At = time.UnixMicro(int64(v * 1e6))
			} else if m, ok := soak.ParseMetric(name); ok {
				v, err := strconv.ParseInt(row[i], 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				x.Set(m, v)
			}
		}
		out = append(out, x)
	}
	return out
}

// judge feeds a whole series.
func judge(xs []soak.Sample, o Options) (*Stream, soak.Result) {
	s := New(o)
	for _, x := range xs {
		s.Add(x)
	}
	return s, s.Result()
}

// TestRecordedCurves judges recordings of real programs. Where they leak, the
// rate must lie in the given range, in MB/h: what the program was built to
// leak, give or take what its collector adds.
func TestRecordedCurves(t *testing.T) {
	for _, c := range []struct {
		name      string
		pattern   soak.Pattern
		low, high float64
		trait     soak.Trait
	}{
		{"glibc-churn", soak.PatternInconclusive, 0, 0, soak.TraitWarmUp},
		{"go-restart-leak", soak.LinearGrowth, 95, 160, soak.TraitRestarts},
		{"go-saw-leak", soak.LinearGrowth, 92, 105, ""},
		{"go-settling", soak.Stable, 0, 0, soak.TraitPlateau},
		{"java-big-young", soak.Stable, 0, 0, soak.TraitWarmUp},
		{"java-g1-leak", soak.LinearGrowth, 200, 400, ""},
		{"java-g1-spikes", soak.Stable, 0, 0, soak.TraitSpikes},
		{"nginx-pagecache", soak.Stable, 0, 0, soak.TraitPageCache},
		{"node-buffer-leak", soak.LinearGrowth, 60, 95, ""},
		{"node-closure-leak", soak.LinearGrowth, 205, 250, ""},
		{"node-dips", soak.Stable, 0, 0, soak.TraitWarmUp},
		{"node-healthy", soak.Stable, 0, 0, soak.TraitRestarts},
		{"node-idle", soak.Stable, 0, 0, soak.TraitSlowGrowth},
		{"node-startup-decay", soak.Stable, 0, 0, ""},
		{"postgres-pgbench", soak.Stable, 0, 0, soak.TraitPageCache},
		{"python-shm-leak", soak.LinearGrowth, 117, 119, ""},
		{"python-stairs-leak", soak.LinearGrowth, 290, 370, soak.TraitStaircase},
		{"redis-maxmemory-lru", soak.Stable, 0, 0, soak.TraitWarmUp},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, r := judge(readCurve(t, c.name), Options{})
			if r.Pattern != c.pattern {
				t.Errorf("pattern %s, want %s: %s", r.Pattern, c.pattern, r.Why)
			}
			if (r.Leak == soak.LeakYes) != (c.pattern == soak.LinearGrowth) {
				t.Errorf("leak %s", r.Leak)
			}
			if x := r.Slope.Estimate / 1e6; c.high > 0 && (x < c.low || x > c.high) {
				t.Errorf("%.1f MB/h, want %.0f to %.0f", x, c.low, c.high)
			}
			if c.trait != "" && !has(r.Traits, c.trait) {
				t.Errorf("traits %v lack %s", r.Traits, c.trait)
			}
		})
	}
}

// TestRecordedCurvesCut judges the first 25 minutes of each recording, and what
// is left without its first five: a leak is still a leak, and nothing healthy
// becomes one.
func TestRecordedCurvesCut(t *testing.T) {
	files, err := filepath.Glob("../../testdata/curves/*.csv")
	if err != nil || len(files) < 18 {
		t.Fatalf("%d recordings, want 18 or more: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".csv")
		xs := readCurve(t, name)
		begin := xs[0].At
		var early, late []soak.Sample
		for _, x := range xs {
			if x.At.Sub(begin) <= 25*time.Minute {
				early = append(early, x)
			}
			if x.At.Sub(begin) >= 5*time.Minute {
				late = append(late, x)
			}
		}
		for cut, xs := range map[string][]soak.Sample{"25 minutes": early, "after 5 minutes": late} {
			_, r := judge(xs, Options{})
			if strings.HasSuffix(name, "-leak") != (r.Leak == soak.LeakYes) {
				t.Errorf("%s, %s: leak %s: %s", name, cut, r.Leak, r.Why)
			}
		}
	}
}

func has(traits []soak.Trait, want soak.Trait) bool {
	for _, x := range traits {
		if x == want {
			return true
		}
	}
	return false
}
