package demonode

import (
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// level is how much memory of each kind a curve asks for, in bytes.
type level struct{ anon, file, shmem int64 }

// shape is the level at a time since the start: pure, the same for the same
// options, so that the model and the real node follow one curve.
func shape(o Options, elapsed time.Duration) level {
	hours := elapsed.Hours()
	l := level{anon: int64(o.Base) + int64(float64(o.Grow)*hours)}
	grown := int64(float64(o.Rate) * hours)
	for name := range strings.SplitSeq(o.Curve, "+") {
		switch name {
		case CurveSawtooth:
			l.anon += tooth(o, elapsed)
		case CurveWarmUp:
			l.anon += int64(float64(o.Amplitude) * (1 - math.Exp(-elapsed.Seconds()/o.Period.Seconds())))
		case CurveLinear:
			l.anon += grown
		case CurveStaircase:
			l.anon += int64(o.Amplitude) * int64(elapsed/o.Period)
		case CurvePageCache:
			if o.Amplitude > 0 {
				grown = min(grown, int64(o.Amplitude))
			}
			l.file += grown
		case CurveTmpfs:
			l.shmem += grown
		}
	}
	return l
}

// tooth is where a sawtooth stands. No two teeth are alike: each rises to
// between 85 % and 115 % of the amplitude.
func tooth(o Options, elapsed time.Duration) int64 {
	n := int64(elapsed / o.Period)
	rise := float64(elapsed%o.Period) / float64(o.Period)
	height := 0.85 + 0.3*rand.New(rand.NewPCG(o.Seed, uint64(n))).Float64()
	return int64(rise * height * float64(o.Amplitude))
}
