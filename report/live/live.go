package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"leakcheck/report"
)

// ErrInterrupted means that Ctrl-C was pressed: a terminal in raw mode sends
// no signal for it.
var ErrInterrupted = errors.New("interrupted")

// Terminal is a screen with keys.
type Terminal interface {
	io.Reader
	io.Writer
	// Size returns columns and lines.
	Size() (width, height int, err error)
	// Raw makes keys arrive one by one and unseen until restore is called.
	Raw() (restore func() error, err error)
}

// Options say how often and with what the screen is painted.
type Options struct {
	// Every is the time between two pictures; 0 means a second.
	Every time.Duration
	// Text says what the terminal can show; its width is looked up each time.
	Text report.TextOptions
	// Quit says in the help what q does, such as "stop watching".
	Quit string
}

const (
	enter = "\x1b[?1049h\x1b[?25l" // another screen, no cursor
	leave = clear + "\x1b[?25h\x1b[?1049l"
	home  = "\x1b[H"
	wipe  = "\x1b[K" // the rest of the line
	clear = home + "\x1b[2J"
)

// Run paints what view returns until ctx ends or a key ends it: nil for q and
// for the end of ctx, ErrInterrupted for Ctrl-C. It restores the terminal
// however it ends, a panic included.
func Run(ctx context.Context, t Terminal, o Options, view func() *report.View) (err error) {
	restore, err := t.Raw()
	if err != nil {
		return fmt.Errorf("live view: the terminal cannot be taken over: %w", err)
	}
	defer func() {
		_, werr := io.WriteString(t, leave)
		err = errors.Join(err, werr, restore())
	}()
	if _, err := io.WriteString(t, enter); err != nil {
		return err
	}
	return loop(ctx, t, o, view)
}

func loop(ctx context.Context, t Terminal, o Options, view func() *report.View) error {
	if o.Every <= 0 {
		o.Every = time.Second
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	keys := read(ctx, t)
	tick := time.NewTicker(o.Every)
	defer tick.Stop()
	screen := &screen{terminal: t, text: o.Text, quit: o.Quit}
	current := view()
	for {
		if err := screen.paint(current); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			current = view()
		case k, ok := <-keys:
			switch {
			case !ok:
				keys = nil // no more keys; the picture goes on
			case k == keyQuit:
				return nil
			case k == keyInterrupt:
				return ErrInterrupted
			default:
				screen.press(k)
			}
		}
	}
}

// screen is what is shown and what was chosen.
type screen struct {
	terminal Terminal
	text     report.TextOptions
	quit     string
	target   int
	window   int
	help     bool
	w, h     int // of the last picture
}

// windows are what w goes through.
var windows = []time.Duration{0, time.Hour, 10 * time.Minute}

func (s *screen) press(k key) {
	switch k {
	case keyNext:
		s.target++
	case keyBack:
		s.target--
	case keyWindow:
		s.window = (s.window + 1) % len(windows)
	case keyHelp:
		s.help = !s.help
	}
}

// paint writes one picture in one go, over the one before, so that nothing flickers.
func (s *screen) paint(v *report.View) error {
	o := report.FrameOptions{TextOptions: s.text, Height: 24, Target: s.target, Window: windows[s.window], Help: s.help, Quit: s.quit}
	if w, h, err := s.terminal.Size(); err == nil && w > 0 && h > 0 {
		o.Width, o.Height = w, h
	}
	var b bytes.Buffer
	if s.w != o.Width || s.h != o.Height {
		b.WriteString(clear) // a terminal that was resized has moved what was there
	}
	s.w, s.h = o.Width, o.Height
	b.WriteString(home)
	for i, line := range report.Frame(v, o) {
		if i >= o.Height {
			break // a screen lower than the lowest picture
		}
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(line + wipe)
	}
	_, err := s.terminal.Write(b.Bytes())
	return err
}
