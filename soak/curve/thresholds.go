package curve

// thresholds holds every number that the verdict hangs on. They were set on
// the recorded curves in testdata/curves and on the simulated families of
// `make bench-verdict`, which prints the error rates they lead to.
type thresholds struct {
	// settleShare and settleBytes are what healthy programs may grow by
	// settling: a leak must have grown by more within the run. Healthy
	// recordings creep by 1 % in 40 minutes, an idle one by 0.8 MB.
	settleShare float64
	settleBytes float64
	// youngShare of the level is by how much settling bends a very young run;
	// it fades with the time constant youngSeconds.
	youngShare, youngSeconds float64
	// promiseHours is the horizon of the default tolerance.
	promiseHours float64
	// confidence of the printed interval.
	confidence float64
	// alphaYes and alphaNo are the one-sided error rates at which growth, or
	// its absence, must be proven by the average over all plausible models.
	alphaYes, alphaNo float64
	// minPoints is the fewest floor points that can prove anything.
	minPoints int
	// toothRatio is how much larger than the mean rise the mean drop must be
	// for a curve to count as a sawtooth, and minTeeth how many drops it needs.
	toothRatio float64
	minTeeth   int
	// toothShare is the least size of teeth, relative to the level, that makes
	// the pattern a sawtooth rather than stable.
	toothShare float64
	// hopRatio is how much larger than the next largest movement a jump must be
	// to count as a step.
	hopRatio float64
	// gain is how much better than the best growing explanation the score of a
	// harmless one must be to forbid "yes", by its course; a negative gain lets
	// it forbid although it fits a little worse. recall is the same for the
	// second look at the whole life.
	gain, recall [courseCount]float64
	// clear is how much better a harmless explanation must be for its rate to
	// be believed.
	clear float64
	// occam is how much better than a line a richer explanation must be to have
	// a say in the rate.
	occam float64
	// gapFactor times the usual interval without a sample is a gap.
	gapFactor float64
	// spike is how many robust standard deviations off a lone point must be to
	// be taken for an outlier.
	spike float64
	// A curve that stays above clipShare of the limit and reaches clipTop of it
	// stands at its limit.
	clipShare, clipTop float64
}

var standard = thresholds{
	settleShare:  0.03,
	settleBytes:  1e6,
	youngShare:   0.11,
	youngSeconds: 300,
	promiseHours: 7 * 24,
	confidence:   0.95,
	alphaYes:     0.005,
	alphaNo:      0.025,
	minPoints:    5,
	toothRatio:   2.5,
	minTeeth:     3,
	toothShare:   0.02,
	hopRatio:     1.7,
	gain:         [courseCount]float64{-4, 2, 20},
	recall:       [courseCount]float64{2, 2, 20},
	clear:        2,
	occam:        0,
	gapFactor:    5,
	spike:        8,
	clipShare:    0.98,
	clipTop:      0.99,
}
