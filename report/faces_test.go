package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// Text never runs over the width that it was given.
func TestTextFits(t *testing.T) {
	views := []*View{poisoned(t)}
	for _, f := range fixtures() {
		views = append(views, f.view())
	}
	for _, v := range views {
		for _, w := range []int{80, 100, 160} {
			for _, o := range []TextOptions{{Width: w}, {Width: w, Unicode: true}, {Width: w, Unicode: true, Color: true}, {Width: w, Plain: true}} {
				var b bytes.Buffer
				if err := Text(&b, v, o); err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(b.String()) {
					if got := width(strings.TrimRight(line, "\n")); got > w {
						t.Fatalf("%.20s at %d columns: %d columns in %q", v.Report.Run.ID, w, got, line)
					}
				}
				if !o.Color && strings.Contains(b.String(), "\x1b") {
					t.Errorf("an escape without colour")
				}
				if !o.Unicode && strings.ContainsFunc(b.String(), func(r rune) bool { return r > 126 }) {
					t.Errorf("more than ASCII without Unicode")
				}
			}
		}
	}
}

func TestStatusLineFits(t *testing.T) {
	for _, f := range fixtures() {
		for _, w := range []int{40, 80, 120} {
			for _, unicode := range []bool{true, false} {
				line := StatusLine(f.view(), TextOptions{Width: w, Unicode: unicode})
				if width(line) >= w || strings.Contains(line, "\n") {
					t.Errorf("%s at %d: %q", f.name, w, line)
				}
			}
		}
	}
}

func TestWriteAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "out")
	v := healthy().view()
	for range 2 { // the second time over the first
		if err := WriteAll(dir, v); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(files) {
		t.Errorf("%d files, want %d", len(entries), len(files))
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.Mode().Perm() != 0o644 || info.Size() == 0 {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
}

// A file that cannot be written is named, and does not keep the others back.
func TestWriteAllNamesWhatFailed(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "junit.xml", "in-the-way"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := WriteAll(dir, healthy().view())
	if err == nil || !strings.Contains(err.Error(), "junit.xml") || strings.Contains(err.Error(), "-*") {
		t.Fatalf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "memory.svg")); err != nil {
		t.Error(err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(left) > 0 {
		t.Errorf("temporary files stay: %v", left)
	}
	blocked := filepath.Join(dir, "run.json")
	if err := WriteAll(blocked, healthy().view()); err == nil || !strings.Contains(err.Error(), "--out") {
		t.Errorf("a file in the folder's place: %v", err)
	}
}

// A week at one sample a second is a page under a megabyte, with its one
// highest sample in it.
func TestWeekFits(t *testing.T) {
	v := week(604_800 / 60)
	var b bytes.Buffer
	if err := HTML(&b, v); err != nil {
		t.Fatal(err)
	}
	if b.Len() >= 1_000_000 {
		t.Errorf("%d bytes", b.Len())
	}
	if _, high, _ := v.Series[node].Memory["working_set"].Range(); high != 4e9 {
		t.Errorf("the peak is %g, want 4e9", high)
	}
}

// week is a run of seven days with n samples, one of them a peak.
func week(n int) *View {
	c := NewCollector(0)
	step := 7 * 24 * time.Hour / time.Duration(n)
	saw := sawtooth(1.3*gb, 1.9*gb, 11*time.Minute, 4)
	for i := range n {
		at := step * time.Duration(i)
		anon, file := saw(at)
		s := soak.Sample{Target: node, Life: 1, At: start.Add(at)}
		for m, x := range map[soak.Metric]float64{soak.Anon: anon, soak.File: file, soak.Kernel: 14e6 + file/50, soak.Shmem: 2e6 + anon/900, soak.WorkingSet: anon + file/5} {
			s.Set(m, int64(x))
		}
		if i == n/3 {
			s.Set(soak.WorkingSet, 4e9)
		}
		_ = c.Record(soak.Batch{Samples: []soak.Sample{s}})
	}
	r := base("week", 7*24*time.Hour, 7*24*time.Hour, node)
	r.Memory = []soak.MemoryResult{{Result: soak.Result{Target: node, Samples: n, Duration: 7 * 86400, Pattern: soak.Sawtooth, Leak: soak.LeakNo}}}
	return NewView(r, c.Series(), start.Add(7*24*time.Hour))
}

func BenchmarkHTMLOfAWeek(b *testing.B) {
	for b.Loop() {
		v := week(604_800)
		var out bytes.Buffer
		if err := HTML(&out, v); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(out.Len()), "bytes/page")
	}
}

func BenchmarkRecord(b *testing.B) {
	c := NewCollector(0)
	saw := sawtooth(1.3*gb, 1.9*gb, 11*time.Minute, 4)
	s := soak.Sample{Target: node, Life: 1, At: start}
	for b.Loop() {
		anon, file := saw(s.At.Sub(start))
		s.At = s.At.Add(time.Second)
		s.Set(soak.Anon, int64(anon))
		s.Set(soak.File, int64(file))
		s.Set(soak.WorkingSet, int64(anon+file/5))
		_ = c.Record(soak.Batch{Samples: []soak.Sample{s}})
	}
}
