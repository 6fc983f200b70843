package record_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

// equal compares samples by what they hold.
var equal = cmp.Options{
	cmp.AllowUnexported(soak.Values{}),
	cmpopts.EquateNaNs(),
	cmpopts.EquateEmpty(),
}

// memory is a recorder that keeps what it gets.
type memory []soak.Batch

func (m *memory) Record(b soak.Batch) error { *m = append(*m, b); return nil }

func (m memory) joined() (all soak.Batch) {
	for _, b := range m {
		all.Targets = append(all.Targets, b.Targets...)
		all.Samples = append(all.Samples, b.Samples...)
		all.Events = append(all.Events, b.Events...)
		all.Signals = append(all.Signals, b.Signals...)
		all.Logs = append(all.Logs, b.Logs...)
		all.Load = append(all.Load, b.Load...)
		if b.Observer != nil {
			all.Observer = b.Observer
		}
	}
	return all
}

func create(t rapid.TB, path string) *record.Record {
	t.Helper()
	r, err := record.Create(path, record.Meta{Info: soak.RunInfo{ID: "t", Started: start}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func must(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sampleAt is a plausible sample.
func sampleAt(target string, i int) soak.Sample {
	s := soak.Sample{Target: target, Life: 1, At: start.Add(time.Duration(i) * time.Second), Started: start}
	s.Set(soak.Usage, int64(5e9+i*4096+rand.IntN(1e6)))
	s.Set(soak.WorkingSet, int64(4e9+i*4096+rand.IntN(1e6)))
	s.Set(soak.Anon, int64(3e9+i*4096+rand.IntN(100)*4096))
	s.Set(soak.File, int64(1e8+i/100*4096))
	s.Set(soak.InactiveFile, int64(9e7+i/100*4096))
	s.Set(soak.Shmem, 8192)
	s.Set(soak.Kernel, int64(4e6+rand.IntN(10)*4096))
	s.Set(soak.SlabReclaimable, int64(2e6+rand.IntN(10)*4096))
	s.Set(soak.Swap, 0)
	s.Set(soak.Limit, 8<<30)
	s.Set(soak.HostAvailable, int64(16e9+rand.IntN(1e8)))
	s.Set(soak.CPU, int64(i)*20e6+int64(rand.IntN(1e6)))
	s.Set(soak.NetRx, int64(i)*1000+int64(rand.IntN(500)))
	s.Set(soak.NetTx, int64(i)*3000+int64(rand.IntN(500)))
	s.Set(soak.PIDs, 23)
	s.Set(soak.FDs, int64(40+rand.IntN(3)))
	s.Set(soak.Sockets, int64(10+rand.IntN(3)))
	s.Set(soak.Requests, int64(i)/10)
	s.Set(soak.Restarts, 0)
	s.Set(soak.OOMKills, 0)
	s.Late = time.Duration(rand.IntN(2e6))
	return s
}

func TestBatchesComeBackAsTheyWentIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "record")
		must(t, err)
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "run.db")
		r := create(t, path)
		var want memory
		for _, b := range rapid.SliceOfN(batches(), 0, 12).Draw(t, "batches") {
			if rapid.IntRange(0, 5).Draw(t, "resume") == 0 {
				must(t, r.Close())
				r, err = record.Resume(path)
				must(t, err)
			}
			must(t, r.Record(b))
			want = append(want, b)
		}
		var live memory
		must(t, r.Replay(&live))
		must(t, r.Close())
		r, err = record.Open(path)
		must(t, err)
		defer r.Close()
		var got memory
		must(t, r.Replay(&got))
		for _, have := range []memory{live, got} {
			if diff := cmp.Diff(want.joined(), have.joined(), equal); diff != "" {
				t.Fatalf("(-recorded +replayed)\n%s", diff)
			}
			if diff := cmp.Diff(order(want), order(have)); diff != "" {
				t.Fatalf("order (-recorded +replayed)\n%s", diff)
			}
		}
		var samples []soak.Sample
		for s, err := range r.Samples("") {
			must(t, err)
			samples = append(samples, s)
		}
		if diff := cmp.Diff(want.joined().Samples, samples, equal); diff != "" {
			t.Fatal(diff)
		}
	})
}

// order is the sequence of batches with runs of samples-only batches joined.
func order(m memory) (seq [][6]int) {
	samplesOnly := false
	for _, b := range m {
		n := [6]int{len(b.Targets), len(b.Samples), len(b.Events), len(b.Signals), len(b.Logs), len(b.Load)}
		switch only := n == [6]int{1: n[1]}; {
		case n == [6]int{}:
			continue
		case only && samplesOnly:
			seq[len(seq)-1][1] += n[1]
		default:
			seq = append(seq, n)
			samplesOnly = only
		}
	}
	return seq
}

func batches() *rapid.Generator[soak.Batch] {
	name := rapid.OneOf(rapid.SampledFrom([]string{"", "a", "node-1"}), rapid.String())
	at := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.IntRange(0, 9).Draw(t, "none") == 0 {
			return time.Time{}
		}
		return time.Unix(0, rapid.Int64Range(1, math.MaxInt64).Draw(t, "ns")).UTC()
	})
	process := rapid.Custom(func(t *rapid.T) soak.Process {
		return soak.Process{PID: rapid.IntRange(0, 5).Draw(t, "pid"), Started: at.Draw(t, "started"),
			Command: rapid.StringN(0, 5, -1).Draw(t, "command"), RSS: rapid.Int64().Draw(t, "rss")}
	})
	sample := rapid.Custom(func(t *rapid.T) soak.Sample {
		s := soak.Sample{Target: name.Draw(t, "target"), Life: rapid.IntRange(0, 9).Draw(t, "life"), Started: at.Draw(t, "started"),
			At: at.Draw(t, "at"), Late: time.Duration(rapid.Int64().Draw(t, "late"))}
		for _, m := range soak.Metrics() {
			switch rapid.IntRange(0, 3).Draw(t, "have") {
			case 0:
				s.Set(m, rapid.Int64().Draw(t, "v"))
			case 1:
				s.SetDerived(m, rapid.Int64Range(0, 10).Draw(t, "v"))
			}
		}
		if rapid.Bool().Draw(t, "looked") {
			s.Processes = rapid.SliceOfN(process, 0, 3).Draw(t, "processes")
		}
		return s
	})
	return rapid.Custom(func(t *rapid.T) soak.Batch {
		some := func(what string) bool { return rapid.IntRange(0, 2).Draw(t, what) == 0 }
		var b soak.Batch
		if some("targets") {
			b.Targets = []soak.TargetInfo{{Name: name.Draw(t, "name"), Kind: "container", Limit: 5, Started: at.Draw(t, "at").Truncate(time.Second)}}
		}
		if some("samples") {
			b.Samples = rapid.SliceOfN(sample, 1, 4).Draw(t, "samples")
		}
		if some("events") {
			b.Events = []soak.Event{{At: at.Draw(t, "at"), Target: name.Draw(t, "target"), Kind: soak.EventExit, Text: rapid.String().Draw(t, "text"),
				Life: 3, Exit: &soak.Exit{Code: 137, OOMKilled: true}, Duration: 7}, {Kind: soak.EventGap}}
		}
		if some("signals") {
			b.Signals = []soak.Signal{{At: at.Draw(t, "at"), Name: name.Draw(t, "name"), Target: "a", Count: 2, Run: 4, Text: rapid.String().Draw(t, "text"),
				Values: map[string]float64{"x": rapid.Float64().Draw(t, "x"), "nan": math.NaN(), "inf": math.Inf(-1), "a.b": 1},
				Spread: map[string]soak.Spread{"x": {Min: rapid.Float64().Draw(t, "min"), Max: 2, Sum: 3.5, N: 2}}}, {}}
		}
		if some("logs") {
			b.Logs = []soak.LogSpan{{Target: name.Draw(t, "target"), From: at.Draw(t, "from"), To: at.Draw(t, "to"), Lines: 4, Bytes: 1 << 40, Skipped: 1}}
		}
		if some("load") {
			b.Load = []soak.LoadInterval{{At: at.Draw(t, "at"), Duration: 1, Scenario: "s", Phase: "p", Due: 9, Requests: 8, Bytes: 7,
				Errors: map[soak.ErrorKind]int64{soak.ErrorReset: 4}, Latency: rapid.SliceOf(rapid.Byte()).Draw(t, "latency")}}
		}
		if some("observer") {
			b.Observer = &soak.Observer{RSS: rapid.Int64().Draw(t, "rss"), CPUSeconds: 0.25}
		}
		return b
	})
}

func TestMetaSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "er", "run.db")
	m := record.Meta{
		Info: soak.RunInfo{ID: "abc", Profile: "oip-node", Started: start, Planned: 60,
			Targets: []soak.TargetInfo{{Name: "n", URL: "http://me:secret@127.0.0.1:3000/x"}}},
		Profiles: map[string]*soak.Profile{"n": {Name: "oip-node", Ceiling: 5e9, Checks: []soak.Check{{ID: "c", Expr: "true"}}}},
	}
	r, err := record.Create(path, m)
	must(t, err)
	must(t, r.Record(soak.Batch{Targets: m.Info.Targets, Samples: []soak.Sample{sampleAt("n", 9)}}))
	must(t, r.Close())
	must(t, r.Close())

	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if files, _ := filepath.Glob(path + "*"); len(files) != 1 {
		t.Errorf("a closed record is one file, not %q", files)
	}
	if b, _ := os.ReadFile(path); len(b) == 0 || contains(b, "secret") {
		t.Error("a password is in the record")
	}

	r, err = record.Resume(path)
	must(t, err)
	got := r.Meta()
	if n := len(got.Info.Interruptions); n != 1 || !got.Info.Interruptions[0].From.Equal(sampleAt("n", 9).At) {
		t.Errorf("interruptions %+v", got.Info.Interruptions)
	}
	got.Info.Duration = 60
	must(t, r.Finish(got.Info))
	must(t, r.Close())
	r, err = record.Open(path)
	must(t, err)
	defer r.Close()
	m.Info.Duration, m.Info.Interruptions, m.Finished = 60, got.Info.Interruptions, true
	m.Info.Targets[0].URL = "http://me:xxxxx@127.0.0.1:3000/x"
	if diff := cmp.Diff(m, r.Meta(), equal); diff != "" {
		t.Error(diff)
	}
	if err := r.Record(soak.Batch{}); !errors.Is(err, record.ErrReadOnly) {
		t.Errorf("record into an open record: %v", err)
	}
	if targets, err := r.Targets(); err != nil || len(targets) != 1 || targets[0].Name != "n" {
		t.Errorf("targets %v %v", targets, err)
	}
}

func contains(b []byte, s string) bool {
	for i := 0; i+len(s) <= len(b); i++ {
		if string(b[i:i+len(s)]) == s {
			return true
		}
	}
	return false
}
