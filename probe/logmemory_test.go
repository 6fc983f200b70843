package probe

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestLogMemory reads a growing log again and again from the horizon, with
// neighbours out of order, equal times and equal texts, and rotations that
// take the oldest away.
func TestLogMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newLogMemory(time.Time{})
		var log []message
		var got []string
		clock := int64(1e18)
		name := 0
		for range rapid.IntRange(1, 8).Draw(t, "rounds") {
			for range rapid.IntRange(0, 900).Draw(t, "lines") {
				clock += rapid.SampledFrom([]int64{0, 1, 1000, 1e6}).Draw(t, "step")
				name++
				late := rapid.SampledFrom([]int64{0, 0, 0, 0, 700}).Draw(t, "late")
				text := fmt.Sprint(name)
				if late == 0 && len(log) > 0 && rapid.IntRange(0, 20).Draw(t, "same") == 0 {
					// A piece that equals the one before, in time and text.
					log = append(log, log[len(log)-1])
					continue
				}
				log = append(log, message{at: time.Unix(0, clock-late), text: []byte(text)})
			}
			horizon := m.horizon()
			m.restart()
			for _, l := range log {
				if !horizon.IsZero() && l.at.Before(horizon) {
					continue
				}
				fresh, gap := m.fresh(l)
				if gap {
					t.Fatal("a gap, though all is there")
				}
				if fresh {
					got = append(got, string(l.text))
				}
			}
		}
		var want []string
		for _, l := range log {
			want = append(want, string(l.text))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("read %d lines of %d", len(got), len(want))
		}
	})
}

func TestLogMemoryTellsAGap(t *testing.T) {
	m := newLogMemory(time.Unix(50, 0))
	at := func(s int64) message { return message{at: time.Unix(s, 0), text: []byte("x")} }
	if fresh, _ := m.fresh(at(49)); fresh {
		t.Error("older than wanted")
	}
	for s := int64(50); s < 2000; s++ {
		if fresh, gap := m.fresh(at(s)); !fresh || gap {
			t.Fatalf("at %d: %v %v", s, fresh, gap)
		}
	}
	m.restart() // what was last seen, 1999, was rotated away
	if fresh, gap := m.fresh(at(2005)); !fresh || !gap {
		t.Errorf("%v %v, want a gap", fresh, gap)
	}
	m.restart()
	if fresh, _ := m.fresh(at(2005)); fresh {
		t.Error("twice")
	}
	if fresh, gap := m.fresh(at(2006)); !fresh || gap {
		t.Errorf("%v %v, want no gap", fresh, gap)
	}
}

// TestLogMemoryInAFlood writes one stream thousands of lines behind the other,
// as the engine does when both are full, and starts over in the middle.
func TestLogMemoryInAFlood(t *testing.T) {
	m := newLogMemory(time.Time{})
	var log []message
	at := func(n int) time.Time { return time.Unix(1e9, int64(n)*1000) }
	for n := 0; n < 40_000; n += 4000 {
		for i := n; i < n+4000; i++ {
			if i%3 != 0 {
				log = append(log, message{at: at(i), text: fmt.Append(nil, i)})
			}
		}
		for i := n; i < n+4000; i++ {
			if i%3 == 0 {
				log = append(log, message{at: at(i), text: fmt.Append(nil, i), stderr: true})
			}
		}
	}
	got := map[string]int{}
	read := func(upTo int) {
		t.Helper()
		horizon := m.horizon()
		m.restart()
		for _, l := range log[:upTo] {
			if !horizon.IsZero() && l.at.Before(horizon.Add(-disorder)) {
				continue
			}
			if fresh, gap := m.fresh(l); gap {
				t.Fatal("a gap, though all is there")
			} else if fresh {
				got[string(l.text)]++
			}
		}
	}
	for _, upTo := range []int{10_000, 10_000, 25_500, len(log)} {
		read(upTo)
	}
	for _, l := range log {
		if got[string(l.text)] != 1 {
			t.Fatalf("line %s came %d times", l.text, got[string(l.text)])
		}
	}
}
