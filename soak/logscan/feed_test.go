package logscan

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"leakcheck/soak"
)

func TestAFeedHandsOverWhatItReadOnce(t *testing.T) {
	rules, err := Compile([]soak.SignalRule{{Name: "boom", Pattern: `boom`, Example: "boom"}})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 12, 8, 3, 0, 0, 0, time.UTC)
	f := rules.NewFeed("node", func() time.Time { return at.Add(time.Minute) })
	f.Line(soak.Line{At: at, Text: []byte("a boom")})
	f.Line(soak.Line{At: at.Add(time.Second), Text: []byte("quiet")})
	b := f.Take()
	if len(b.Signals) != 1 || len(b.Logs) != 1 || b.Logs[0].Lines != 2 {
		t.Errorf("first batch = %+v", b)
	}
	if b := f.Take(); len(b.Signals)+len(b.Logs) != 0 {
		t.Errorf("second batch = %+v, want nothing", b)
	}
}

// TestAFeedTellsASpanWithAllThatIsInIt cuts a log anywhere, as a kill does, and
// reads on behind the last span that was told: no hit is missed or counted twice.
func TestAFeedTellsASpanWithAllThatIsInIt(t *testing.T) {
	rules, err := Compile([]soak.SignalRule{
		{Name: "leak", Pattern: `LEAK`, Follow: []string{`Current: (?P<current>\d+)`}, Example: "LEAK"},
		{Name: "miss", Pattern: `miss`, Example: "miss"},
	})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var log []soak.Line
		at := time.Date(2024, 12, 8, 3, 0, 0, 0, time.UTC)
		count := map[string]int{}
		for range rapid.IntRange(1, 60).Draw(t, "lines") {
			at = at.Add(time.Duration(rapid.IntRange(1, 4000).Draw(t, "ms")) * time.Millisecond)
			text := rapid.SampledFrom([]string{"LEAK", "miss", "Current: 7", "quiet"}).Draw(t, "text")
			count[text]++
			log = append(log, soak.Line{At: at, Text: []byte(text)})
		}
		got, told := map[string]int{}, time.Time{}
		note := func(b soak.Batch) {
			for _, s := range b.Signals {
				got[s.Name] += s.Count
			}
			for _, l := range b.Logs {
				told = l.To
			}
		}
		for killed := true; killed; {
			killed = false
			var now time.Time
			f := rules.NewFeed("node", func() time.Time { return now })
			for _, l := range log {
				if !l.At.After(told) {
					continue
				}
				now = l.At
				f.Line(l)
				if rapid.IntRange(0, 3).Draw(t, "take") < 3 {
					note(f.Take())
				}
				if rapid.IntRange(0, 20).Draw(t, "kill") == 20 {
					killed = true
					break
				}
			}
			if !killed {
				note(f.Flush())
			}
		}
		if got["leak"] != count["LEAK"] || got["miss"] != count["miss"] {
			t.Fatalf("%v were counted in a log with %v", got, count)
		}
	})
}

func TestAFeedTellsTheMostFrequentErrorsOnceAMinuteAndAtTheEnd(t *testing.T) {
	rules, err := Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2024, 12, 8, 3, 0, 0, 0, time.UTC)
	f := rules.NewFeed("node", func() time.Time { return now })
	say := func(n int) {
		for i := range n {
			f.Line(soak.Line{At: now, Text: []byte("Error in getRecord after " + string(rune('0'+i%10)) + " retries")})
		}
	}
	counts := func(b soak.Batch) (n int) {
		for _, s := range b.Signals {
			if s.Name != soak.ErrorSignal || s.Text != "Error in getRecord after N retries" || s.Target != "node" || !s.At.Equal(now) {
				t.Errorf("signal %+v", s)
			}
			n += s.Count
		}
		return n
	}
	say(12)
	if n := counts(f.Take()); n != 12 {
		t.Errorf("at first %d are told, want 12", n)
	}
	say(3)
	if n := counts(f.Take()); n != 0 {
		t.Errorf("%d are told in the same minute, want 0", n)
	}
	now = now.Add(time.Minute)
	say(4)
	if n := counts(f.Take()); n != 7 {
		t.Errorf("a minute later %d are told, want 7", n)
	}
	say(5)
	if n := counts(f.Flush()); n != 5 {
		t.Errorf("at the end %d are told, want 5", n)
	}
}
