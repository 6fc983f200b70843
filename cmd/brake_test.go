package cmd

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestTheBrakeIsToldAtOnce: whoever waits for the end of a soak reads in time
// that its load has stopped, and why.
func TestTheBrakeIsToldAtOnce(t *testing.T) {
	var said bytes.Buffer
	mail := &mailbox{}
	r := &run{app: &app{stderr: &said, getenv: func(string) string { return "" }}, loads: loads{plan: &mailbox{}}}
	e := soak.Event{At: time.Now(), Target: "api", Kind: soak.EventExit}
	if err := r.brake(mail).Record(soak.Batch{Events: []soak.Event{e}}); err != nil {
		t.Fatal(err)
	}
	if want := soak.Braked + "api: the node died\n"; !strings.HasSuffix(said.String(), want) {
		t.Errorf("said %q, want %q", said.String(), want)
	}
	if events := mail.Take().Events; len(events) != 1 || events[0].Kind != soak.EventBrake {
		t.Errorf("recorded %v, want the brake", events)
	}
}
