package curve

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"leakcheck/soak"
)

// TestIncidentIsCalledWithinAMinute holds the always-on verdict to the
// incident: 500 MB a minute on top of a node that stood still.
func TestIncidentIsCalledWithinAMinute(t *testing.T) {
	for i := range 150 {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		step := []float64{1, 2, 5}[i%3]
		n := int(200 / step)
		d := draw{t: make([]float64, n), y: make([]float64, n)}
		level, quiet := uniform(r, .4e9, 1.6e9), float64(i%2)*100
		for k := range d.t {
			d.t[k] = float64(k) * step
			d.y[k] = level + max(0, d.t[k]-quiet)*500e6/60
		}
		d.ar(r, .5, 3e6)
		d.saw(r, uniform(r, 3, 15), uniform(r, 5e6, 60e6), 1)
		s := New(Options{})
		at := -1.0
		for k, x := range d.samples() {
			s.Add(x)
			if s.Decided() == soak.LeakYes {
				at = d.t[k] - quiet
				break
			}
		}
		if at < 0 || at > 60 {
			t.Errorf("draw %d: called %.0f s after the load began, want 0 to 60", i, at)
		}
		if got := s.Result().Leak; got != soak.LeakYes {
			t.Errorf("draw %d: the result is %s when the run is stopped", i, got)
		}
	}
}

// TestWarmUpIsNoRunaway fills gigabytes within minutes, sampled each second:
// as fast as the incident, but it slows down.
func TestWarmUpIsNoRunaway(t *testing.T) {
	alarms := 0
	const n = 200
	for i := range n {
		r := rand.New(rand.NewPCG(uint64(i), 77))
		d := base(r, 400, 1)
		level := logUniform(r, .5e9, 8e9)
		size, tau := level*logUniform(r, .3, 3), logUniform(r, 30, 1200)
		for k := range d.y {
			d.y[k] = level + size*(1-math.Exp(-d.t[k]/tau))
		}
		d.limit = 0
		d.noise(r, .3*level)
		if answer, _ := watched(&d); answer == soak.LeakYes {
			alarms++
		}
	}
	if alarms > n/50 {
		t.Errorf("%d of %d warm-ups were called runaways", alarms, n)
	}
}

// TestBlatantLeakEndsAShortSoak leaks 15 to 40 MB a minute into a program of
// 60 MB which draws small teeth: nobody need wait half an hour for that.
func TestBlatantLeakEndsAShortSoak(t *testing.T) {
	for i := range 20 {
		r := rand.New(rand.NewPCG(uint64(i), 5))
		d := draw{t: make([]float64, 1200), y: make([]float64, 1200)}
		rate := uniform(r, 15e6, 40e6) / 60
		for k := range d.t {
			d.t[k] = float64(k)
			d.y[k] = 60e6 + rate*d.t[k]
		}
		d.ar(r, .5, 5e5)
		d.saw(r, uniform(r, 3, 15), uniform(r, 2e6, 10e6), 1)
		if answer, at := watched(&d); answer != soak.LeakYes || at*20 > 15 {
			t.Errorf("draw %d, %.0f MB a minute: %s since minute %.1f, want yes within 15", i, rate*60/1e6, answer, at*20)
		}
	}
}

// TestRecordedCurvesWatched asks at every sample of the healthy recordings: no
// moment of them is a leak.
func TestRecordedCurvesWatched(t *testing.T) {
	files, err := filepath.Glob("../../testdata/curves/*.csv*")
	if err != nil || len(files) < 41 {
		t.Fatalf("%d recordings, want 41 or more: %v", len(files), err)
	}
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		if strings.HasSuffix(name, "-leak") {
			continue
		}
		s := New(Options{Fills: told[name]})
		for _, x := range readCurve(t, name) {
			s.Add(x)
			if s.Decided() == soak.LeakYes {
				t.Errorf("%s is called a leak %s after its first sample", name, x.At.Sub(s.origin))
				break
			}
		}
	}
}
