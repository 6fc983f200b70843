package cmd

import (
	"strings"
	"testing"

	"leakcheck/soak"
)

// A suggested command means the same target: it repeats what the user gave, as
// a shell reads it, and no password.
func TestSuggestionsRepeatProfileAndURL(t *testing.T) {
	for want, o := range map[string]targetOptions{
		"":                    {},
		"--profile shop.yaml": {profiles: []string{"shop.yaml"}},
		"--profile 'my shop.yaml' --url http://h:1": {profiles: []string{"my shop.yaml"}, url: "http://h:1"},
		"--profile generic":                         {profiles: []string{"generic"}, url: "http://me:secret@h:1"},
	} {
		if got := o.repeated(0); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	second := targetOptions{profiles: []string{"a", "b"}, url: "http://h:1"}
	if got := second.repeated(1); got != "--profile b" {
		t.Errorf("the second target, which gets no load: %q", got)
	}
}

// The remedy is one that the command has.
func TestNoURLAdvisesWhatTheCommandHas(t *testing.T) {
	n := node{info: soak.TargetInfo{Name: "api"}, profile: &soak.Profile{Name: "generic"}}
	if err := noURL(n); strings.Contains(err.Error(), "--load") || !strings.Contains(err.Error(), "--url") {
		t.Errorf("fire and diagnose know no --load: %v", err)
	}
	if err := noURL(n, "--load none"); !strings.Contains(err.Error(), "PORT, or --load none") {
		t.Error(err)
	}
}
