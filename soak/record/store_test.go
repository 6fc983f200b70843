package record_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/record"
	"leakcheck/soak/record/curvefile"
)

func TestDir(t *testing.T) {
	for _, c := range []struct{ state, home, want string }{
		{"/s", "/h", "/s/leakcheck"},
		{"", "/h", "/h/.local/state/leakcheck"},
		{"relative", "/h", "/h/.local/state/leakcheck"},
	} {
		env := map[string]string{"XDG_STATE_HOME": c.state, "HOME": c.home}
		if got := record.Dir(func(k string) string { return env[k] }); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestNewID(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	if got := record.NewID(day, bytes.NewReader([]byte{0, 1, 31, 255})); got != "abah-20260301" {
		t.Errorf("got %s", got)
	}
}

// stored fills a store with runs of these ids, the first the oldest.
func stored(t *testing.T, ids ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i, id := range ids {
		info := soak.RunInfo{ID: id, Profile: "generic", Started: start.Add(time.Duration(i) * time.Hour), Targets: []soak.TargetInfo{{Name: "n1"}, {Name: "n2"}}}
		r, err := record.Create(record.Path(dir, id), record.Meta{Info: info})
		must(t, err)
		s := sampleAt("n1", 90)
		s.At = info.Started.Add(90 * time.Second)
		must(t, r.Record(soak.Batch{Samples: []soak.Sample{s}}))
		if i%2 == 0 {
			must(t, r.Finish(info))
		}
		must(t, r.Close())
	}
	return dir
}

func TestList(t *testing.T) {
	if all, err := record.List(filepath.Join(t.TempDir(), "none")); err != nil || len(all) != 0 || all == nil {
		t.Errorf("a store that does not exist: %v, %v", all, err)
	}
	dir := stored(t, "aaaa-1", "abbb-2", "cccc-3")
	must(t, os.WriteFile(record.Path(dir, "broken"), []byte("this is not a database at all"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600))
	all, err := record.List(dir)
	must(t, err)
	var got []string
	for _, s := range all {
		got = append(got, s.ID+" "+string(s.State))
	}
	if want := "broken unreadable,cccc-3 finished,abbb-2 interrupted,aaaa-1 finished"; strings.Join(got, ",") != want {
		t.Errorf("got %q", got)
	}
	s := all[1]
	if s.Profile != "generic" || strings.Join(s.Targets, " ") != "n1 n2" || s.Last.Sub(s.Started) != 90*time.Second || s.Size == 0 || s.Err != nil {
		t.Errorf("%+v", s)
	}
	if !errors.Is(all[0].Err, record.ErrNotRecord) {
		t.Errorf("broken: %v", all[0].Err)
	}
}

func TestFind(t *testing.T) {
	dir := stored(t, "aaaa-1", "abbb-2", "cccc-3")
	out := filepath.Join(t.TempDir(), "out")
	elsewhere := create(t, filepath.Join(out, record.FileName))
	must(t, elsewhere.Close())
	for ref, want := range map[string]string{
		"latest": record.Path(dir, "cccc-3"), "aaaa-1": record.Path(dir, "aaaa-1"), "ab": record.Path(dir, "abbb-2"), "CCC": record.Path(dir, "cccc-3"),
		out: elsewhere.Path(), elsewhere.Path(): elsewhere.Path(), filepath.Join(out, ".") + "/": elsewhere.Path(),
	} {
		if got, err := record.Find(dir, ref); err != nil || filepath.Clean(got) != want {
			t.Errorf("%s: %s, %v", ref, got, err)
		}
	}
	for ref, want := range map[string]string{
		"a":     `no such run: "a" fits aaaa-1, abbb-2; give more of it`,
		"cbcc":  `the nearest of the 3 stored are cccc-3, abbb-2`,
		"":      `no such run as ""`,
		dir:     `holds no run.db`,
		"a/../": `no such run`,
	} {
		if got, err := record.Find(dir, ref); !errors.Is(err, record.ErrNoRun) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %s, %v", ref, got, err)
		}
	}
	empty := t.TempDir()
	for _, ref := range []string{"latest", "x"} {
		if _, err := record.Find(empty, ref); !errors.Is(err, record.ErrNoRun) || !strings.Contains(err.Error(), empty) {
			t.Errorf("empty store, %s: %v", ref, err)
		}
	}
}

func TestRemove(t *testing.T) {
	dir := stored(t, "aaaa-1", "abbb-2")
	must(t, record.Remove(record.Path(dir, "aaaa-1")))
	files, err := os.ReadDir(dir)
	must(t, err)
	if len(files) != 1 || files[0].Name() != "abbb-2.db" {
		t.Errorf("left: %v", files)
	}
	if err := record.Remove(record.Path(dir, "aaaa-1")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("removed twice: %v", err)
	}
}

// TestCSVIsReadBack holds WriteCSV to the reader of curve files.
func TestCSVIsReadBack(t *testing.T) {
	var want []soak.Sample
	for i := range 50 {
		s := sampleAt([]string{"plain", `a "quoted", one`, "=2+3 line\nbreak"}[i%3], i)
		if i%4 == 0 {
			s.Values = soak.Values{}
			s.SetDerived(soak.Shmem, 5)
		}
		want = append(want, s)
	}
	var b strings.Builder
	must(t, record.WriteCSV(&b, func(yield func(soak.Sample, error) bool) {
		for _, s := range want {
			if !yield(s, nil) {
				return
			}
		}
	}))
	const header = "unix_ms,target,life,usage,working_set,anon,file,inactive_file,shmem,kernel,limit,cpu_ns,requests,restarts,oom_kills\n"
	if !strings.HasPrefix(b.String(), header) {
		t.Fatalf("the header is %q", strings.SplitAfter(b.String(), "\n")[0])
	}
	i := 0
	for s, err := range curvefile.Read("samples.csv", strings.NewReader(b.String()), curvefile.Options{}) {
		must(t, err)
		w := want[i]
		if s.Target != strings.ReplaceAll(w.Target, "\n", " ") || !s.At.Equal(w.At.Truncate(time.Millisecond)) || s.Life != w.Life {
			t.Errorf("row %d: %+v", i, s)
		}
		for _, m := range []soak.Metric{soak.Usage, soak.Shmem, soak.Limit, soak.Requests} {
			a, hasA := s.Get(m)
			b, hasB := w.Get(m)
			if a != b || hasA != hasB {
				t.Errorf("row %d: %s is %d %v, want %d %v", i, m, a, hasA, b, hasB)
			}
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%d of %d rows", i, len(want))
	}
}

func TestCSVSaysThatWritingFailed(t *testing.T) {
	if err := record.WriteCSV(broken{}, func(func(soak.Sample, error) bool) {}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }
