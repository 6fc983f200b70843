package live

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"leakcheck/report"
	"leakcheck/soak"
)

// fake is a terminal whose keys are pressed by the test.
type fake struct {
	mu       sync.Mutex
	out      bytes.Buffer
	keys     io.Reader
	w, h     int
	raw      bool
	restored int
	broken   error
}

func (f *fake) Read(b []byte) (int, error) { return f.keys.Read(b) }
func (f *fake) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil && f.out.Len() > 0 {
		return 0, f.broken
	}
	return f.out.Write(b)
}
func (f *fake) Size() (int, int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.w, f.h, nil
}

func (f *fake) Raw() (func() error, error) {
	f.raw = true
	return func() error { f.raw = false; f.restored++; return nil }, nil
}

func view() *report.View {
	r := soak.Report{Run: soak.RunInfo{Started: time.Unix(0, 0), Planned: 3600, Duration: 60}, Verdict: soak.VerdictInconclusive}
	for _, n := range []string{"first", "second"} {
		r.Memory = append(r.Memory, soak.MemoryResult{Result: soak.Result{Target: n, Samples: 3, Leak: soak.LeakInconclusive}})
	}
	return report.NewView(r, nil, time.Unix(60, 0))
}

func TestKeys(t *testing.T) {
	for in, want := range map[string][]key{
		"q": {keyQuit}, "\x03": {keyInterrupt}, "w?": {keyWindow, keyHelp}, "\x1b[C\x1b[D": {keyNext, keyBack}, "\x1bOC": {keyNext},
		"\x1b[Z": {keyBack}, "\x1b[1;5C": {keyNext}, "\x1b[200~q": {keyQuit}, "\x1b": nil, "\x1b[": nil, "xyz": nil, "\t": {keyNext},
	} {
		if got := parse([]byte(in)); !slices.Equal(got, want) {
			t.Errorf("parse(%q) = %v, want %v", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x1b[1;5Cq\x1b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := parse(b); len(got) > len(b) {
			t.Fatalf("%d keys of %d bytes", len(got), len(b))
		}
	})
}

func TestRunEndsByKeysAndRestores(t *testing.T) {
	for keys, want := range map[string]error{"wq": nil, "\x03": ErrInterrupted} {
		f := &fake{keys: strings.NewReader(keys), w: 80, h: 24}
		if err := Run(t.Context(), f, Options{}, view); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%q: %v, want %v", keys, err, want)
		}
		out := f.out.String()
		if f.raw || f.restored != 1 || !strings.HasPrefix(out, enter) || !strings.HasSuffix(out, leave) {
			t.Errorf("%q: the terminal is not as it was: raw %v, restored %d times", keys, f.raw, f.restored)
		}
	}
}

func TestRunRepaintsResizesAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, press := io.Pipe()
		f := &fake{keys: in, w: 80, h: 24}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		views := 0
		done := make(chan error, 1)
		go func() {
			done <- Run(ctx, f, Options{Every: time.Second}, func() *report.View { views++; return view() })
		}()
		time.Sleep(1500 * time.Millisecond)
		f.mu.Lock()
		f.w, f.h = 60, 16
		f.mu.Unlock()
		_, _ = press.Write([]byte("\t")) // read until the end of the pipe
		synctest.Wait()
		f.mu.Lock()
		pictures := strings.Split(f.out.String(), home)
		f.mu.Unlock()
		last := pictures[len(pictures)-1]
		if n := strings.Count(last, "\r\n") + 1; n != 16 {
			t.Errorf("%d lines after the resize, want 16", n)
		}
		if !strings.Contains(last, "second") || !strings.Contains(last, "container 2 of 2") {
			t.Errorf("tab did not choose the second container:\n%s", last)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if views < 9 || views > 12 {
			t.Errorf("%d views in ten seconds", views)
		}
		_ = press.Close() // ends the reading goroutine
	})
}

func TestRunTellsABrokenScreen(t *testing.T) {
	f := &fake{keys: strings.NewReader(""), w: 80, h: 24, broken: errors.New("gone")}
	if err := Run(t.Context(), f, Options{}, view); err == nil || !strings.Contains(err.Error(), "gone") || f.restored != 1 {
		t.Errorf("error %v, restored %d times", err, f.restored)
	}
}
