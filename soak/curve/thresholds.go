package curve

// thresholds holds every number that the verdict hangs on. They were set on
// the recorded curves in testdata/curves and on the simulated families of
// `make bench-verdict`, which prints the error rates they lead to.
type thresholds struct {
	// settleShare and settleBytes are what healthy programs may grow by
	// settling: a leak must have grown by more within the run. Healthy
	// recordings creep by 1 % in 40 minutes, an idle one by 0.8 MB, one that
	// still compiles its code by 1.5 MB.
	settleShare float64
	settleBytes float64
	// youngShare of the level and youngBytes are by how much settling bends a
	// very young run, also that of a program of 2 MB which has just started;
	// they fade with the time constant youngSeconds.
	youngShare, youngBytes, youngSeconds float64
	// promiseHours is the horizon of the default tolerance.
	promiseHours float64
	// confidence of the printed interval.
	confidence float64
	// alphaYes and alphaNo are the one-sided error rates at which growth, or
	// its absence, must be proven by the average over all plausible models.
	alphaYes, alphaNo float64
	// minPoints is the fewest floor points that can prove anything, minBottoms
	// the fewest where each is the bottom of a tooth.
	minPoints, minBottoms int
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
	// A curve whose present rate is less than slowShare of its mean rate slows
	// down: each gain is less by slowGain.
	slowShare, slowGain float64
	// clear is how much better than the best growing explanation a harmless one
	// must be to have a say in the rate, by its weight; a negative clear lets it
	// have one although it fits a little worse.
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
	settleBytes:  2e6,
	youngShare:   0.11,
	youngBytes:   6e6,
	youngSeconds: 300,
	promiseHours: 7 * 24,
	confidence:   0.95,
	alphaYes:     0.015,
	alphaNo:      0.025,
	minPoints:    5,
	minBottoms:   4,
	toothRatio:   2.5,
	minTeeth:     3,
	toothShare:   0.02,
	hopRatio:     1.7,
	gain:         [courseCount]float64{-4, 2, 20},
	recall:       [courseCount]float64{2, 2, 20},
	slowShare:    0.75,
	slowGain:     8,
	clear:        -6,
	occam:        0,
	gapFactor:    5,
	spike:        8,
	clipShare:    0.98,
	clipTop:      0.99,
}

// How the present regime is cut out (frame.go).
const (
	// minFrame is the shortest regime in points, minFrameShare as a share of the life.
	minFrame      = 14
	minFrameShare = 0.2
	// splitGain is the least gain in -2 ln(likelihood) of a change point.
	splitGain = 40.0
	// A regime that was seen for less than regimeSeconds is not judged alone in a
	// run of regimeLeast seconds: a heap that grows in steps stands still for
	// minutes, and the first minutes of a change are its steepest. The whole life
	// is, and proves no leak where its present rate is below regimeSlows of it. It
	// clears an undecided regime unless that believes with 1 - regimeDoubt that it
	// grows faster than is tolerated.
	regimeSeconds = 8 * 60
	regimeLeast   = 15 * 60
	regimeSlows   = 1.0 / 3
	regimeDoubt   = 0.1
)

// What a run can detect (power.go): detectOffset standard errors above what a
// leak must exceed it is proven 9 times of 10, at detectStraight a warm-up that
// has levelled off is ruled out.
const (
	detectOffset   = 4.0
	detectStraight = 8.0
)

// What is assumed of the noise (noise.go, blend.go). The likelihood underrates
// long memory where the run is short (Marriott and Pope, Biometrika 41, 1954),
// which would make intervals too narrow: standard errors are widened by
// widenLeast to widenMost, half the way where the correlation time is widenKnee
// of the run; those of explanations with a parameter that was searched for by
// bentWiden. A process with independent noise of nugget times its own variance
// per step on top has the log prior weight nuggetPrior. Correlation times run
// from tauLeast of a step to tauMost of the run, tauStep apart; in a run of
// tauPoints steps or more each has the prior weight tau^tauPrior, in one of
// fewer steps a flatter one: the few points of a short run could not speak
// against it. The rate is averaged over the noises by their weights, these priors
// included, to the power of sharpness.
const (
	widenLeast  = 1.08
	widenMost   = 3.2
	widenKnee   = 0.11
	bentWiden   = 1.2
	nugget      = 4.0
	nuggetPrior = -3.0
	tauLeast    = 0.6
	tauMost     = 0.85
	tauStep     = 2.0
	tauPrior    = 0.3
	tauPoints   = 150
	sharpness   = 2.2
)

// A runaway is growth so fast that nobody can wait for the statistics: the
// incident's 500 MB a minute. No trend test can tell it from the first rise of
// a huge sawtooth within a minute; what can is that it is enormous, steady, and
// unlike anything this process has shown before.
const (
	// runawaySeconds is the window, runawayPoints the fewest samples in it.
	runawaySeconds = 50.0
	runawayPoints  = 6
	// runawayBytes and runawayShare of the level must have been gained in it.
	runawayBytes = 256e6
	runawayShare = 0.25
	// runawayFull of the window must have been seen, and the rate have fallen by
	// no more than runawaySlowing in it: a warm-up with a time constant of up to
	// ten minutes slows down more.
	runawayFull    = 0.8
	runawaySlowing = 0.08
	// runawayDrop of the gain may have been lost at any one time in it.
	runawayDrop = 0.4
)

// What a program that was told how much to fill may hold beside it (fills.go):
// seen from later than fillStart seconds after its start, it has filled it at
// latest when it holds fillRoom times as much and fillBytes.
const (
	fillStart = 60.0
	fillRoom  = 1.25
	fillBytes = 64e6
)

// What the always-on verdict asks for (watch.go).
const (
	// watchYoung is the youngest age at which a run is judged while it goes on,
	// watchSeconds the youngest for all but blatant growth: caches fill, and
	// heaps take their shape, steadily and for many minutes. watchBytes must have
	// been gained until then: healthy recordings gain up to 60 MB so.
	watchYoung   = 10 * 60
	watchSeconds = 30 * 60
	watchBytes   = 100e6
	// watchAlpha is the error rate of one look.
	watchAlpha = 1e-4
	// watchHold is how much older the run must become while an answer stands.
	watchHold = 1.25
	// A curve that has never dropped may be one long tooth or a fill: it must
	// have grown by watchGrowth of its level, more than a collector lets a heap
	// grow (twofold), be older than the longest tooth and fill by far, or have
	// shown watchMinima cycles or watchLives lives. Growth of more than
	// watchRipple times the cycles' height makes them ripples on a larger tooth.
	watchGrowth  = 1.6
	watchTooth   = 18 * 3600
	watchMinima  = 8
	watchRipple  = 20
	watchLives   = 3
	watchSpacing = 0.04
)

// watchGain is thresholds.gain for a look.
var watchGain = [courseCount]float64{-10, 0, 10}

// The rest.
const (
	// longestReach is beyond any forecast, in seconds: a million years.
	longestReach = 3e13
	// grainShare of the level is the finest movement that is taken for more
	// than an accident of paging and rounding.
	grainShare = 2e-5
	// spikeShare of the level is the smallest outlier worth removing.
	spikeShare = 0.005
	// A series of stairsPoints that has grown by stairsSettle times what settling
	// explains may have done so in jumps. A jump rises jumpSteep times faster than
	// the series on average, a big one by jumpShare of the growth at least. They are
	// how memory grows if jumpedShare of the growth is theirs, and not so much more
	// that falls took it back; a staircase has staircaseJumps, and jumpPoints points
	// for each. A forecast allows for half a jump if swingShare of the growth is
	// theirs. From pausingJumps big ones on, the last no smaller than lastJump of the
	// largest, they have ended when none came for pausingTimes the longest pause, or
	// when the growth on the whole is tolerable.
	stairsPoints   = 20
	stairsSettle   = 2
	jumpSteep      = 2.5
	jumpShare      = 0.08
	jumpedShare    = 0.75
	swingShare     = 0.7
	staircaseJumps = 4
	jumpPoints     = 3
	pausingJumps   = 3
	lastJump       = 0.5
	pausingTimes   = 3.0
	// outlier is how many robust standard deviations off the median a sample
	// must be to be left out of its point of the floor.
	outlier = 4
	// blurShare of the height of teeth is how much the samples of one bucket may
	// span before the teeth are too short to be seen on the buckets' means.
	blurShare = 0.3
	// temper divides the difference of two scores in the exponent of their weights.
	// With 2 they would be taken at their word; more makes up for noises with a
	// memory as long as the run, which draw bends of their own (Miller and
	// Dunson, JASA 114, 2019).
	temper = 5.0
	// A drop that is made up for again within dipShare of the time from one drop
	// to the next is a dip, no tooth.
	dipShare = 0.2
	// Teeth that are this many times lower than the rise need not be cut off
	// where there are too few of them for a floor.
	smallTeeth = 4.0
	// nowShare of the run is how far beyond the last point of the floor a shape
	// is trusted: a tooth that has not ended may hide anything.
	nowShare = 0.05
	// refinePoints is how many points it takes to place a bend or a time
	// constant more exactly than the first library does.
	refinePoints = 16
	// hopeless is how much worse than the best a noise must score to be left out
	// when shapes are refined.
	hopeless = 30.0
	// telling is how much better than a line a family must score to be named
	// by a trait.
	telling = 6
	// patternSeconds is how long an undecided floor must be seen to be called stable.
	patternSeconds = 15 * 60
	// mismatchTimes is how much more than a container holds a counter must claim
	// for the two to disagree.
	mismatchTimes = 1.25
	// nearlyAll of the growth must lie in one memory for it to be named alone.
	nearlyAll = 0.8
	// minRequests is how many requests it takes to speak of bytes per request.
	minRequests = 20
	// mostCounted is the part of a regime in which requests must have been counted.
	mostCounted = 0.9
	// sameLoad is how much request rates may differ for two runs to have been
	// under the same load.
	sameLoad = 0.1
	// maxPooled is how many lives are judged together at most, the latest ones.
	maxPooled = 8
)
