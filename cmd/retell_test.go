package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

// stored makes the record of a run that an experiment or a firing is told from,
// and prints its report.
func stored(t *testing.T, info soak.RunInfo, batches ...soak.Batch) (code int, out, said string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.db")
	info.ID, info.Started, info.Targets = "r1", time.Unix(1_700_000_000, 0), []soak.TargetInfo{{Name: "api", Kind: "container", ID: "c1"}}
	r, err := record.Create(path, record.Meta{Info: info, Profiles: map[string]*soak.Profile{"api": {Name: "p"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := r.Record(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Finish(info); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" }}
	root := newRoot(a)
	root.SetArgs([]string{"report", path})
	err = root.ExecuteContext(t.Context())
	if x := (*exit)(nil); errors.As(err, &x) {
		code = x.code
	}
	return code, stdout.String(), fmt.Sprint(stderr.String(), err)
}

var twoArms = []soak.ArmDesign{{Name: "search", Kind: soak.ArmScenario}, {Name: "idle", Kind: soak.ArmIdle}}

// What ended an experiment is told from its record, and with which exit code.
func TestRetoldEnds(t *testing.T) {
	at := time.Unix(1_700_000_100, 0)
	design := &soak.Design{Arms: twoArms, Seed: 1, Matters: 500, Tolerance: 1e6, Rate: 10, Block: 60, Pause: 30, Max: 3600}
	begin := soak.Signal{At: at, Target: "api", Name: soak.BlockSignal, Text: "begin", Values: map[string]float64{"level": 1e8, "samples": 9, "max_blocks": 39}}
	ended := func(e soak.Event) soak.Batch {
		e.At = at.Add(time.Minute)
		return soak.Batch{Signals: []soak.Signal{begin}, Events: []soak.Event{e}}
	}
	for want, c := range map[string]struct {
		kind soak.EventKind
		text string
		code int
	}{
		"it was interrupted":           {soak.EventInterrupt, "stopped", soak.ExitInterrupted},
		"the brake: api: it is slow":   {soak.EventBrake, soak.Braked + "api: it is slow", soak.ExitNotMeasured},
		"the node has ended":           {soak.EventEnded, "the node has ended", soak.ExitNotMeasured},
		"the file of the tap was full": {soak.EventWarning, "the file of the tap was full", soak.ExitNotMeasured},
	} {
		code, out, said := stored(t, soak.RunInfo{Kind: soak.KindDiagnose, Design: design}, ended(soak.Event{Kind: c.kind, Text: c.text}))
		if code != c.code || !strings.Contains(out, want) {
			t.Errorf("%s: exit %d, want %d\n%s%s", want, code, c.code, out, said)
		}
	}
}

// A plan that this version would not have made is an error, and no diagnosis.
func TestRetoldPlanOfAnother(t *testing.T) {
	design := &soak.Design{Arms: twoArms, Seed: 1, Matters: 500, Tolerance: 1e6, Rate: 10, Block: 60, Pause: 30, Max: 3600}
	b := soak.Batch{Signals: []soak.Signal{
		{At: time.Unix(1, 0), Target: "api", Name: soak.BlockSignal, Text: "begin", Values: map[string]float64{"max_blocks": 39}},
		{At: time.Unix(2, 0), Target: "api", Name: soak.BlockSignal, Text: "confirm", Values: map[string]float64{"round": 9}},
	}}
	code, out, said := stored(t, soak.RunInfo{Kind: soak.KindDiagnose, Design: design}, b)
	if code != soak.ExitNotMeasured || !strings.Contains(said, "use the leakcheck that made the record") {
		t.Errorf("exit %d: %s%s", code, out, said)
	}
}

// A record from before the design was kept is judged as a soak's.
func TestRetoldWithoutADesign(t *testing.T) {
	for _, level := range []soak.LoadLevel{"diagnose", "fire"} {
		code, out, said := stored(t, soak.RunInfo{LoadLevel: level})
		if code == soak.ExitUsage || !strings.Contains(out, "api") {
			t.Errorf("%s: exit %d: %s%s", level, code, out, said)
		}
	}
}
