package curve

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// readCurve reads a recorded curve, packed or not.
func readCurve(t testing.TB, name string) []soak.Sample {
	t.Helper()
	var in io.Reader
	f, err := os.Open(filepath.Join("../../testdata/curves", name+".csv"))
	if in = f; os.IsNotExist(err) {
		if f, err = os.Open(filepath.Join("../../testdata/curves", name+".csv.gz")); err == nil {
			in, err = gzip.NewReader(f)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(in).ReadAll()
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

// told is what the command line of a recorded program told it to fill.
var told = map[string]float64{"java-first-touch": 512 << 20, "redis-filling": 48 << 20}

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

		{"glibc-churn-leak", soak.LinearGrowth, 40, 55, ""},
		{"go-goroutine-leak", soak.PatternInconclusive, 0, 0, ""},
		{"go-memory-limit", soak.Stable, 0, 0, soak.TraitPlateau},
		{"go-teeth-leak", soak.LinearGrowth, 10, 25, ""},
		{"java-direct-leak", soak.LinearGrowth, 19.5, 21.5, ""},
		{"java-serial-leak", soak.LinearGrowth, 40, 100, ""},
		{"java-threads-leak", soak.LinearGrowth, 40, 100, ""},
		{"java-zgc", soak.PatternInconclusive, 0, 0, ""},
		{"node-code-warmup", soak.Stable, 0, 0, ""},
		{"node-default", soak.Stable, 0, 0, ""},
		{"node-external-slow-leak", soak.LinearGrowth, 27, 36, ""},
		{"node-late-leak", soak.LinearGrowth, 55, 110, ""},
		{"node-lru", soak.PatternInconclusive, 0, 0, ""},
		{"node-oldspace", soak.PatternInconclusive, 0, 0, ""},
		{"postgres-prepare-leak", soak.LinearGrowth, 95, 125, ""},
		{"postgres-shared-fill", soak.PatternInconclusive, 0, 0, ""},
		{"python-arenas", soak.Stable, 0, 0, soak.TraitPlateau},
		{"python-burst-leak", soak.LinearGrowth, 97, 108, ""},
		{"redis-lru", soak.Stable, 0, 0, ""},
		{"redis-nottl-leak", soak.LinearGrowth, 48, 60, ""},
		{"redis-ttl", soak.Stable, 0, 0, ""},

		{"glibc-arenas", soak.Stable, 0, 0, soak.TraitPlateau},
		{"glibc-small-leak", soak.LinearGrowth, 5.7, 6.3, ""},
		{"go-forgotten-leak", soak.LinearGrowth, 7, 10, ""},
		{"go-zipf-cache", soak.Stable, 0, 0, ""},
		{"java-sessions", soak.Stable, 0, 0, ""},
		{"postgres-settings-leak", soak.LinearGrowth, 8, 9, ""},

		{"java-first-touch", soak.PatternInconclusive, 0, 0, ""},
		{"redis-filling", soak.PatternInconclusive, 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, r := judge(readCurve(t, c.name), Options{Fills: told[c.name]})
			if r.Pattern != c.pattern {
				t.Errorf("pattern %s, want %s: %s", r.Pattern, c.pattern, r.Why)
			}
			if (r.Leak == soak.LeakYes) != (c.pattern == soak.LinearGrowth) {
				t.Errorf("leak %s", r.Leak)
			}
			if c.high > 0 && (r.Slope.Estimate < c.low*1e6 || r.Slope.Estimate > c.high*1e6) {
				t.Errorf("%.1f MB/h, want %.0f to %.0f", r.Slope.Estimate/1e6, c.low, c.high)
			}
			if c.trait != "" && !has(r.Traits, c.trait) {
				t.Errorf("traits %v lack %s", r.Traits, c.trait)
			}
		})
	}
}

// TestRecordedCurvesCut judges parts of each recording: nothing healthy becomes
// a leak, and a leak is still one, or undecided where the part is too short.
func TestRecordedCurvesCut(t *testing.T) {
	files, err := filepath.Glob("../../testdata/curves/*.csv*")
	if err != nil || len(files) < 47 {
		t.Fatalf("%d recordings, want 47 or more: %v", len(files), err)
	}
	cuts := []struct{ from, to float64 }{{0, 25}, {0, 35}, {0, 45}, {5, 60}, {10, 40}}
	leaks, undecided := 0, 0
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		leaking := strings.HasSuffix(name, "-leak")
		xs := readCurve(t, name)
		for _, cut := range cuts {
			s := New(Options{Fills: told[name]})
			for _, x := range xs {
				if age := x.At.Sub(xs[0].At).Minutes(); age >= cut.from && age <= cut.to {
					s.Add(x)
				}
			}
			r := s.Result()
			if leaking && r.Leak == soak.LeakNo || !leaking && r.Leak == soak.LeakYes {
				t.Errorf("%s, minutes %.0f to %.0f: leak %s: %s", name, cut.from, cut.to, r.Leak, r.Why)
			}
			if leaking {
				leaks++
				if r.Leak != soak.LeakYes {
					undecided++
					t.Logf("%s, minutes %.0f to %.0f: undecided: %s", name, cut.from, cut.to, r.Why)
				}
			}
		}
	}
	if undecided*10 > leaks {
		t.Errorf("%d of %d parts of leaks are undecided, want at most a tenth", undecided, leaks)
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
