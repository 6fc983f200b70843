package cmd

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

// TestOnlyASoakThatHasTimeLeftIsGoneOnWith, and another run is told what it is.
func TestOnlyASoakThatHasTimeLeftIsGoneOnWith(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for want, info := range map[string]soak.RunInfo{
		"":                              {Planned: 3600},
		"had its 10s: there is nothing": {Planned: 10},
		"had its 0s: there is nothing":  {Planned: 0}, // a watch
		"is a rehearsal":                {Planned: 3600, Rehearsal: 60},
		"is a verify, no soak: `leakcheck report r1`":             {Planned: 3600, Kind: soak.KindVerify},
		"is a fire, no soak: `leakcheck report r1`":               {Kind: soak.KindFire},
		"is a diagnose, no soak: `leakcheck diagnose --resume r1": {Kind: soak.KindDiagnose},
	} {
		info.ID, info.Started = "r1", now.Add(-20*time.Second)
		o, err := soakOptions{}.goOn(record.Meta{Info: info}, now)
		if want == "" {
			if err != nil || o.duration.D() != 3580*time.Second || info.Left(now) != o.duration.D() {
				t.Errorf("%s left, the run says %s, %v", o.duration, info.Left(now), err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || info.Left(now) != 0 {
			t.Errorf("%+v: %v with %s left, want %q", info, err, info.Left(now), want)
		}
	}
}

// TestResumeIsAdvisedForWhatOutlivesLeakcheck: a command that it had started is gone.
func TestResumeIsAdvisedForWhatOutlivesLeakcheck(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for name, c := range map[string]struct {
		kind    string
		pid     int
		planned float64
		want    bool
	}{"container": {"container", 0, 3600, true}, "at its end": {"container", 0, 20, false}, "pid": {"process", 17, 3600, true}, "command": {"process", 0, 3600, false}} {
		r := &run{info: soak.RunInfo{Started: now.Add(-20 * time.Second), Planned: c.planned, Targets: []soak.TargetInfo{{Kind: c.kind}}}}
		r.o.pid = c.pid
		if got := r.resumable(now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestTheLatestSoakIsGoneOnWith though a verify came after it.
func TestTheLatestSoakIsGoneOnWith(t *testing.T) {
	dir := t.TempDir()
	a := &app{getenv: func(name string) string { return map[string]string{"XDG_STATE_HOME": dir}[name] }}
	if _, err := a.latestSoak(); err == nil || !strings.Contains(err.Error(), "no soak is stored") {
		t.Errorf("an empty store: %v", err)
	}
	began := time.Unix(1_700_000_000, 0)
	for i, kind := range []soak.RunKind{soak.KindSoak, soak.KindSoak, soak.KindVerify} {
		id := string(kind) + "-" + string(rune('a'+i))
		info := soak.RunInfo{ID: id, Kind: kind, Started: began.Add(time.Duration(i) * time.Hour), Targets: []soak.TargetInfo{{Name: "n"}}}
		rec, err := record.Create(filepath.Join(record.Dir(a.getenv), id+".db"), record.Meta{Info: info})
		if err == nil {
			err = rec.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, err := a.latestSoak(); err != nil || filepath.Base(got) != "-b.db" {
		t.Errorf("%s, %v: want the second soak", got, err)
	}
}
