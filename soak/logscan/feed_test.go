package logscan

import (
	"testing"
	"time"

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
