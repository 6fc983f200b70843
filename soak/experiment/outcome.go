package experiment

import (
	"fmt"

	"leakcheck/soak"
)

// ExitCode is what a diagnosis means for a gate: a leak is proven, everything is
// cleared, nothing was measured, or something is open.
func ExitCode(d soak.Diagnosis) int {
	if len(d.Arms) == 0 || d.Blocks == 0 {
		return soak.ExitNotMeasured
	}
	code := soak.ExitPass
	for _, a := range d.Arms {
		switch {
		case a.LeftOut:
		case a.Verdict == soak.ArmProven && a.Nature == soak.NatureLeak:
			return soak.ExitFail
		case a.Verdict != soak.ArmRefuted:
			code = soak.ExitInconclusive
		}
	}
	return code
}

// failing is the share of requests that may fail in a firing that passes.
const failing = 0.05

// Decide fills in the verdict of a firing, its exit code and why.
func Decide(f *soak.Fired) {
	var errors int64
	for _, n := range f.Load.Errors {
		errors += n
	}
	m := f.Memory
	say := func(v soak.Verdict, code int, format string, args ...any) {
		f.Verdict, f.ExitCode, f.Why = v, code, fmt.Sprintf(format, args...)
	}
	rise := soak.FormatBytes(float64(m.Peak - m.Before))
	switch {
	case f.Brake != nil:
		say(soak.VerdictFail, soak.ExitFail, "the brake stopped it: %s", f.Brake.Reason)
	case f.Load.Requests == 0 || m.Before == 0:
		say(soak.VerdictNotMeasured, soak.ExitNotMeasured, "%d requests were sent and memory was not seen before and after them", f.Load.Requests)
	case float64(errors) > failing*float64(f.Load.Requests):
		say(soak.VerdictFail, soak.ExitFail, "%d of %d requests failed", errors, f.Load.Requests)
	case !m.Rose:
		say(soak.VerdictPass, soak.ExitPass, "memory did not rise by more than it moves by itself")
	case m.Back:
		say(soak.VerdictPass, soak.ExitPass, "memory rose by %s and came back after %.1f s", rise, *m.Seconds)
	default:
		say(soak.VerdictInconclusive, soak.ExitInconclusive,
			"memory rose by %s, and %s of that were still there at the end: one firing cannot tell a leak from a cache or a collector that has not run; `leakcheck diagnose` can",
			rise, soak.FormatBytes(float64(m.After-m.Before)))
	}
}
