package judge

import (
	"math"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestALeakProvenUnderLoadStandsWhenTheBrakeEndsTheLoad: the floor stands
// still afterwards because nobody asks, not because it was mended.
func TestALeakProvenUnderLoadStandsWhenTheBrakeEndsTheLoad(t *testing.T) {
	const minute = time.Minute
	level := func(d time.Duration) float64 {
		return 300e6 + 2e6*min(d, 30*minute).Seconds()
	}
	for _, c := range []struct {
		name   string
		braked bool
		want   soak.Leak
	}{
		{"the brake ended the load", true, soak.LeakYes},
		{"the growth ended by itself", false, soak.LeakNo},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, nil)
			for d := time.Duration(0); d < 5*time.Hour; d += 5 * time.Second {
				if c.braked && d == 30*minute {
					s.record(soak.Batch{Events: []soak.Event{{At: at(d), Target: node, Kind: soak.EventBrake, Text: "70 % of the limit"}}})
				}
				s.record(soak.Batch{Samples: []soak.Sample{sample(d, level(d))}})
			}
			r := s.j.Report(at(5 * time.Hour))
			if got := r.Memory[0].Leak; got != c.want {
				t.Errorf("leak %s, want %s: %s", got, c.want, r.Memory[0].Why)
			}
			if got := r.Memory[0].Components["working_set"].Last; got != int64(level(5*time.Hour)) {
				t.Errorf("the last level %d is not kept", got)
			}
		})
	}
}

// TestTheWallIsAsFarAsItIsNow: what goes on growing after the brake meets its
// limit sooner than it would have from where the brake saw it.
func TestTheWallIsAsFarAsItIsNow(t *testing.T) {
	s := tell(t, nil)
	const rate, limit = 2e6, 8_000_000_000
	for d := time.Duration(0); d <= 50*time.Minute; d += 5 * time.Second {
		x := sample(d, 300e6+rate*d.Seconds())
		x.Set(soak.Limit, limit)
		s.record(soak.Batch{Samples: []soak.Sample{x}})
		if d == 30*time.Minute {
			s.record(soak.Batch{Events: []soak.Event{{At: at(d), Target: node, Kind: soak.EventBrake, Text: soak.Braked + "70 % of the limit"}}})
		}
		if d != 30*time.Minute && d != 50*time.Minute {
			continue
		}
		left := (limit - 300e6 - rate*d.Seconds()) / rate / 3600
		if hours, wall, ok := s.j.HoursToWall(node); !ok || wall != "limit" || math.Abs(hours-left) > 0.05*left {
			t.Errorf("after %s the %s is %.3f h away (%v), want %.3f", d, wall, hours, ok, left)
		}
		if f := s.j.Result(node).Forecast; f.Hours.Estimate == nil || math.Abs(*f.Hours.Estimate-left) > 0.05*left {
			t.Errorf("after %s the result says %v, want %.3f h", d, f.Hours.Estimate, left)
		}
	}
}

// TestTheBrakesCause: a leak is named as what stopped the load only if it was.
func TestTheBrakesCause(t *testing.T) {
	for reason, want := range map[string]string{
		soak.BrakedForLeak + "38 minutes at the present rate": "the brake stopped the load when the leak was proven",
		"workout takes 578 ms where it took 31 ms at first":   "it leaked under load",
	} {
		s := tell(t, nil)
		for d := time.Duration(0); d < 40*time.Minute; d += 5 * time.Second {
			s.record(soak.Batch{Samples: []soak.Sample{sample(d, 300e6+2e6*d.Seconds())}})
		}
		s.record(soak.Batch{Events: []soak.Event{{At: at(40 * time.Minute), Kind: soak.EventBrake, Text: soak.Braked + reason}}})
		r := s.end(40 * time.Minute)
		if got := strings.Join(r.Warnings, "\n"); !strings.Contains(got, want) {
			t.Errorf("%q: %q is missing in %q", reason, want, got)
		}
		if r.Load.Brake == nil || r.Load.Brake.Reason != reason {
			t.Errorf("the brake's reason is %+v, want %q", r.Load.Brake, reason)
		}
	}
}
