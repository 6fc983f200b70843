package record

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// full makes SQLite answer as on a disk with no room, until room is made.
func full(t *testing.T, r *Record) (room func()) {
	t.Helper()
	var pages int
	if err := r.w.db.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		if _, err := r.w.db.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages)
	return func() { limit(1 << 30) }
}

func second(i int) soak.Batch {
	s := soak.Sample{Target: "a", Life: 1, At: time.Unix(int64(i), 0).UTC()}
	s.Set(soak.Usage, int64(i)*1000)
	return soak.Batch{Samples: []soak.Sample{s}, Events: []soak.Event{{At: s.At, Kind: soak.EventPhase, Text: strings.Repeat("x", 300)}}}
}

type collected struct{ soak.Batch }

func (c *collected) Record(b soak.Batch) error {
	c.Samples, c.Events = append(c.Samples, b.Samples...), append(c.Events, b.Events...)
	return nil
}

func replayed(t *testing.T, r *Record) (c collected) {
	t.Helper()
	if err := r.Replay(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFullDiskLosesNothingOnceThereIsRoom(t *testing.T) {
	r, err := Create(filepath.Join(t.TempDir(), "run.db"), Meta{})
	if err != nil {
		t.Fatal(err)
	}
	room := func() {}
	failures := 0
	for i := range 1600 {
		switch i {
		case 700:
			room = full(t, r)
		case 1000:
			room()
		}
		err := r.Record(second(i))
		if err == nil {
			continue
		}
		failures++
		if !errors.Is(err, ErrFull) || i < 700 || i >= 1000 {
			t.Fatalf("batch %d: %v", i, err)
		}
	}
	if failures < 250 {
		t.Errorf("the disk was full for %d batches only", failures)
	}
	c := replayed(t, r)
	for i, s := range c.Samples {
		if n, _ := s.Get(soak.Usage); n != int64(i)*1000 || c.Events[i].At != s.At {
			t.Fatalf("sample %d holds %d, its event is of %v", i, n, c.Events[i].At)
		}
	}
	if len(c.Samples) != 1600 {
		t.Errorf("%d samples", len(c.Samples))
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestFullMemoryIsAGap(t *testing.T) {
	r, err := Create(filepath.Join(t.TempDir(), "run.db"), Meta{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Record(second(0)); err != nil {
		t.Fatal(err)
	}
	const most, size, batches = 5000, 100, 80
	r.w.backlog.max = most
	room := full(t, r)
	for i := range batches {
		var b soak.Batch
		for j := range size {
			b.Samples = append(b.Samples, second(1+i*size+j).Samples...)
		}
		_ = r.Record(b)
	}
	room()
	if err := r.Record(second(1 + batches*size)); err != nil {
		t.Fatal(err)
	}
	c := replayed(t, r)
	lost := batches - (len(c.Samples)-2)/size
	if lost < 10 || (len(c.Samples)-2)%size != 0 {
		t.Errorf("%d samples", len(c.Samples))
	}
	gap := c.Events[len(c.Events)-2]
	if gap.Kind != soak.EventGap || !strings.Contains(gap.Text, fmt.Sprintf("%d batches are missing", lost)) || gap.Duration != time.Duration(lost*size-1)*time.Second {
		t.Errorf("the gap: %+v, lost %d", gap, lost)
	}
	if err := r.Record(second(2 * most)); err != nil {
		t.Errorf("after the gap: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestCloseOnAFullDiskSaysSo(t *testing.T) {
	r, err := Create(filepath.Join(t.TempDir(), "run.db"), Meta{})
	if err != nil {
		t.Fatal(err)
	}
	full(t, r)
	for i := range 500 {
		_ = r.Record(second(i))
	}
	if err := r.Close(); !errors.Is(err, ErrFull) {
		t.Errorf("closed with %v", err)
	}
}
