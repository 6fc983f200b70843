package record_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

// writerEnv makes the test binary a process that records until it is killed.
const writerEnv = "RECORD_TEST_WRITER"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerEnv); path != "" {
		if err := keepWriting(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// keepWriting records numbered samples and events for ever, and prints each
// number once its batch is durable. The number of requests is the number.
func keepWriting(path string) error {
	r, err := record.Resume(path)
	if err != nil {
		return err
	}
	next := 0
	for s, err := range r.Samples("") {
		if err != nil {
			return err
		}
		n, _ := s.Get(soak.Requests)
		next = int(n) + 1
	}
	for i := next; ; i++ {
		s := sampleAt("node", i)
		s.Set(soak.Requests, int64(i))
		b := soak.Batch{Samples: []soak.Sample{s}}
		if i%7 == 0 {
			b.Events = []soak.Event{{At: s.At, Kind: soak.EventPhase, Text: strconv.Itoa(i)}}
		}
		if err := r.Record(b); err != nil {
			return err
		}
		fmt.Println(i)
	}
}

// TestKilledWriterLosesNothing kills a recording process at random moments,
// again and again in one run: whatever it had acknowledged must be there once.
func TestKilledWriterLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	must(t, create(t, path).Close())
	rounds := 5
	if n, err := strconv.Atoi(os.Getenv("LEAKCHECK_KILL_ROUNDS")); err == nil {
		rounds = n
	}
	acknowledged := -1
	for range rounds {
		acknowledged = max(acknowledged, killSoon(t, path))
	}
	if acknowledged < 100 {
		t.Fatalf("only %d batches were recorded: the test shows nothing", acknowledged)
	}
	r, err := record.Open(path)
	must(t, err)
	defer r.Close()
	var all memory
	must(t, r.Replay(&all))
	got := all.joined()
	for i, s := range got.Samples {
		if n, _ := s.Get(soak.Requests); n != int64(i) {
			t.Fatalf("sample %d holds number %d", i, n)
		}
	}
	for i, e := range got.Events {
		if e.Text != strconv.Itoa(7*i) {
			t.Fatalf("event %d is %s", i, e.Text)
		}
	}
	if len(got.Samples) <= acknowledged {
		t.Errorf("%d samples, %d were acknowledged", len(got.Samples), acknowledged+1)
	}
	if n := len(r.Meta().Info.Interruptions); n != rounds {
		t.Errorf("%d interruptions are noted, want %d", n, rounds)
	}
	t.Logf("%d kills, %d samples acknowledged, %d found", rounds, acknowledged+1, len(got.Samples))
}

// killSoon runs a writer, kills it and returns the last number it printed.
func killSoon(t *testing.T, path string) (last int) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), writerEnv+"="+path)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	lines := bufio.NewScanner(out)
	last = -1
	var timer *time.Timer
	for got := 1; lines.Scan(); got++ {
		if timer == nil && got > 20 { // it records, and has recorded enough to lose, however slow the machine
			timer = time.AfterFunc(time.Duration(rand.IntN(int(150*time.Millisecond))), func() { c.Process.Kill() })
		}
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			break // the line was cut by the kill
		}
		last = n
	}
	if err := c.Wait(); err == nil || timer == nil {
		t.Fatalf("the writer was not killed: %v", err)
	}
	return last
}

func TestReadWhileAnotherProcessWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	must(t, create(t, path).Close())
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), writerEnv+"="+path)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	defer func() { c.Process.Kill(); c.Wait() }()
	lines := bufio.NewReader(out)
	waitFor := func(n int) {
		for {
			line, err := lines.ReadString('\n')
			must(t, err)
			if strings.TrimSpace(line) == strconv.Itoa(n) {
				return
			}
		}
	}
	waitFor(10)
	if _, err := record.Resume(path); !errors.Is(err, record.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprintf("process %d on", c.Process.Pid)) {
		t.Errorf("a second writer: %v", err)
	}
	if err := record.Remove(path); !errors.Is(err, record.ErrInUse) {
		t.Errorf("removed under its writer: %v", err)
	}
	r, err := record.Open(path)
	must(t, err)
	defer r.Close()
	cursor, seen := r.Cursor(), 0
	for _, upTo := range []int{30, 600, 1300} { // behind the first and the second block
		waitFor(upTo)
		must(t, cursor.Replay(recorder(func(b soak.Batch) error {
			for _, s := range b.Samples {
				if n, _ := s.Get(soak.Requests); n != int64(seen) {
					return fmt.Errorf("sample %d came as number %d", n, seen)
				}
				seen++
			}
			return nil
		})))
		if seen <= upTo {
			t.Errorf("%d samples, but %d are recorded", seen, upTo)
		}
	}
	all, err := record.List(filepath.Dir(path))
	must(t, err)
	if len(all) != 1 || all[0].State != record.Running {
		t.Errorf("listed as %+v", all)
	}
}
