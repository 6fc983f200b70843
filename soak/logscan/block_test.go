package logscan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"leakcheck/soak"
)

// someRules exercise everything a rule can be: a literal, none, folding,
// values, following lines.
func someRules(tb testing.TB) *Rules {
	rules, err := Compile([]soak.SignalRule{
		leakRule,
		{Name: "plain", Pattern: "Error"},
		{Name: "folded", Pattern: `(?i)fatal \w+`, Unless: "not"},
		{Name: "valued", Pattern: `n=(?P<n>\d+)`},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return rules
}

func withSlow(tb testing.TB) *Rules {
	rules, err := Compile([]soak.SignalRule{{Name: "digits", Pattern: `(?P<d>\d)`}, {Name: "plain", Pattern: "Error"}, leakRule})
	if err != nil {
		tb.Fatal(err)
	}
	return rules
}

// record is a line of a log that is written in different formats.
type record struct {
	At   time.Time
	Text string
}

func drawLog(t *rapid.T) []record {
	at := noon
	texts := rapid.SampledFrom([]string{"", "nothing", "Error", "an Error here", "FATAL x", "Fatal not", "n=1 n=2", "n=7", "LEAK", "Current: 5MB", "Rate: 2 MB/min", "é📊 \"quoted\" \\ <b>&", "\x1b[31mError\x1b[0m"})
	var log []record
	for range rapid.IntRange(0, 60).Draw(t, "lines") {
		at = at.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "ms")) * time.Millisecond)
		log = append(log, record{at, texts.Draw(t, "text")})
	}
	return log
}

var formats = map[string]func(record) string{
	"plain":   func(e record) string { return e.Text },
	"stamped": func(e record) string { return e.At.Format(time.RFC3339Nano) + " " + e.Text },
	"json-file": func(e record) string {
		text, _ := json.Marshal(e.Text + "\n")
		return fmt.Sprintf(`{"log":%s,"stream":"stdout","time":%q}`, text, e.At.Format(time.RFC3339Nano))
	},
}

// TestBlocksAndLinesSayTheSame cuts a file at arbitrary places and compares
// with the same log line by line.
func TestBlocksAndLinesSayTheSame(t *testing.T) {
	for name, write := range formats {
		for kind, rules := range map[string]*Rules{"literals": someRules(t), "slow": withSlow(t)} {
			t.Run(name+"/"+kind, rapid.MakeCheck(func(t *rapid.T) {
				log := drawLog(t)
				var file strings.Builder
				var want, got []soak.Signal
				s := rules.NewScanner("", func(sig soak.Signal) { want = append(want, sig) })
				for _, e := range log {
					if name == "plain" {
						e.At = time.Time{}
					}
					file.WriteString(write(e) + "\n")
					s.Line(soak.Line{At: e.At, Text: []byte(e.Text)})
				}
				s.Flush()
				text := strings.TrimSuffix(file.String(), rapid.SampledFrom([]string{"", "\n"}).Draw(t, "end"))
				b := rules.NewScanner("", func(sig soak.Signal) { got = append(got, sig) })
				for rest := text; len(rest) > 0; {
					n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
					b.Block([]byte(rest[:n]))
					rest = rest[n:]
				}
				b.Flush()
				if d := gocmp.Diff(ordered(want), ordered(got)); d != "" {
					t.Fatalf("lines and blocks differ:\n%s", d)
				}
				lines := int64(strings.Count(text, "\n"))
				if !strings.HasSuffix(text, "\n") && text != "" {
					lines++
				}
				if span := b.Span(); span.Lines != lines {
					t.Fatalf("%d lines, want %d", span.Lines, lines)
				}
			}))
		}
	}
}

// ordered sorts signals of one second by name: blocks emit them together.
func ordered(all []soak.Signal) []soak.Signal {
	slices.SortStableFunc(all, func(a, b soak.Signal) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), a.At.Compare(b.At))
	})
	return all
}

func TestALineAcrossManyBlocks(t *testing.T) {
	var got []soak.Signal
	s := someRules(t).NewScanner("", func(sig soak.Signal) { got = append(got, sig) })
	s.Block([]byte("an Err"))
	s.Block([]byte("or begins "))
	for range 100 {
		s.Block([]byte(strings.Repeat("x", 100<<10)))
	}
	if n := len(s.block.partial); n > maxKept {
		t.Errorf("%d bytes are kept", n)
	}
	s.Block([]byte(" end\nn=5\n"))
	s.Flush()
	if len(got) != 2 || got[0].Name != "plain" || got[1].Values["n"] != 5 {
		t.Errorf("%d signals: %.200v", len(got), got)
	}
	if span := s.Span(); span.Lines != 2 || span.Bytes != 16+100*100<<10+5+4 {
		t.Errorf("%+v", span)
	}
}

// FuzzScanner feeds arbitrary bytes: nothing may panic, and what comes out must
// be safe to print and bounded.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{
		"Error\n\x00\x1b]0;title\x07LEAK\nCurrent: 5MB\n",
		"{\"log\":\"Error \\u001b[31m\\n\",\"stream\":\"stderr\",\"time\":\"2024-12-08T12:00:00Z\"}\n{\"log\":broken\n",
		"2024-12-08T12:00:00.000000001Z Fatal \xff\xfe\n2024 n=99999999999999999999\n\n\n",
		"<script>alert(1)</script> Error\r\n\u202eError\u2066",
	} {
		f.Add([]byte(seed), uint8(3))
	}
	rules := someRules(f)
	f.Fuzz(func(t *testing.T, data []byte, cut uint8) {
		var lines int64
		check := func(sig soak.Signal) {
			lines += int64(sig.Count)
			if len(sig.Text) > maxText+8 || !safe(sig.Text) {
				t.Errorf("unsafe text %q", sig.Text)
			}
		}
		s := rules.NewScanner("", check)
		for rest := data; len(rest) > 0; {
			n := min(len(rest), int(cut)+1)
			s.Block(rest[:n])
			rest = rest[n:]
		}
		s.Flush()
		top := NewTop(3)
		l := rules.NewScanner("", check)
		for line := range strings.Lines(string(data)) {
			l.Line(soak.Line{At: noon, Text: []byte(line)})
			top.Line(soak.Line{Text: []byte(line)})
		}
		l.Flush()
		for _, line := range top.Lines() {
			if !safe(line.Text) {
				t.Errorf("unsafe line %q", line.Text)
			}
		}
	})
}

func safe(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u202e' || r == '\u2066'
	})
}

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                        "plain",
		"\x1b[1;31mred\x1b[0m":         "red",
		"\x1b]0;evil title\x07after":   "after",
		"\x1b]8;;http://x\x1b\\link":   "link",
		"\x1b(Bascii":                  "Bascii",
		"a\x1b":                        "a",
		"\x1b[31":                      "",
		"nul\x00bell\x07":              "nul\ufffdbell\ufffd",
		"bad \xff\xfe utf8":            "bad \ufffd\ufffd utf8",
		"tab\tand\rreturn\r":           "tab and return",
		"📊 [GUN 404 Cache]":            "📊 [GUN 404 Cache]",
		"üìä [GUN 404 Cache]":          "üìä [GUN 404 Cache]",
		"\u202eabc\u2028":              "\ufffdabc\ufffd",
		"👩‍💻 zero width joiner":        "👩‍💻 zero width joiner",
		"\u009b31mC1":                  "\ufffd31mC1",
		strings.Repeat("é", 300):       strings.Repeat("é", 200) + "…",
		strings.Repeat("\x1b[0m", 999): "",
	} {
		if got := Safe([]byte(in)); got != want {
			t.Errorf("Safe(%.40q) = %.60q, want %.60q", in, got, want)
		}
	}
}
