package cmd_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/judge"
	"leakcheck/soak/record"
	"leakcheck/soak/runner"
)

// sleeper is a node in virtual time that neither grows nor shrinks, and ends
// once and is back, on the clock of its wall.
type sleeper struct {
	wall func() time.Time
	ends time.Duration
}

func (s *sleeper) Sample(context.Context) (x soak.Sample, err error) {
	x.Started = time.Unix(946684800, 0) // before the bubble's time begins
	x.Set(soak.Anon, 100e6)
	x.Set(soak.Usage, 100e6)
	return x, nil
}

func (s *sleeper) Watch(ctx context.Context, emit func(soak.Event)) error {
	time.Sleep(s.ends)
	emit(soak.Event{At: s.wall(), Kind: soak.EventPause, Text: "paused"})
	<-ctx.Done()
	return nil
}

func (s *sleeper) Follow(ctx context.Context, _ time.Time, _ func(soak.Line), _ func(soak.Event)) error {
	<-ctx.Done()
	return nil
}

// TestFaultsOfTheClock sets the clock of a run and lets the machine sleep: no
// sample is lost or stands twice at a time, each stands where it belongs, and a
// healthy node is not accused.
func TestFaultsOfTheClock(t *testing.T) {
	const length, at = 2 * time.Hour, 40 * time.Minute
	for _, c := range []struct {
		name       string
		set, sleep time.Duration
		spans      time.Duration // from the first sample to the last
	}{
		{"clock set ahead an hour", time.Hour, 0, length},
		{"clock set back an hour", -time.Hour, 0, length},
		{"the machine sleeps for five minutes", 0, 5 * time.Minute, length + 5*time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range rounds(1) {
				clockRound(t, c.name, length, at, c.set, c.sleep, c.spans)
			}
		})
	}
}

func clockRound(t *testing.T, name string, length, at, set, sleep, spans time.Duration) {
	path := filepath.Join(t.TempDir(), "run.db")
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var mu sync.Mutex
		var off, slept time.Duration
		clock := runner.Clock{
			Wall:  func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Round(0).Add(off) },
			Slept: func() time.Duration { mu.Lock(); defer mu.Unlock(); return slept },
		}
		go func() {
			time.Sleep(at)
			mu.Lock()
			defer mu.Unlock()
			off, slept = set+sleep, sleep
		}()
		info := soak.RunInfo{ID: "clock", Started: began, Planned: length.Seconds(), Interval: 15, Targets: []soak.TargetInfo{{Name: "node"}}}
		rec, err := record.Create(path, record.Meta{Info: info})
		if err != nil {
			t.Fatal(err)
		}
		j, err := judge.New(info, nil, judge.Options{})
		if err != nil {
			t.Fatal(err)
		}
		node := &sleeper{wall: clock.Wall, ends: at + 10*time.Minute}
		_, err = runner.Run(t.Context(), runner.Config{
			Targets: []runner.Target{{Name: "node", Target: node}}, Recorder: both{rec, j}, Clock: clock,
			Pace: runner.Every(15 * time.Second), Duration: length,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
		j.Finish(false)
		judgeClock(t, name, readRecord(t, path), j.Report(began.Add(spans)), began.Add(at+sleep+10*time.Minute), spans)
	})
}

// judgeClock holds a run against what must have come of it.
func judgeClock(t *testing.T, name string, k *kept, r soak.Report, paused time.Time, spans time.Duration) {
	t.Helper()
	came := row{expected: 2*60*4 + 1}
	came.lost, came.doubled = max(0, came.expected-len(k.samples)), k.doubled()
	first, last := k.samples[0].At, k.samples[len(k.samples)-1].At
	if off := last.Sub(first) - spans; off.Abs() > time.Second {
		t.Errorf("the samples span %s, want %s", last.Sub(first), spans)
	}
	for i := 1; i < len(k.samples); i++ {
		if !k.samples[i].At.After(k.samples[i-1].At) {
			t.Errorf("sample %d goes back in time", i)
		}
	}
	clocks := 0
	for _, e := range r.Events {
		if e.Kind == soak.EventClock {
			clocks++
		}
		if e.Kind == soak.EventPause && e.At.Sub(paused).Abs() > 3*time.Second {
			t.Errorf("an event stands at %s, want %s", e.At, paused)
		}
	}
	if clocks != 1 {
		t.Errorf("%d events of the clock: %+v", clocks, r.Events)
	}
	if r.Memory[0].Leak != soak.LeakYes && r.Memory[0].Lives == 1 && clocks == 1 {
		came.right = 1
	}
	if came.lost+came.doubled > 0 || came.right == 0 {
		t.Errorf("%+v, leak %s: %s", came, r.Memory[0].Leak, r.Memory[0].Why)
	}
	faultTable.add("clock", name, came)
}

// both hands a batch to two recorders.
type both [2]soak.Recorder

func (b both) Record(x soak.Batch) error {
	for _, r := range b {
		if err := r.Record(x); err != nil {
			return err
		}
	}
	return nil
}
