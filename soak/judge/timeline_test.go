package judge

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTimeline compares with a plain list of all hits.
func TestTimeline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 2000).Draw(t, "hits")
		spread := rapid.IntRange(1, 7*86400).Draw(t, "spread")
		seed := rapid.Uint64().Draw(t, "seed")
		backwards := rapid.Bool().Draw(t, "backwards")
		var all []time.Duration
		for i := range n {
			seed = seed*6364136223846793005 + 1442695040888963407
			all = append(all, time.Duration(seed>>33%uint64(spread))*time.Second+time.Duration(i))
		}
		slices.Sort(all)
		if backwards {
			slices.Reverse(all)
		}
		var s timeline
		for _, d := range all {
			s.add(at(d), 1)
		}
		slices.Sort(all)
		end := all[n-1] + time.Minute
		want := time.Minute
		for i := 1; i < n; i++ {
			want = max(want, all[i]-all[i-1])
		}
		got, ok := s.maxGap(at(0), at(end))
		if !ok || (got-want).Abs() > s.width {
			t.Fatalf("gap %v, want %v, within %v", got, want, s.width)
		}
		if len(s.buckets) > maxBuckets {
			t.Fatalf("%d buckets", len(s.buckets))
		}
		if got := s.count(at(0), at(end)); got != n {
			t.Fatalf("%d hits, want %d", got, n)
		}
		half := end / 2
		inexact := 0
		for _, d := range all {
			if (d - half).Abs() <= s.width {
				inexact++
			}
		}
		wantHalf, _ := slices.BinarySearch(all, half)
		if got := s.count(at(0), at(half)); got < wantHalf-inexact || got > wantHalf+inexact {
			t.Fatalf("%d hits in the first half, want %d within %d", got, wantHalf, inexact)
		}
	})
}

func TestNoHitNoGap(t *testing.T) {
	var s timeline
	if _, ok := s.maxGap(at(0), at(time.Hour)); ok {
		t.Error("a gap without a hit")
	}
	s.add(at(2*time.Hour), 1)
	if _, ok := s.maxGap(at(0), at(time.Hour)); ok {
		t.Error("a gap from a hit outside")
	}
}

func TestEventsAreBounded(t *testing.T) {
	var l eventLog
	for i := range 10000 {
		l.add(event(time.Duration(i)*time.Second, "phase"))
	}
	all := l.list()
	if len(all) > 3*keptEvents || l.dropped+len(all) != 10000 || !all[0].At.Equal(at(0)) || !all[len(all)-1].At.Equal(at(9999*time.Second)) {
		t.Errorf("%d kept, %d dropped", len(all), l.dropped)
	}
}
