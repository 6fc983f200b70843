package report

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"🧹 [GUN 404 Cache] Cleaned 45 entries", "🧹 [GUN 404 Cache] Cleaned 45 entries"},
		{"\x1b[31mred\x1b[0m", `\x1B[31mred\x1B[0m`},
		{"\x1b]0;title\a", `\x1B]0;title\x07`},
		{"\u009b31m", `\x9B31m`},
		{"a\u202egnp.exe", `a\u202Egnp.exe`},
		{"one\ntwo\tthree\r", "one two three "},
		{"bad\xff\xfebytes", `bad\xFF\xFEbytes`},
		{"\U000e0041", `\U000E0041`},
		{"zero\u200bwidth", `zero\u200Bwidth`},
		{"a\ufffdb", "a\ufffdb"},
		{"hidden\U000e0fff", `hidden\U000E0FFF`},
	} {
		if got := Clean(c.in); got != c.want {
			t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[2J\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Clean(%q) = %q is not UTF-8", s, got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return unicode.Is(unicode.C, r) || r == '\u2028' || r == '\u2029' }); i >= 0 {
			t.Fatalf("Clean(%q) = %q keeps a control at byte %d", s, got, i)
		}
		if Clean(got) != got {
			t.Fatalf("Clean is not idempotent on %q", s)
		}
	})
}
