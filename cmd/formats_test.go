package cmd

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

var updateFormats = flag.Bool("update", false, "rewrite the golden files")

// runOnDisk is a run in a record, and what must be said of it in every format.
type runOnDisk struct {
	name     string
	targets  []curveOf
	length   time.Duration
	planned  time.Duration
	stopped  bool // by Ctrl-C
	code     int
	word     string // how the text begins
	verdict  soak.Verdict
	failures bool // the JUnit file has some
}

// curveOf gives a container's anonymous memory in MB after so many minutes.
type curveOf struct {
	name string
	anon func(minute float64, noise *rand.Rand) float64
}

func flat(minute float64, noise *rand.Rand) float64 { return 400 + noise.Float64() }

func rising(minute float64, noise *rand.Rand) float64 { return 400 + 3*minute + noise.Float64() }

// sawteeth fall every half hour to the same floor.
func sawteeth(minute float64, noise *rand.Rand) float64 {
	return 400 + 6*float64(int(minute)%30) + noise.Float64()
}

var runsOnDisk = []runOnDisk{
	{"leaking", []curveOf{{"fitnessally-oip-gpu-1", rising}}, 6 * time.Hour, 6 * time.Hour, false, soak.ExitFail, "FAIL ", soak.VerdictFail, true},
	{"healthy", []curveOf{{"fitnessally-oip-gpu-1", sawteeth}}, 26 * time.Hour, 26 * time.Hour, false, soak.ExitPass, "PASS ", soak.VerdictPass, false},
	{"undecided", []curveOf{{"fitnessally-oip-gpu-1", flat}}, 4 * time.Minute, 4 * time.Minute, false, soak.ExitInconclusive, "INCONCLUSIVE ", soak.VerdictInconclusive, false},
	{"interrupted", []curveOf{{"fitnessally-oip-gpu-1", flat}}, 4 * time.Minute, 24 * time.Hour, true, soak.ExitInterrupted, "INCONCLUSIVE ", soak.VerdictInconclusive, false},
	{"empty", []curveOf{{"fitnessally-oip-gpu-1", nil}}, 0, time.Hour, false, soak.ExitNotMeasured, "NOT MEASURED ", soak.VerdictNotMeasured, false},
	{"three", []curveOf{{"fitnessally-oip-gpu-1", rising}, {"oip-main-oip-1", sawteeth}, {"rockhoppers-oip-1", flat}}, 6 * time.Hour, 6 * time.Hour, false,
		soak.ExitFail, "FAIL ", soak.VerdictFail, true},
}

// store keeps a run on disk: a sample every other minute, or each minute of a short one.
func (s runOnDisk) store(t *testing.T) (dir string) {
	t.Helper()
	began := time.Date(2024, 12, 8, 20, 12, 0, 0, time.UTC)
	info := soak.RunInfo{ID: "stored-" + s.name, Version: "1.0", Started: began, Planned: s.planned.Seconds(), Interval: 120, LoadLevel: soak.LoadNone}
	for _, c := range s.targets {
		info.Targets = append(info.Targets, soak.TargetInfo{Name: c.name, Kind: "container", Image: "oip", Started: began, Limit: 8e9})
	}
	dir = filepath.Join(t.TempDir(), s.name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	rec, err := record.Create(recordPath(dir), record.Meta{Info: info})
	if err != nil {
		t.Fatal(err)
	}
	noise := rand.New(rand.NewPCG(1, 2))
	var b soak.Batch
	step := min(2*time.Minute, max(time.Minute, s.length/100))
	for at := time.Duration(0); at <= s.length; at += step {
		for _, c := range s.targets {
			if c.anon == nil {
				continue
			}
			x := soak.Sample{Target: c.name, Life: 1, Started: began, At: began.Add(at)}
			anon := int64(1e6 * c.anon(at.Minutes(), noise))
			for m, v := range map[soak.Metric]int64{soak.Anon: anon, soak.File: 30e6, soak.InactiveFile: 20e6, soak.Shmem: 0, soak.Kernel: 4e6,
				soak.Usage: anon + 34e6, soak.WorkingSet: anon + 14e6, soak.Limit: 8e9} {
				x.Set(m, v)
			}
			b.Samples = append(b.Samples, x)
		}
	}
	var last soak.Batch
	if s.stopped {
		last.Events = append(last.Events, soak.Event{At: began.Add(s.length), Kind: soak.EventInterrupt, Text: "leakcheck was stopped before the run's end"})
	}
	if err := errors.Join(rec.Record(b), rec.Record(last), rec.Finish(info), rec.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// One stored run says the same in every format: the reports of --out and what
// is printed, by its word, its exit code, and row for row in samples.csv.
func TestEveryFormatOfStoredRuns(t *testing.T) {
	for _, s := range runsOnDisk {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			dir := s.store(t)
			out := filepath.Join(dir, "again")
			text, code := s.report(t, dir, "--out", out)
			if code != s.code || !strings.Contains(text, s.word) || strings.Index(text, s.word) > 0 {
				t.Errorf("exit code %d, want %d; the text begins with %.80q, want %q", code, s.code, text, s.word)
			}
			for _, face := range []struct{ format, file string }{{"json", "run.json"}, {"junit", "junit.xml"}, {"markdown", "summary.md"}} {
				printed, code := s.report(t, dir, "--format", face.format)
				if kept := read(t, filepath.Join(out, face.file)); kept != printed || code != s.code {
					t.Errorf("--format %s (exit code %d) and %s differ", face.format, code, face.file)
				}
			}
			s.verify(t, out)
			golden := filepath.Join("testdata", "stored", s.name+".csv")
			if got := read(t, filepath.Join(out, "samples.csv")); *updateFormats {
				if err := errors.Join(os.MkdirAll(filepath.Dir(golden), 0o755), os.WriteFile(golden, []byte(got), 0o644)); err != nil {
					t.Fatal(err)
				}
			} else if got != read(t, golden) {
				t.Errorf("samples.csv differs from %s; if that is right: go test ./cmd -run EveryFormat -update", golden)
			}
		})
	}
}

// verify reads each file as its reader would.
func (s runOnDisk) verify(t *testing.T, out string) {
	t.Helper()
	var run soak.Report
	if err := json.Unmarshal([]byte(read(t, filepath.Join(out, "run.json"))), &run); err != nil || run.Verdict != s.verdict || run.ExitCode != s.code {
		t.Errorf("run.json: %v, verdict %s, exit code %d", err, run.Verdict, run.ExitCode)
	}
	var junit struct {
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Cases []struct{} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(read(t, filepath.Join(out, "junit.xml"))), &junit); err != nil || junit.Failures > 0 != s.failures || len(junit.Suites) != len(s.targets) {
		t.Errorf("junit.xml: %v, %+v", err, junit)
	}
	if s.verdict != soak.VerdictPass && junit.Failures+junit.Errors == 0 {
		t.Error("junit.xml passes, and the run does not")
	}
	word := strings.TrimSpace(s.word)
	if md := read(t, filepath.Join(out, "summary.md")); !strings.Contains(md, " "+word+": ") {
		t.Errorf("summary.md: %.80s", md)
	}
	page := read(t, filepath.Join(out, "report.html"))
	if !strings.Contains(page, ">"+word+"</span>") || !strings.HasSuffix(page, "</html>\n") {
		t.Error("report.html does not say the verdict, or does not end")
	}
	sampled := 0
	for _, c := range s.targets {
		if c.anon != nil {
			sampled++
		}
	}
	picture := read(t, filepath.Join(out, "memory.svg"))
	if err := xml.Unmarshal([]byte(picture), new(struct{})); err != nil || strings.Count(picture, `data-name="working set"`) != sampled {
		t.Errorf("memory.svg: %v, want %d curves", err, sampled)
	}
}

// report runs `leakcheck report` and returns what it printed and its exit code.
func (s runOnDisk) report(t *testing.T, dir string, args ...string) (string, int) {
	t.Helper()
	var out, said bytes.Buffer
	root := newRoot(&app{stdin: strings.NewReader(""), stdout: &out, stderr: &said, getenv: func(string) string { return "" }})
	root.SetArgs(append([]string{"report", dir}, args...))
	code := tell(root.ExecuteContext(t.Context()), &said)
	return out.String(), code
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
