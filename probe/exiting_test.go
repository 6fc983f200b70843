package probe_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// TestNoSampleIsOfAProcessThatIsTakenDown samples without a pause while a
// process that holds much is killed, the container's own and one inside: until
// its end can be told, no sample may show memory that the kernel takes back.
func TestNoSampleIsOfAProcessThatIsTakenDown(t *testing.T) {
	t.Parallel()
	const (
		held  = 150 << 20
		grace = 200 * time.Millisecond // in which the container may end with the process
	)
	for name, hold := range map[string]string{"main process": "alloc?mb=150", "process inside": "child?mb=150"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := dockertest.Engine(t).RunPuppet(probe.Spec{Memory: 512 << 20})
			p.Do(hold)
			victim := holder(t, p, held)
			ends := make(chan soak.Event, 1)
			go func() {
				_ = p.Watch(t.Context(), func(e soak.Event) {
					if e.Kind == soak.EventDeath || e.Kind == soak.EventExit {
						ends <- e
					}
				})
			}()
			if err := syscall.Kill(victim, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			fallen, err := untilItFalls(t, p, held)
			if err != nil {
				return // the container's end came first
			}
			e := <-ends
			if e.Kind != soak.EventDeath || fallen.At.Sub(e.At) < grace {
				anon, _ := fallen.Get(soak.Anon)
				t.Errorf("a sample of %d MB at %s belongs to the life that ended at %s: %s", anon>>20, fallen.At, e.At, e.Text)
			}
		})
	}
}

// untilItFalls samples until less is held, or the container has ended.
func untilItFalls(t *testing.T, p *dockertest.Puppeteer, bytes int64) (soak.Sample, error) {
	t.Helper()
	for {
		s, err := p.Sample(t.Context())
		if anon, _ := s.Get(soak.Anon); err == nil && anon < bytes || errors.Is(err, soak.ErrGone) {
			return s, err
		}
	}
}

// holder samples until a process inside has been seen to hold so much, long
// enough to be watched for.
func holder(t *testing.T, p *dockertest.Puppeteer, bytes int64) int {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		s := sample(t, p.Container)
		for _, q := range s.Processes {
			if q.RSS >= bytes && s.At.Sub(q.Started) > 6*time.Second {
				return q.PID
			}
		}
	}
	t.Fatal("no process inside holds the memory")
	return 0
}
