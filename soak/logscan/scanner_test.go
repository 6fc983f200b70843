package logscan

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2024, 12, 8, 12, 0, 0, 0, time.UTC)

// scanAt scans lines, each with its time in milliseconds after noon.
func scanAt(t *testing.T, rules []soak.SignalRule, lines ...any) []soak.Signal {
	t.Helper()
	set, err := Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	var got []soak.Signal
	s := set.NewScanner("node", func(sig soak.Signal) { got = append(got, sig) })
	for i := 0; i < len(lines); i += 2 {
		s.Line(soak.Line{At: noon.Add(time.Duration(lines[i].(int)) * time.Millisecond), Text: []byte(lines[i+1].(string))})
	}
	s.Flush()
	return got
}

func sig(ms int, name string, count, run int, text string, values map[string]float64) soak.Signal {
	return soak.Signal{At: noon.Add(time.Duration(ms) * time.Millisecond), Target: "node", Name: name, Count: count, Run: run, Text: text, Values: values}
}

func TestHitsWithinASecondAreJoined(t *testing.T) {
	got := scanAt(t, []soak.SignalRule{{Name: "n", Pattern: `n=(?P<n>\d+)`}},
		0, "n=1", 500, "n=2", 900, "other", 999, "n=3", 1000, "n=4", 5000, "nothing", 5001, "n=5")
	want := []soak.Signal{
		sig(0, "n", 3, 2, "n=3", map[string]float64{"n": 3}),
		sig(1000, "n", 1, 2, "n=4", map[string]float64{"n": 4}),
		sig(5001, "n", 1, 1, "n=5", map[string]float64{"n": 5}),
	}
	want[0].Spread = map[string]soak.Spread{"n": {Min: 1, Max: 3, Sum: 6, N: 3}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestNoValueIsLostWhenHitsAreJoined: a peak within a busy second counts, and so
// does a ratio of one line and a value that only one line carried.
func TestNoValueIsLostWhenHitsAreJoined(t *testing.T) {
	rule := soak.SignalRule{Name: "m", Pattern: `rss=(?P<rss>\d+) ext=(?P<ext>\d+)(?: fd=(?P<fd>\d+))?`, Ratios: map[string][]string{"ratio": {"ext", "rss"}}}
	got := scanAt(t, []soak.SignalRule{rule}, 0, "rss=10 ext=5 fd=7", 10, "rss=2 ext=80", 20, "rss=10 ext=10")
	want := sig(0, "m", 3, 3, "rss=10 ext=10", map[string]float64{"rss": 10, "ext": 10, "ratio": 1, "fd": 7})
	want.Spread = map[string]soak.Spread{"rss": {Min: 2, Max: 10, Sum: 22, N: 3}, "ext": {Min: 5, Max: 80, Sum: 95, N: 3}, "ratio": {Min: 0.5, Max: 40, Sum: 41.5, N: 3}}
	if d := cmp.Diff([]soak.Signal{want}, got); d != "" {
		t.Error(d)
	}
}

func TestRunsOfConsecutiveLines(t *testing.T) {
	var lines []any
	for i := range 60 {
		text := "Error 404"
		if i == 3 {
			text = "fine"
		}
		lines = append(lines, i*2000, text)
	}
	got := scanAt(t, []soak.SignalRule{{Name: "e", Pattern: "Error"}}, lines...)
	longest := 0
	for _, s := range got {
		longest = max(longest, s.Run)
	}
	if len(got) != 59 || longest != 56 {
		t.Errorf("%d signals, longest run %d, want 59 and 56", len(got), longest)
	}
}

func TestUnlessTakesAHitBack(t *testing.T) {
	got := scanAt(t, []soak.SignalRule{{Name: "e", Pattern: "Error", Unless: `\b0 Errors`}}, 0, "0 Errors", 2000, "1 Error", 4000, "10 Errors")
	if len(got) != 2 {
		t.Errorf("%v", got)
	}
}

var leakRule = soak.SignalRule{
	Name: "leak", Pattern: "LEAK", Follow: []string{`Current: (?P<now>\d+)MB`, `Rate: (?P<rate>\d+) MB/min`},
	Units: map[string]string{"now": "MB", "rate": "MB/min"}, Ratios: map[string][]string{"hours": {"now", "rate"}},
}

func TestFollowingLinesJoinTheirHit(t *testing.T) {
	got := scanAt(t, []soak.SignalRule{leakRule, {Name: "other", Pattern: "Current"}},
		0, "LEAK", 0, "something between", 1500, "Current: 600MB", 1500, "Rate: 10 MB/min", 1501, "Current: 9MB")
	want := []soak.Signal{
		sig(0, "leak", 1, 1, "LEAK", map[string]float64{"now": 600e6, "rate": 600e6, "hours": 1}),
		sig(1500, "other", 2, 1, "Current: 9MB", nil),
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestFollowingLinesMustBeNear(t *testing.T) {
	lines := []any{0, "LEAK"}
	for range soak.FollowLines {
		lines = append(lines, 10, "chatter")
	}
	lines = append(lines, 10, "Current: 600MB")
	got := scanAt(t, []soak.SignalRule{leakRule}, lines...)
	if len(got) != 1 || len(got[0].Values) != 0 {
		t.Errorf("%v", got)
	}
}

func TestExpire(t *testing.T) {
	set, err := Compile([]soak.SignalRule{leakRule, {Name: "n", Pattern: "now"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	s := set.NewScanner("", func(sig soak.Signal) { got = append(got, sig.Name) })
	s.Line(soak.Line{At: noon, Text: []byte("now LEAK")})
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{0, "n"}, {9 * time.Second, "n"}, {10 * time.Second, "n leak"}} {
		if settled := s.Expire(noon.Add(c.after)); settled != (c.after >= 10*time.Second) {
			t.Errorf("after %v: settled is %t", c.after, settled)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("after %v: %q, want %q", c.after, s, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	set, err := Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := set.NewScanner("node", nil)
	s.Line(soak.Line{At: noon, Text: []byte("abc")})
	s.Line(soak.Line{At: noon.Add(time.Minute), Text: []byte("")})
	s.Skip(100)
	want := soak.LogSpan{Target: "node", From: noon, To: noon.Add(time.Minute), Lines: 2, Bytes: 5, Skipped: 100}
	if got := s.Span(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := s.Span(); got != (soak.LogSpan{Target: "node"}) {
		t.Errorf("the second span is %+v", got)
	}
}

func TestSkippedBytesEndARun(t *testing.T) {
	set, err := Compile([]soak.SignalRule{{Name: "e", Pattern: "Error"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []soak.Signal
	s := set.NewScanner("", func(sig soak.Signal) { got = append(got, sig) })
	s.Line(soak.Line{At: noon, Text: []byte("Error")})
	s.Skip(10)
	s.Line(soak.Line{At: noon, Text: []byte("Error")})
	s.Flush()
	if len(got) != 1 || got[0].Run != 1 || got[0].Count != 2 {
		t.Errorf("%+v", got)
	}
}

func TestAVeryLongLine(t *testing.T) {
	text := "Error " + strings.Repeat("x", 10<<20) + " Exception"
	got := scanAt(t, []soak.SignalRule{{Name: "head", Pattern: "Error"}, {Name: "tail", Pattern: "Exception"}}, 0, text)
	if len(got) != 1 || got[0].Name != "head" || len(got[0].Text) > maxText+len("…") {
		t.Errorf("%d signals", len(got))
	}
}
