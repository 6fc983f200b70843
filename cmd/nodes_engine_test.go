package cmd

import (
	"net/http"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/scenarios"
	"leakcheck/soak"
)

// TestANodeIsDescribedAnewWhenItIsMadeAnew restarts a container and makes it
// anew: requests go where its port is published by now, and its heap limit is
// that of the new command line.
func TestANodeIsDescribedAnewWhenItIsMadeAnew(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	p := rig.RunPuppet(probe.Spec{Args: []string{"log", "1s", "--max-old-space-size=64"}})
	profile, err := scenarios.Load("generic")
	if err != nil {
		t.Fatal(err)
	}
	own := *profile
	own.Service.Port = 8080
	n := node{Target: p.Container, info: p.Info(), profile: &own}
	if err := (targetOptions{}).locate(&n); err != nil {
		t.Fatal(err)
	}
	if n.info.HeapCap != 64<<20 {
		t.Fatalf("heap limit %d", n.info.HeapCap)
	}
	news, client := n.describer(), http.Client{Transport: &http.Transport{DialContext: n.dial, DisableKeepAlives: true}}
	answers := func(when string) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			resp, err := client.Get(n.url) // always the first address
			if err == nil {
				_ = resp.Body.Close()
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: %v", when, err)
			}
		}
	}
	answers("at first")
	if _, changed := news(); changed {
		t.Error("nothing has happened yet")
	}
	again := func(do func() error) soak.TargetInfo {
		t.Helper()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			_, err := p.State(t.Context())
			if err == nil {
				_, err = p.Sample(t.Context())
			}
			if now, changed := news(); err == nil && changed {
				return now
			}
			if time.Now().After(deadline) {
				t.Fatalf("nothing new is told: %v", err)
			}
		}
	}
	restarted := again(func() error { return rig.Restart(t.Context(), p.ID, time.Second) })
	if restarted.URL == n.info.URL || restarted.ID != n.info.ID {
		t.Errorf("restarted: %+v", restarted)
	}
	answers("restarted")
	made := again(func() error {
		if err := rig.Remove(t.Context(), p.ID); err != nil {
			return err
		}
		_, err := rig.Launcher.Run(t.Context(), probe.Spec{Name: p.Name(), Image: p.Spec.Image, Args: []string{"/app", "log", "1s", "--max-old-space-size=96"}, Ports: []int{8080}})
		return err
	})
	if made.ID == n.info.ID || made.HeapCap != 96<<20 || made.Name != n.info.Name {
		t.Errorf("made anew: %+v", made)
	}
	answers("made anew")
}
