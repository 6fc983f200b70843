package judge

import (
	"cmp"
	"fmt"
	"iter"

	"leakcheck/soak"
	"leakcheck/soak/curve"
)

// ClassifyOptions say how curves alone are judged.
type ClassifyOptions struct {
	// Tolerance is the slowest growth that matters, in bytes per hour; 0 takes
	// the default.
	Tolerance float64
	// Limit is a memory limit given by the user, in bytes; 0 without one.
	Limit float64
	// Fills is how many bytes the program fills by design, as the user says; 0
	// takes what is known of the targets.
	Fills float64
	// Scale is how many times a rehearsal was shortened; 0 for a real run.
	Scale float64
	// Profiles and Targets, by and with the targets' names, are what is known
	// of a stored run; their ceilings and heap caps are walls.
	Profiles map[string]*soak.Profile
	Targets  []soak.TargetInfo
}

// maxCurves bounds how many targets are judged at the same time.
const maxCurves = 1000

// Classify judges the curves in one source, one for each target, in the order
// in which the targets first appear. It returns the first error of samples.
func Classify(samples iter.Seq2[soak.Sample, error], source string, o ClassifyOptions) ([]soak.Result, error) {
	streams := map[string]*curve.Stream{}
	var order []*curve.Stream
	for s, err := range samples {
		if err != nil {
			return nil, err
		}
		stream := streams[s.Target]
		if stream == nil {
			if len(order) == maxCurves {
				return nil, fmt.Errorf("%s: it holds more than %d targets: split it", source, maxCurves)
			}
			stream = curve.New(o.curve(source, s.Target))
			streams[s.Target], order = stream, append(order, stream)
		}
		stream.Add(s)
	}
	results := make([]soak.Result, 0, len(order))
	for _, stream := range order {
		results = append(results, stream.Result())
	}
	return results, nil
}

// curve are the options for one target's curve.
func (o *ClassifyOptions) curve(source, target string) curve.Options {
	c := curve.Options{Source: source, Target: target, Tolerance: o.Tolerance, Fills: o.Fills, Scale: o.Scale}
	wall := func(name string, bytes float64) {
		if bytes > 0 {
			c.Walls = append(c.Walls, curve.Wall{Name: name, Bytes: bytes})
		}
	}
	wall("limit", o.Limit)
	if p := o.Profiles[target]; p != nil {
		wall("ceiling", float64(p.Ceiling))
	}
	for _, t := range o.Targets {
		if t.Name == target {
			wall("heap", float64(t.HeapCap))
			c.Fills = cmp.Or(o.Fills, float64(t.Fills))
		}
	}
	return c
}
