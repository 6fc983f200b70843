package cmd

import (
	"strings"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/scenarios"
	"leakcheck/soak"
)

// Where the profile names no port, the only published one is taken, and said;
// of two, none is.
func TestTheOnlyPublishedPortIsTaken(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	generic, err := scenarios.Load("generic")
	if err != nil {
		t.Fatal(err)
	}
	for _, more := range [][]int{nil, {8081}} {
		p := rig.RunPuppet(probe.Spec{Ports: more})
		n := node{Target: p.Container, info: p.Info(), profile: generic}
		if err := (targetOptions{}).locate(&n); err != nil {
			t.Fatal(err)
		}
		private := *generic
		private.Service.TLS = &soak.TLS{CA: "ca.pem"}
		over := node{Target: p.Container, info: p.Info(), profile: &private}
		if err := (targetOptions{}).locate(&over); err != nil || over.info.URL != strings.Replace(n.info.URL, "http:", "https:", 1) {
			t.Errorf("a profile with TLS goes to %q: %v", over.info.URL, err)
		}
		only := len(more) == 0
		if got := n.info.URL != ""; got != only || only && !strings.Contains(n.where(), "the only port that it publishes") {
			t.Errorf("with ports %v besides 8080: %q", more, n.where())
		}
		if !only {
			continue
		}
		if err := rig.Stop(t.Context(), p.ID, time.Second); err != nil {
			t.Fatal(err)
		}
		c, err := rig.Engine.Container(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		stopped := node{Target: c, info: c.Info(), profile: generic}
		if err := noURL(stopped); !strings.Contains(err.Error(), "does not run (exited): start it") {
			t.Errorf("a container that has ended: %v", err)
		}
	}
}
