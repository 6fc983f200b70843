package cmd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"leakcheck/report"
	"leakcheck/soak"
)

// pty is a terminal of the kernel's: what is written to keys is typed, and
// what is painted can be read back.
type pty struct {
	keys *os.File
	tty  *os.File
	mu   sync.Mutex
	seen bytes.Buffer
}

func openPTY(t *testing.T) *pty {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(keys.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := &pty{keys: keys, tty: tty}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := keys.Read(buf)
			p.mu.Lock()
			p.seen.Write(buf[:n])
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { tty.Close(); keys.Close() })
	return p
}

func (p *pty) shows(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Contains(p.seen.String(), text)
}

func (p *pty) wait(t *testing.T, text string) {
	t.Helper()
	for range 500 {
		if p.shows(text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the terminal never showed %q", text)
}

func oneTarget() *report.View {
	return report.NewView(soak.Report{Memory: []soak.MemoryResult{{Result: soak.Result{Target: "api", Leak: soak.LeakInconclusive}}}}, nil, time.Now())
}

func TestKeysLeaveTheScreenAndTheTerminalIsAsItWas(t *testing.T) {
	for name, x := range map[string]struct {
		key         string
		interrupted bool
	}{"q": {"q", false}, "Ctrl-C": {"\x03", true}} {
		t.Run(name, func(t *testing.T) {
			p := openPTY(t)
			before, err := term.GetState(int(p.tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			a := &app{stdin: p.tty, stderr: p.tty, getenv: func(string) string { return "" }}
			told := make(chan bool, 1)
			s := a.openScreen(t.Context(), "stop it", oneTarget, func(interrupted bool) { told <- interrupted })
			if s == nil {
				t.Fatal("no screen on a terminal")
			}
			p.wait(t, "q stop it")
			_, _ = p.keys.WriteString("?")
			p.wait(t, "stop it")
			_, _ = p.keys.WriteString(x.key)
			if got := <-told; got != x.interrupted {
				t.Errorf("interrupted = %v, want %v", got, x.interrupted)
			}
			s.close()
			after, err := term.GetState(int(p.tty.Fd()))
			if err != nil || *after != *before {
				t.Errorf("the terminal is not as it was: %+v, then %+v (%v)", before, after, err)
			}
			if !s.open() {
				t.Error("a screen that a person left counts as broken")
			}
		})
	}
}

func TestARunThatEndsClosesItsScreenAndTellsNobody(t *testing.T) {
	p := openPTY(t)
	a := &app{stdin: p.tty, stderr: p.tty, getenv: func(string) string { return "" }}
	ctx, cancel := context.WithCancel(t.Context())
	left := false
	s := a.openScreen(ctx, "", oneTarget, func(bool) { left = true })
	p.wait(t, "q leave")
	cancel() // SIGTERM
	s.close()
	if left {
		t.Error("a run that ended by itself was told that a person left")
	}
	p.wait(t, "\x1b[?1049l")
}

func TestNoScreenWhereThereIsNoTerminalForIt(t *testing.T) {
	p := openPTY(t)
	none := func(string) string { return "" }
	for name, a := range map[string]*app{
		"quiet":               {stdin: p.tty, stderr: p.tty, getenv: none, quiet: true},
		"a dumb terminal":     {stdin: p.tty, stderr: p.tty, getenv: func(n string) string { return map[string]string{"TERM": "dumb"}[n] }},
		"a pipe for errors":   {stdin: p.tty, stderr: &bytes.Buffer{}, getenv: none},
		"input from a string": {stdin: strings.NewReader(""), stderr: p.tty, getenv: none},
	} {
		if s := a.openScreen(t.Context(), "", oneTarget, func(bool) {}); s != nil {
			t.Errorf("%s: a screen was opened", name)
			s.close()
		}
	}
}
