package cmd

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"leakcheck/soak"
)

// times is how often something is taken. People write it as 2x; 0 is none given.
type times float64

// String prints it as people write it.
func (x *times) String() string {
	if *x == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(*x), 'g', 4, 64) + "x"
}

// Set reads a flag's value.
func (x *times) Set(s string) error {
	n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s), "x"), 64)
	if err != nil || math.IsNaN(n) || n <= 1 || n > 10 {
		return fmt.Errorf("factor %q: write it like 2x; at most 10x", s)
	}
	*x = times(n)
	return nil
}

// Type names the flag's value in help texts.
func (x *times) Type() string { return "factor" }

// extension makes a run longer, once, if it would end undecided.
func (r *run) extension() time.Duration {
	if r.o.extend == 0 || r.extended {
		return 0
	}
	r.extended = true
	now := time.Now()
	if !r.judge.Open(now, r.gates.check(r.judge, r.info)...) {
		return 0
	}
	more := time.Duration((float64(r.o.extend) - 1) * r.info.Planned * float64(time.Second))
	r.info.Planned *= float64(r.o.extend)
	r.judge.Extend(time.Duration(r.info.Planned * float64(time.Second)))
	text := fmt.Sprintf("undecided at its planned end: the run goes on for %s, once", soak.Duration(more.Round(time.Second)))
	r.mail.post(soak.Event{At: now, Kind: soak.EventPlan, Duration: more, Text: text})
	if r.record != nil {
		// So that a run that is killed from here on can be resumed to its new end.
		if err := r.record.Plan(r.info.Planned); err != nil {
			r.mail.post(soak.Event{At: now, Kind: soak.EventWarning, Text: "the record does not know of the extension: " + err.Error()})
		}
	}
	r.say(text)
	return more
}
