package judge

import (
	"encoding/json"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"leakcheck/soak"
)

// heap is what is alive.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// TestAWeekIsBounded feeds a week with load, signals and log spans, and asks
// that the last six days cost nothing. Every thirtieth of its 604,800 seconds is
// told: what is kept does not depend on it.
func TestAWeekIsBounded(t *testing.T) {
	before := heap()
	s := tell(t, dayChecks(), func(info *soak.RunInfo) { info.Interval, info.Planned = 30, 7*86400 })
	m := healthy()
	load := fired(0, "workout", 1, 50*time.Millisecond)
	afterADay := 0.0
	for d := time.Duration(0); d <= 168*time.Hour; d += 30 * time.Second {
		b := soak.Batch{Samples: []soak.Sample{sample(d, m(d))}, Logs: []soak.LogSpan{read(d, d, 3)}}
		if d%(2*time.Minute) == 0 {
			load.At = at(d)
			b.Load = []soak.LoadInterval{load}
			b.Events = []soak.Event{event(d, soak.EventPhase)}
		}
		if d%(20*time.Second) == 0 {
			b.Signals = []soak.Signal{hit(d, "rate", map[string]float64{"percent": 50})}
		}
		s.record(b)
		if d == 24*time.Hour {
			afterADay = heap() - before
		}
	}
	afterAWeek := heap() - before
	t.Logf("after a day %.1f MB, after a week %.1f MB", afterADay, afterAWeek)
	if afterAWeek > afterADay+2 || afterAWeek > 8 {
		t.Errorf("the judge holds %.1f MB after a day and %.1f MB after a week", afterADay, afterAWeek)
	}
	runtime.KeepAlive(s)
}

// TestLiveAndReplayAgree: how what was seen is cut into batches makes no
// difference, so a replayed record is judged like the run was.
func TestLiveAndReplayAgree(t *testing.T) {
	m := leaking(100e6)
	var all []soak.Batch
	for d := time.Duration(0); d <= 2*time.Hour; d += 5 * time.Second {
		b := soak.Batch{Samples: []soak.Sample{sample(d, m(d))}, Logs: []soak.LogSpan{read(d, d, 3)}}
		if d%time.Minute == 0 {
			b.Signals = []soak.Signal{hit(d, "rate", map[string]float64{"percent": d.Minutes()})}
			b.Load = []soak.LoadInterval{fired(d, "workout", 2, 50*time.Millisecond)}
		}
		all = append(all, b)
	}
	all[500].Events = []soak.Event{event(500*5*time.Second, soak.EventOOM)}
	told := func(batches []soak.Batch) string {
		s := tell(t, dayChecks())
		for _, b := range batches {
			s.record(b)
		}
		text, err := json.Marshal(s.end(2 * time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	want := told(all)
	random := rand.New(rand.NewPCG(3, 4))
	for range 3 {
		var joined []soak.Batch
		for _, b := range all {
			if len(joined) == 0 || random.IntN(3) == 0 {
				joined = append(joined, soak.Batch{})
			}
			last := &joined[len(joined)-1]
			last.Samples = append(last.Samples, b.Samples...)
			last.Events = append(last.Events, b.Events...)
			last.Signals = append(last.Signals, b.Signals...)
			last.Logs = append(last.Logs, b.Logs...)
			last.Load = append(last.Load, b.Load...)
		}
		if got := told(joined); got != want {
			t.Fatalf("other batches, another report:\n%s\n%s", got, want)
		}
	}
}

// TestWatchingWhileItRuns asks everything while samples come, as the brake, the
// live view and the fail-fast of a run do.
func TestWatchingWhileItRuns(t *testing.T) {
	s := tell(t, dayChecks())
	done := make(chan struct{})
	go func() {
		defer close(done)
		m := quiet()
		for d := time.Duration(0); d <= 5*time.Minute; d += 5 * time.Second {
			_ = s.j.Record(soak.Batch{Samples: []soak.Sample{sample(d, m(d))}, Events: []soak.Event{event(d, soak.EventPhase)}, Signals: []soak.Signal{hit(d, "rate", map[string]float64{"percent": 1})}})
		}
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		r := s.j.Report(began)
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
		s.j.HoursToWall(node)
		s.j.Decided(node)
		s.j.Failed(began)
		s.j.Floor(node)
	}
}
