package probe

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/docker/api/types/events"
)

// TestEventsOutOfOrder has an engine that publishes an event after a younger
// one, loses the connection, and tells again what it is asked for.
func TestEventsOutOfOrder(t *testing.T) {
	second := func(n int) int64 { return int64(1_700_000_000+n) * 1e9 }
	var calls atomic.Int32
	since := make(chan string, 1)
	e := connect(t, map[string]http.HandlerFunc{"/events": func(w http.ResponseWriter, q *http.Request) {
		send := func(all ...int) {
			for _, n := range all {
				_ = json.NewEncoder(w).Encode(events.Message{Action: events.ActionDie, Actor: events.Actor{ID: strconv.Itoa(n)}, TimeNano: second(n)})
			}
			w.(http.Flusher).Flush()
		}
		switch calls.Add(1) {
		case 1:
			send(100, 102, 101)
		case 2:
			since <- q.URL.Query().Get("since")
			send(100, 101, 102, 103)
			<-q.Context().Done()
		}
	}})
	ears, leave := e.hub.listen()
	t.Cleanup(leave)
	var got []string
	for deadline := time.After(10 * time.Second); !slices.Contains(got, "103"); {
		select {
		case <-ears.wake:
			for _, n := range ears.take() {
				if n.kind == noticeEvent {
					got = append(got, n.event.Actor.ID)
				}
			}
		case <-deadline:
			t.Fatalf("told %v", got)
		}
	}
	if want := []string{"100", "102", "101", "103"}; !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	if from := <-since; !strings.HasPrefix(from, "1700000100.") {
		t.Errorf("asked again since %s, want since the first event: what was before it was not watched", from)
	}
}

// TestAFollowerOfAFileHears: what the engine tells does not pile up beside a
// follower that stays with a file for days.
func TestAFollowerOfAFileHears(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	part, err := openPart(path)
	if err != nil {
		t.Fatal(err)
	}
	defer part.close()
	f := &follower{c: &Container{name: "node"}, ears: &listener{wake: make(chan struct{}, 1)}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _, _ = f.readParts(ctx, []*logPart{part}) }()
	for range 100 {
		f.ears.put(notice{event: events.Message{Action: events.ActionStart, Actor: events.Actor{ID: "another"}}})
	}
	waiting := func() int { f.ears.mu.Lock(); defer f.ears.mu.Unlock(); return len(f.ears.queue) }
	for deadline := time.Now().Add(30 * time.Second); waiting() > 0 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if n := waiting(); n > 0 {
		t.Errorf("%d notices are not heard", n)
	}
	cancel()
	<-ended
}
