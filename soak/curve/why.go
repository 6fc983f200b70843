package curve

import (
	"fmt"
	"time"

	"leakcheck/soak"
)

// why gives the reason for the answer in one plain sentence.
func (a *analysis) why(s *Stream) string {
	if a.runaway {
		return fmt.Sprintf("the memory runs away: it gained more than %s within a minute, steadily, and goes on", soak.FormatBytes(runawayBytes))
	}
	if len(a.rate) == 0 || a.series.len() < a.fewest() {
		return a.whyTooLittle(s.samples)
	}
	x := a.slope()
	rate := fmt.Sprintf("%s [%s, %s]", soak.FormatRate(x.Estimate), soak.FormatRate(x.Low), soak.FormatRate(x.High))
	switch {
	case a.leak == soak.LeakYes:
		return fmt.Sprintf("the floor rises %s, more than the %s; %s%s", rate, a.whatMatters(), a.whyNotHarmless(), a.where(s))
	case a.leak == soak.LeakNo && x.Low > 0:
		return fmt.Sprintf("the floor rises %s, proven slower than the %s that matters", rate, soak.FormatRate(a.tolerance))
	case a.leak == soak.LeakNo:
		return fmt.Sprintf("the floor moves %s, proven slower than the %s that matters", rate, soak.FormatRate(a.tolerance))
	}
	return a.whyUndecided(x, rate)
}

// whatMatters names the rate that a leak was proven to exceed.
func (a *analysis) whatMatters() string {
	if must := a.must * 3600; must > 1.001*a.tolerance {
		return soak.FormatRate(must) + " that settling could be in so short a time"
	}
	return soak.FormatRate(a.tolerance) + " that matters"
}

// whyTooLittle says what is missing.
func (a *analysis) whyTooLittle(samples int) string {
	if a.floor.teeth > 0 {
		return fmt.Sprintf("there are only %d complete garbage collection cycles; it takes %d to see a floor", a.floor.teeth, a.fewest())
	}
	return fmt.Sprintf("%d samples are too few to say anything", samples)
}

// whyNotHarmless says how much worse the best harmless explanation fits.
func (a *analysis) whyNotHarmless() string {
	if a.rival == nil {
		return "no other explanation could be tried on so few points"
	}
	if worse := a.rival.score - a.grows.score; worse >= 1 {
		return fmt.Sprintf("%s fits worse by %.0f", a.rival.family.article(), worse)
	}
	return "nothing that has levelled off fits as well"
}

// whyUndecided says what stands between the curve and an answer.
func (a *analysis) whyUndecided(x soak.Interval, rate string) string {
	grown := x.Estimate / 3600 * a.series.longest()
	switch {
	case a.fills > 0:
		return fmt.Sprintf("the floor rises %s, but the program was told to fill its memory and may do so up to %s: what grows beyond is a leak", rate, soak.FormatBytes(a.fills))
	case a.clipped:
		return fmt.Sprintf("the memory stands at its limit, and before that the floor moved %s, which proves nothing", rate)
	case a.pausing:
		z := a.stairs
		return fmt.Sprintf("the floor has stood still for %s, but it grew in %d jumps up to %s apart, and the next may be to come",
			span(z.still()), len(z.big()), span(z.pause()))
	case a.vetoed && x.Estimate > a.tolerance:
		return fmt.Sprintf("the floor rises %s, but %s explains it as well as a leak does", rate, a.rival.family.article())
	case x.Low > a.tolerance && a.fallen():
		return fmt.Sprintf("the floor rises %s since it last fell, but has not outgrown what it gave back then, and may give back again", rate)
	case x.Low > a.tolerance && grown < 2*a.settle():
		return fmt.Sprintf("the floor rises %s, but %s in all is no more than healthy programs show by settling",
			rate, soak.FormatBytes(grown))
	}
	place := "on both sides of"
	switch {
	case x.Low > a.tolerance:
		place = "above, but not yet proven above,"
	case x.High < a.tolerance:
		place = "below, but not yet proven below,"
	}
	return fmt.Sprintf("the floor moves %s, %s the %s that matters", rate, place, soak.FormatRate(a.tolerance))
}

// article names the family in a sentence.
func (f family) article() string {
	switch f {
	case warmup:
		return "a saturating warm-up"
	case logarithm:
		return "a logarithmic fill"
	case squareRoot:
		return "a square-root fill"
	case ramp:
		return "a rise that has ended"
	case cycle:
		return "a daily cycle"
	}
	return "a " + familyNames[f] + " curve"
}

// span writes a time in seconds.
func span(seconds float64) string {
	return soak.RoundDuration(time.Duration(seconds * float64(time.Second))).String()
}
