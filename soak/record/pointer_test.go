package record_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

// A run that is recorded elsewhere is found like any other, until its record is
// gone: then it is passed over, shown as gone, and forgotten when it is removed.
func TestPointers(t *testing.T) {
	dir, elsewhere := stored(t, "aaaa-1"), stored(t, "bbbb-2", "cccc-3")
	away := record.Path(elsewhere, "cccc-3")
	must(t, record.Point(dir, "cccc-3", away))
	for _, ref := range []string{"cccc-3", "cc", "latest"} {
		if path, err := record.Find(dir, ref); err != nil || path != away {
			t.Errorf("%s: %s, %v", ref, path, err)
		}
	}
	all, err := record.List(dir)
	if err != nil || len(all) != 2 || all[0].ID != "cccc-3" || all[0].State != record.Interrupted || all[0].Path != away {
		t.Errorf("%+v, %v", all, err)
	}
	must(t, record.Forget(dir, away)) // it is there: nothing is forgotten
	must(t, record.Remove(away))
	if path, err := record.Find(dir, "cccc-3"); !errors.Is(err, record.ErrGone) || !errors.Is(err, record.ErrNoRun) || path != away {
		t.Errorf("%s, %v", path, err)
	}
	if path, err := record.Find(dir, "latest"); err != nil || path != record.Path(dir, "aaaa-1") {
		t.Errorf("latest: %s, %v", path, err)
	}
	if all, err = record.List(dir); err != nil || len(all) != 2 || all[0].State != record.Gone || !strings.Contains(all[0].Err.Error(), away) {
		t.Errorf("%+v, %v", all, err)
	}
	must(t, record.Forget(dir, away))
	if all, err = record.List(dir); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}

// A folder may hold the record of another run by now, and a pointer anything.
func TestPointersToSomethingElse(t *testing.T) {
	elsewhere, dir := stored(t, "bbbb-2"), t.TempDir()
	must(t, record.Point(dir, "cccc-3", record.Path(elsewhere, "bbbb-2")))
	must(t, os.WriteFile(filepath.Join(dir, "dddd-4.at"), []byte("nonsense"), 0o600))
	all, err := record.List(dir)
	if err != nil || len(all) != 2 || all[0].State != record.Gone || all[1].State != record.Unreadable {
		t.Errorf("%+v, %v", all, err)
	}
}

// The latest run of a kind is not the latest of all, and one that cannot be read
// is of none.
func TestLatestOfAKind(t *testing.T) {
	dir := stored(t, "aaaa-1", "bbbb-2")
	began := start.Add(-time.Hour)
	for i, id := range []string{"eeee-1", "eeee-2"} {
		info := soak.RunInfo{ID: id, Kind: soak.KindDiagnose, Started: began.Add(time.Duration(i) * time.Minute)}
		r, err := record.Create(record.Path(dir, id), record.Meta{Info: info})
		must(t, err)
		must(t, r.Close())
	}
	must(t, os.WriteFile(record.Path(dir, "zzzz-9"), []byte("broken"), 0o600))
	for kind, want := range map[soak.RunKind]string{soak.KindDiagnose: "eeee-2", soak.KindSoak: "bbbb-2"} {
		if s, err := record.LatestOf(dir, kind); err != nil || s.ID != want || s.Path != record.Path(dir, want) {
			t.Errorf("%q: %+v, %v, want %s", kind, s, err, want)
		}
	}
	if s, err := record.LatestOf(dir, soak.KindFire); !errors.Is(err, record.ErrNoRun) {
		t.Errorf("%+v, %v", s, err)
	}
}
