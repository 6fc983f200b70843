package cmd

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/judge"
)

const mebibyte = 1 << 20

// notified feeds a notifier with batches and returns what its command wrote,
// and its failures.
func notified(t *testing.T, command string, feed func(n *notifier, record func(soak.Batch))) (told, failed []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "told")
	t.Setenv("TOLD", file)
	info := soak.RunInfo{ID: "k3f9", Started: time.Unix(1000, 0), Interval: 1, Targets: []soak.TargetInfo{{Name: "api"}}}
	j, err := judge.New(info, nil, judge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := newNotifier(notifyOptions{notify: command, notifyWall: soak.Duration(time.Hour)}, info.ID, j)
	n.within = 2 * time.Second
	var mu sync.Mutex
	n.start(func(text string) { mu.Lock(); failed = append(failed, text); mu.Unlock() })
	feed(n, func(b soak.Batch) {
		if err := (fanout{j, n}).Record(b); err != nil {
			t.Fatal(err)
		}
	})
	n.stop()
	b, _ := os.ReadFile(file)
	return strings.Split(strings.TrimSpace(string(b)), "\n"), failed
}

const say = `echo "$LEAKCHECK_EVENT $LEAKCHECK_RUN $LEAKCHECK_TARGET $LEAKCHECK_TEXT" >> "$TOLD"`

func at(s int) time.Time { return time.Unix(1000+int64(s), 0) }

func sampled(s, life int, anon int64) soak.Batch {
	x := soak.Sample{Target: "api", Life: life, At: at(s), Started: at(0)}
	x.Set(soak.Anon, anon)
	x.Set(soak.WorkingSet, anon)
	x.Set(soak.Limit, 2000*mebibyte)
	return soak.Batch{Samples: []soak.Sample{x}}
}

func TestNotifyTellsALeakAndItsWallOnce(t *testing.T) {
	told, failed := notified(t, say, func(_ *notifier, record func(soak.Batch)) {
		for s := range 4400 { // teeth on a floor that rises
			record(sampled(s, 1, int64(100*mebibyte+s*mebibyte/3+s%20*2*mebibyte+s*7919%1000*100)))
		}
	})
	slices.Sort(told) // which of the two is certain first is not asked here
	if len(failed) > 0 || len(told) != 2 || !strings.HasPrefix(told[0], "leak k3f9 api api leaks: ") || !strings.HasPrefix(told[1], "wall k3f9 api api meets its wall (limit) in about ") {
		t.Errorf("told %q, failed %q", told, failed)
	}
}

func TestNotifyTellsEachDeathAndRecoveryOnce(t *testing.T) {
	exit := func(s, life int, kind soak.EventKind) soak.Batch {
		return soak.Batch{Events: []soak.Event{{At: at(s), Target: "api", Life: life, Kind: kind, Text: "ended, exit code 137"}}}
	}
	told, failed := notified(t, say, func(n *notifier, record func(soak.Batch)) {
		queue := n.queue
		n.queue = nil // what a resumed run replays has been told
		record(exit(0, 1, soak.EventExit))
		record(sampled(1, 2, mebibyte))
		n.queue = queue
		record(exit(2, 2, soak.EventExit))
		record(exit(2, 2, soak.EventExit)) // told by the engine and by its state
		record(sampled(3, 3, mebibyte))
		record(sampled(4, 3, mebibyte))
		record(exit(5, 3, soak.EventDeath))
		record(sampled(6, 4, mebibyte)) // the wrapper alone is not the server
		b := sampled(8, 4, mebibyte)
		b.Samples[0].Processes = []soak.Process{{PID: 9, Started: at(7)}}
		record(b)
	})
	want := []string{
		"death k3f9 api ended, exit code 137", "recovery k3f9 api api is back after 1s: life 3",
		"death k3f9 api ended, exit code 137", "recovery k3f9 api api is back after 3s: life 4",
	}
	if strings.Join(told, "\n") != strings.Join(want, "\n") || len(failed) > 0 {
		t.Errorf("told %q, want %q; failed %q", told, want, failed)
	}
}

func TestNotifyDoesNotWaitAndSaysWhatFailed(t *testing.T) {
	death := soak.Batch{Events: []soak.Event{{At: at(1), Target: "api", Life: 1, Kind: soak.EventExit, Text: "ended"}}}
	for _, c := range []struct{ command, want string }{
		{"echo no such luck >&2; exit 3", "exit status 3\nno such luck"},
		{"sleep 60 & sleep 60", "it was ended after 2s"},
		{"/no/such/command", "exit status 127"},
	} {
		start := time.Now()
		_, failed := notified(t, c.command, func(_ *notifier, record func(soak.Batch)) {
			record(death)
			if took := time.Since(start); took > time.Second {
				t.Errorf("%s: recording took %s", c.command, took)
			}
			for c.want == "it was ended after 2s" && time.Since(start) < 3*time.Second {
				time.Sleep(10 * time.Millisecond)
			}
		})
		if len(failed) != 1 || !strings.Contains(failed[0], c.want) {
			t.Errorf("%s: failed %q, want %q", c.command, failed, c.want)
		}
	}
}
