package logscan

import (
	"fmt"
	"strings"
	"testing"

	"leakcheck/soak"
)

func TestKinds(t *testing.T) {
	var k Kinds
	for _, c := range []struct{ a, b string }{
		{"2024-12-08T09:00:00.123Z GET /api/records?limit=5 200 in 48 ms", "2024-12-08T10:11:12.001Z GET /api/records?limit=10 200 in 7 ms"},
		{"\x1b[32mjob sync done in 3.2 s\x1b[0m", "job sync done in 14.9 s"},
		{"login token=hunter2hunter2 ok", "login token=geheim00geheim ok"},
	} {
		a, b := k.Of(soak.Line{Text: []byte(c.a)}), k.Of(soak.Line{Text: []byte(c.b)})
		if a != b || a == "" {
			t.Errorf("%q and %q are of two kinds: %q, %q", c.a, c.b, a, b)
		}
	}
	if got := k.Of(soak.Line{Text: []byte("login token=hunter2hunter2 ok")}); got != k.Of(soak.Line{Text: []byte("login token=hunter2hunter2 ok")}) || len(got) == 0 || strings.Contains(got, "hunter2") {
		t.Errorf("a secret is told: %q", got)
	}
	for i := range maxKnown + 10 {
		k.Of(soak.Line{Text: []byte(fmt.Sprintf("kind %s", word(i)))})
	}
	if len(k.known) > maxKnown {
		t.Errorf("%d kinds are remembered", len(k.known))
	}
}

// word is a number in letters, which are not folded.
func word(i int) string {
	s := ""
	for ; i > 0; i /= 20 {
		s += string(rune('g' + i%20))
	}
	return s
}
