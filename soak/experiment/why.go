package experiment

import (
	"fmt"

	"leakcheck/soak"
)

// why says an arm's result in one sentence.
func (e *Experiment) why(r soak.ArmResult) string {
	switch {
	case r.Nature == soak.NatureHighWater:
		return fmt.Sprintf("memory rose once, by %s, and the same load again adds %s: it fills, it does not leak", rose(r), again(r))
	case r.Verdict == soak.ArmRefuted:
		return "nothing above " + cost(r, high(r))
	case r.Verdict == soak.ArmUntested:
		return fmt.Sprintf("up to %s cannot be ruled out yet: more rounds, a higher rate or a longer pause would tell", cost(r, high(r)))
	case r.Kind == soak.ArmIdle:
		return "memory grows with time, whether or not anything here is on"
	case r.DoseHolds != nil && !*r.DoseHolds:
		return "memory grows while it is on, yet not in step with its requests: at double the rate each one costs another amount"
	case r.Nature == soak.NatureUnclear:
		return "memory grows with it; whether it is a leak or a level that it has not reached yet is open"
	case r.DoseHolds != nil:
		return fmt.Sprintf("the same load again adds %s, and at double the rate a request costs the same", again(r))
	}
	return fmt.Sprintf("the same load again adds %s", again(r))
}

func high(r soak.ArmResult) float64 {
	for _, i := range []*soak.Interval{r.PerRequest, r.PerHour} {
		if i != nil {
			return i.High
		}
	}
	return 0
}

func cost(r soak.ArmResult, x float64) string {
	if r.PerRequest != nil {
		return soak.FormatBytes(x) + " per request"
	}
	return soak.FormatRate(x)
}

func rose(r soak.ArmResult) string {
	if r.First == nil {
		return "something"
	}
	return soak.FormatBytes(*r.First)
}

func again(r soak.ArmResult) string {
	if r.Again == nil {
		return "nothing that was seen"
	}
	return fmt.Sprintf("%s [%s, %s]", soak.FormatBytes(r.Again.Estimate), soak.FormatBytes(r.Again.Low), soak.FormatBytes(r.Again.High))
}
