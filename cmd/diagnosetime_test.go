package cmd

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/experiment"
)

// A --max at which nothing could be looked at is refused, with one that is
// enough and with blocks that would fit; what is advised is taken.
func TestMaxMustBeEnoughForAnAnswer(t *testing.T) {
	arms := []soak.ArmDesign{{Name: "a", Kind: soak.ArmScenario}, {Name: "idle", Kind: soak.ArmIdle}}
	minutes := func(m float64) soak.Duration { return soak.Duration(m * float64(time.Minute)) }
	o := diagnoseOptions{rate: 10, block: minutes(1), pause: minutes(0.5), interval: minutes(0.01), matters: 500, max: minutes(3)}
	enough := func(o diagnoseOptions) error { return o.enough(o.design(arms, nil)) }
	err := enough(o)
	for _, part := range []string{"--max 3m is not enough", "10 blocks", "at least --max 15m30s", "--block 11s --pause 5s"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v, want %q", err, part)
		}
	}
	short := o
	short.block, short.pause, _ = o.shorter(experiment.FirstAnswer(len(arms)))
	if err := enough(short); err != nil {
		t.Errorf("what is advised is refused: %v", err)
	}
	for _, ms := range []soak.Duration{100, 200, 300, 700} { // no binary fractions of a second
		exact := o
		exact.block, exact.pause = ms*soak.Duration(time.Millisecond), ms*soak.Duration(time.Millisecond)
		if exact.max = takes(10, exact.block, exact.pause); enough(exact) != nil {
			t.Errorf("--max %s: %v", exact.max, enough(exact))
		}
	}
	for max, want := range map[float64]bool{15.5: true, 15.49: false, 240: true} {
		o.max = minutes(max)
		if err := enough(o); (err == nil) != want {
			t.Errorf("--max %s: %v", o.max, err)
		}
	}
	o.max, o.resume = minutes(3), "x1" // whose blocks are what they are
	if err := enough(o); err == nil || strings.Contains(err.Error(), "--block") {
		t.Errorf("%v", err)
	}
	o.resume, o.interval = "", minutes(0.2) // no two samples in a shorter pause
	if err := enough(o); err == nil || strings.Contains(err.Error(), "--block") {
		t.Errorf("%v", err)
	}
	o.max = minutes(30)
	for begun, want := range map[int]string{
		0:  "A block and its pause take 1m30s: about 15m30s until the first answer, 30m at most (--max)",
		4:  "A block and its pause take 1m30s, and 4 were run: about 9m30s until the first answer, 23m more at most (--max 30m)",
		12: "A block and its pause take 1m30s, and 12 were run, 11m more at most (--max 30m)",
	} {
		if got := o.timetable(o.design(arms, nil), begun); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}
