package cmd

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

func TestExcerptsGoAroundEventsAndJoin(t *testing.T) {
	at := func(m int) time.Time { return start.Add(time.Duration(m) * time.Minute) }
	r := soak.Report{Run: soak.RunInfo{Started: start, Duration: 3600}, Events: []soak.Event{
		{At: at(10), Target: "node", Kind: soak.EventOOM},
		{At: at(11), Target: "node", Kind: soak.EventExit},
		{At: at(20), Target: "other", Kind: soak.EventExit},
		{At: at(25), Target: "node", Kind: soak.EventPhase},
		{At: at(30), Kind: soak.EventBrake},
	}}
	var got []string
	for _, x := range excerpts(r, "node") {
		got = append(got, fmt.Sprintf("%s %s-%s", x.what, x.from.Format("15:04:05"), x.to.Format("15:04:05")))
	}
	want := "oom-kill 09:09:00-09:11:30, brake 09:29:00-09:30:30, end 09:59:00-10:00:30"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
	for i := range 200 {
		r.Events = append(r.Events, soak.Event{At: at(60 + 10*i), Target: "node", Kind: soak.EventDeath})
	}
	if all := excerpts(r, "node"); len(all) != mostExcerpts || all[0].what != "oom-kill" || !all[len(all)-1].event.Equal(at(60+1990)) {
		t.Errorf("%d excerpts, %+v to %+v", len(all), all[0], all[len(all)-1])
	}
}

// flood is a log of a line each millisecond.
type flood struct{ size int }

func (f flood) Recent(ctx context.Context, since time.Time, _ int64, line func(soak.Line)) (soak.LogSpan, error) {
	pad := strings.Repeat("x", f.size)
	for at := since; ctx.Err() == nil; at = at.Add(time.Millisecond) {
		line(soak.Line{At: at, Text: fmt.Appendf(nil, "\x1b[2J at %d %s", at.Sub(start)/time.Millisecond, pad)})
	}
	return soak.LogSpan{}, ctx.Err()
}

func TestAnExcerptIsBoundedAndKeepsWhatIsNextToTheEvent(t *testing.T) {
	event := start.Add(time.Hour)
	x := excerpt{"exit", event.Add(-excerptBefore), event.Add(excerptAfter), event}
	text, err := x.read(t.Context(), flood{size: 100})
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	if len(got) > 3*excerptHalf || strings.Contains(got, "\x1b") {
		t.Errorf("%d bytes, escapes: %t", len(got), strings.Contains(got, "\x1b"))
	}
	for _, want := range []string{"(earlier lines are left out)", " at 3599999 ", " at 3600000 ", " at 3601000 ", "(later lines are left out)"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q", want)
		}
	}
}
