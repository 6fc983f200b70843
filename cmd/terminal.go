package cmd

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// colorMode is --color.
type colorMode string

// String returns the mode; auto by default.
func (m *colorMode) String() string {
	if *m == "" {
		return "auto"
	}
	return string(*m)
}

// Set reads the flag.
func (m *colorMode) Set(s string) error {
	switch s {
	case "auto", "always", "never":
		*m = colorMode(s)
		return nil
	}
	return usage("color %q: use auto, always or never", s)
}

// Type names the flag's value.
func (m *colorMode) Type() string { return "when" }

// terminal says what a stream can show.
type terminal struct {
	is, color, unicode bool
	width, height      int
}

// terminalOf looks at one stream: each decides for itself, since a run's
// report may go to a file while its progress goes to a screen.
func (a *app) terminalOf(w io.Writer) terminal {
	t := terminal{width: 80, height: 24}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.is = true
		if w, h, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			t.width, t.height = w, h
		}
	}
	dumb := a.getenv("TERM") == "dumb"
	t.color = a.color == "always" || a.color != "never" && t.is && !dumb && a.getenv("NO_COLOR") == ""
	t.unicode = t.is && !dumb && a.utf8()
	return t
}

// utf8 reports whether the locale is a UTF-8 one, by POSIX's order of
// variables.
func (a *app) utf8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToUpper(a.getenv(name)); v != "" {
			return strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
		}
	}
	return false
}
