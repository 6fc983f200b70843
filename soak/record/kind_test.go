package record_test

import (
	"path/filepath"
	"testing"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

// Runs from before they had a kind said it where the load level is.
func TestOldRunsHaveAKind(t *testing.T) {
	for level, want := range map[soak.LoadLevel]soak.RunInfo{
		"diagnose": {Kind: soak.KindDiagnose}, "fire": {Kind: soak.KindFire}, soak.LoadGentle: {LoadLevel: soak.LoadGentle},
	} {
		path := filepath.Join(t.TempDir(), "run.db")
		r, err := record.Create(path, record.Meta{Info: soak.RunInfo{LoadLevel: level}})
		must(t, err)
		must(t, r.Close())
		r, err = record.Open(path)
		must(t, err)
		if got := r.Meta().Info; got.Kind != want.Kind || got.LoadLevel != want.LoadLevel {
			t.Errorf("%s: kind %q, level %q", level, got.Kind, got.LoadLevel)
		}
		must(t, r.Close())
	}
}
