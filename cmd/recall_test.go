package cmd

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

func TestAResumedRunTakesItsFlagsOverUnlessTheyAreGivenAgain(t *testing.T) {
	a := &app{getenv: func(string) string { return "" }}
	first := newSoak(a).Flags()
	for _, f := range [][2]string{
		{"interval", "5s"}, {"scenario", "a,b"}, {"scenario", "c"}, {"docker-host", "ssh://far"}, {"hours", "3"},
		{"notify", "x=y; z"},
	} {
		if err := first.Set(f[0], f[1]); err != nil {
			t.Fatal(err)
		}
	}
	kept := keep(first)
	if slices.Contains(kept, "hours=3") {
		t.Errorf("kept %q, with the length, which is part of the run", kept)
	}
	again := newSoak(a).Flags()
	if err := again.Set("docker-host", "unix:///near"); err != nil {
		t.Fatal(err)
	}
	if err := restore(again, record.Meta{Flags: append(kept, "of-another-version=1")}); err != nil {
		t.Fatal(err)
	}
	scenarios, _ := again.GetStringArray("scenario")
	for name, want := range map[string]string{"interval": "5s", "docker-host": "unix:///near", "notify": "x=y; z"} {
		if got := again.Lookup(name).Value.String(); got != want {
			t.Errorf("--%s is %q, want %q", name, got, want)
		}
	}
	if !slices.Equal(scenarios, []string{"a,b", "c"}) {
		t.Errorf("--scenario is %q", scenarios)
	}
}

func TestAResumedRunAsksForTheSecretsThatWereNotKept(t *testing.T) {
	a := &app{getenv: func(string) string { return "" }}
	for name, value := range map[string]string{
		"notify":       `curl -H "Authorization: Bearer 5up3rS3cretT0ken" http://chat.local/hook`,
		"load-command": "k6 run -e PASSWORD=hunter2 script.js",
		"url":          "http://me:hunter2@node",
		"docker-host":  "tcp://me:hunter2@far:2375",
	} {
		first := newSoak(a).Flags()
		if err := first.Set(name, value); err != nil {
			t.Fatal(err)
		}
		m := record.Meta{Flags: keep(first)}
		if !slices.Equal(m.Flags, []string{name}) {
			t.Errorf("kept %q of --%s %s, want its name only", m.Flags, name, value)
		}
		again := newSoak(a).Flags()
		if err := restore(again, m); err == nil || !strings.Contains(err.Error(), "--"+name) {
			t.Errorf("--%s is not asked for: %v", name, err)
		}
		if err := again.Set(name, value); err != nil {
			t.Fatal(err)
		}
		if err := restore(again, m); err != nil {
			t.Errorf("--%s given again: %v", name, err)
		}
	}
}

// TestAResumedRunAdvisesAsTheFirstDid keeps what an advised command needs to
// mean the same node: where it answers and what judges it.
func TestAResumedRunAdvisesAsTheFirstDid(t *testing.T) {
	a := &app{getenv: func(string) string { return "" }}
	first := newSoak(a).Flags()
	for name, value := range map[string]string{"profile": "my node.yaml", "url": "http://127.0.0.1:3005"} {
		if err := first.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	again := newSoak(a).Flags()
	if err := restore(again, record.Meta{Flags: keep(first)}); err != nil {
		t.Fatal(err)
	}
	o := targetOptions{recorded: map[string]*soak.Profile{"node": {Name: "recorded"}}}
	o.profiles, _ = again.GetStringArray("profile")
	o.url, _ = again.GetString("url")
	if got, want := o.repeated(0), "--profile 'my node.yaml' --url http://127.0.0.1:3005"; got != want {
		t.Errorf("advised with %s, want %s", got, want)
	}
	if p, err := o.profile(0, soak.TargetInfo{Name: "node"}); err != nil || p.Name != "recorded" {
		t.Errorf("judged by %v, %v, want the profile as it was recorded", p, err)
	}
}

func TestGoOnKeepsThePlannedEnd(t *testing.T) {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	info := soak.RunInfo{ID: "k3f9", Started: start, Planned: 86400, Targets: []soak.TargetInfo{{Name: "api", Kind: "container"}}}
	o, err := soakOptions{}.goOn(record.Meta{Info: info}, start.Add(20*time.Hour))
	if err != nil || o.duration.D() != 4*time.Hour || !slices.Equal(o.containers, []string{"api"}) {
		t.Errorf("%s of %v, %v", o.duration, o.containers, err)
	}
	if got := o.pace()(time.Hour, false); got != 15*time.Second {
		t.Errorf("the last hours are sampled every %s, want 15s as before", got)
	}
	for name, change := range map[string]func(*soak.RunInfo){
		"its time is over":       func(i *soak.RunInfo) { i.Planned = 3600 },
		"it is a rehearsal":      func(i *soak.RunInfo) { i.Rehearsal = 60 },
		"it started its target":  func(i *soak.RunInfo) { i.Targets = []soak.TargetInfo{{Name: "node", Kind: "process", ID: "7"}} },
		"its URL had a password": func(i *soak.RunInfo) { i.Targets[0].URL = "http://me:xxxxx@node" },
	} {
		other := info
		other.Targets = slices.Clone(info.Targets)
		change(&other)
		if _, err := (soakOptions{}).goOn(record.Meta{Info: other}, start.Add(20*time.Hour)); err == nil {
			t.Errorf("it goes on though %s", name)
		}
	}
}
