package curve

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leakcheck/soak"
)

// fillOf is a rise from level at a rate per second, up to full, sampled every
// 3 s; the process is as old at the first sample as age says.
func fillOf(minutes int, age time.Duration, level, rate, full float64) []soak.Sample {
	start := time.Unix(1.7e9, 0)
	var out []soak.Sample
	for i := range minutes * 20 {
		x := soak.Sample{At: start.Add(time.Duration(i) * 3 * time.Second), Started: start.Add(-age)}
		wobble := 5e4 * math.Sin(float64(i*i))
		x.Set(soak.Anon, int64(math.Min(level+rate*float64(3*i), full)+wobble))
		out = append(out, x)
	}
	return out
}

// TestFills holds growth against what the program was told to fill.
func TestFills(t *testing.T) {
	for _, c := range []struct {
		name        string
		age         time.Duration
		level, full float64
		fills       float64
		want        soak.Leak
	}{
		{"nothing is known", 0, 40e6, 1e12, 0, soak.LeakYes},
		{"the heap is touched for the first time", 0, 40e6, 1e12, 512e6, soak.LeakInconclusive},
		{"it has been touched and stays", 0, 40e6, 100e6, 90e6, soak.LeakNo},
		{"it grows beyond", 0, 40e6, 1e12, 60e6, soak.LeakYes},
		{"beyond, seen late", 24 * time.Hour, 700e6, 1e12, 256e6, soak.LeakYes},
		{"not yet full, seen late", time.Hour, 100e6, 1e12, 256e6, soak.LeakInconclusive},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, r := judge(fillOf(40, c.age, c.level, 40e3, c.full), Options{Fills: c.fills})
			if r.Leak != c.want {
				t.Errorf("%s, want %s: %s", r.Leak, c.want, r.Why)
			}
			if told := strings.Contains(r.Why, "told to fill"); told != (c.want == soak.LeakInconclusive) {
				t.Errorf("why: %s", r.Why)
			}
			if c.want == soak.LeakInconclusive && (r.HoursToDecide == nil || *r.HoursToDecide <= 0) {
				t.Errorf("it does not say how long to wait")
			}
			if s.Decided() == soak.LeakYes && c.want != soak.LeakYes {
				t.Error("called while it runs")
			}
		})
	}
}

// TestWhatWasToldDecides: on two real programs that fill what they were told
// to, the curve alone looks like a leak.
func TestWhatWasToldDecides(t *testing.T) {
	for name, fills := range told {
		xs := readCurve(t, name)
		for x, want := range map[float64]soak.Leak{0: soak.LeakYes, fills: soak.LeakInconclusive, 10e6: soak.LeakYes} {
			if _, r := judge(xs, Options{Fills: x}); r.Leak != want {
				t.Errorf("%s, told to fill %.0f MB: %s, want %s: %s", name, x/1e6, r.Leak, want, r.Why)
			}
		}
	}
}

// TestFillsHoldRunaways: a loaded JVM touches gigabytes within a minute; what
// goes on beyond them is the incident.
func TestFillsHoldRunaways(t *testing.T) {
	xs := fillOf(4, 0, 200e6, 10e6, 1e12)
	if _, r := judge(xs, Options{}); r.Leak != soak.LeakYes {
		t.Errorf("without a fill: %s", r.Why)
	}
	s := New(Options{Fills: 1e9})
	for i, x := range xs {
		s.Add(x)
		if y, _ := x.Get(soak.Anon); (s.Decided() == soak.LeakYes) != (y >= 1.2e9-1e5) && math.Abs(float64(y)-1.2e9) > 3e7 {
			t.Fatalf("sample %d at %d bytes: %s", i, y, s.Decided())
		}
	}
}

// TestFillsOnlyAcquitWithin holds that a fill changes nothing but a "yes" below it.
func TestFillsOnlyAcquitWithin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level, rate := rapid.Float64Range(20e6, 500e6).Draw(t, "level"), rapid.Float64Range(0, 2e5).Draw(t, "rate")
		fills := rapid.Float64Range(1e6, 1e9).Draw(t, "fills")
		xs := fillOf(20, 0, level, rate, 1e12)
		_, plain := judge(xs, Options{})
		_, r := judge(xs, Options{Fills: fills})
		passed := rate*20*60 > fills+1e6
		switch {
		case plain.Leak != soak.LeakYes || passed:
			if r.Leak != plain.Leak || r.Why != plain.Why {
				t.Fatalf("%s became %s: %s", plain.Leak, r.Leak, r.Why)
			}
		case rate*20*60 < fills-1e6 && r.Leak != soak.LeakInconclusive:
			t.Fatalf("called within the fill: %s", r.Why)
		}
		if *r.Slope != *plain.Slope {
			t.Fatal("the rate changed")
		}
	})
}
