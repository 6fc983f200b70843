package experiment

import (
	"cmp"
	"strings"
	"time"

	"leakcheck/soak"
)

// Story puts a diagnosis together from what a run saw, be it while the run goes
// on or from its record: it is a soak.Recorder. What it says is the same.
type Story struct {
	e      *Experiment
	design soak.Design
	target string

	blocks      []Stretch
	requests    int64 // health requests left out
	tap         map[string]float64
	brake       *soak.Brake
	ended       string
	interrupted bool
	warnings    []string
}

// Stretch is when an arm was on, the quiet time after it included.
type Stretch struct {
	Arm  string
	From time.Time
}

var _ soak.Recorder = (*Story)(nil)

// OptionsOf are the options that a design stands for.
func OptionsOf(d soak.Design) Options {
	o := Options{Seed: d.Seed, Matters: d.Matters, Tolerance: d.Tolerance, MaxBlocks: BlocksIn(d, d.Max)}
	for _, a := range d.Arms {
		o.Arms = append(o.Arms, Arm(a))
	}
	return o
}

// BlocksIn is how many blocks of a design fit in a time, in seconds.
func BlocksIn(d soak.Design, seconds float64) int {
	const rounding = 1e-9 // 4.2 s hold ten blocks of 0.4 s, whatever binary fractions say
	return int((seconds-d.Pause)/(d.Block+d.Pause) + rounding)
}

// NewStory begins the story of an experiment on a target.
func NewStory(d soak.Design, target string) (*Story, error) {
	e, err := New(OptionsOf(d))
	return &Story{e: e, design: d, target: target, warnings: []string{}}, err
}

// Record takes in what a run saw. It fails on blocks that are not the design's.
func (s *Story) Record(b soak.Batch) error {
	for _, in := range b.Load {
		if in.Scenario != soak.HealthScenario {
			s.requests += in.Requests
		}
	}
	for _, x := range b.Signals {
		if err := s.signal(x); err != nil {
			return err
		}
	}
	for _, e := range b.Events { // after the beginning, which forgets how it ended before
		s.event(e)
	}
	return nil
}

// mostWarnings bounds a diagnosis's warnings.
const mostWarnings = 50

func (s *Story) event(e soak.Event) {
	switch e.Kind {
	case soak.EventBrake:
		s.brake = &soak.Brake{At: e.At, Reason: strings.TrimPrefix(e.Text, soak.Braked)}
	case soak.EventEnded:
		s.ended, s.interrupted = e.Text, false // it was gone on with since
	case soak.EventInterrupt:
		s.interrupted = true
	case soak.EventWarning:
		s.Warn(e.Text)
	}
}

// Warn adds a warning to the diagnosis, once.
func (s *Story) Warn(text string) {
	if !contains(s.warnings, text) && len(s.warnings) < mostWarnings {
		s.warnings = append(s.warnings, text)
	}
}

func (s *Story) signal(x soak.Signal) error {
	switch x.Name {
	case soak.TapSignal:
		s.tap = x.Values
	case soak.BlockSignal:
		if err := s.e.Retell(x); err != nil {
			return err
		}
		if x.Text == stageBegin { // what ended it before is over
			s.ended, s.interrupted, s.brake, s.tap, s.requests = "", false, nil, nil, 0
			break
		}
		m := measured(x)
		s.blocks = append(s.blocks, Stretch{Arm: s.design.Arms[m.Arm].Name, From: x.At.Add(-m.Span)})
	}
	return nil
}

// Blocks are those that were run, in order.
func (s *Story) Blocks() []Stretch { return s.blocks }

// Experiment is as far as the story has come; a driver goes on from there.
func (s *Story) Experiment() *Experiment { return s.e }

// Continues reports whether more blocks can decide what is open, of a node that
// is as it was and that the brake left alone.
func (s *Story) Continues() bool { return s.ended == "" && s.brake == nil && s.e.GoesOn() }

// Diagnosis is what it all proves so far, with everything but what the run's
// own data say: its profile, its version and its time.
func (s *Story) Diagnosis() soak.Diagnosis {
	d := s.e.Result()
	d.Target, d.Brake, d.Warnings = s.target, s.brake, s.warnings
	if s.tap != nil {
		d.Tap = &soak.TapSeen{Values: s.tap}
		if s.requests > 0 {
			d.Tap.PerClientRequest = s.tap["requests"] / float64(s.requests)
		}
	}
	for _, x := range s.design.LeftOut {
		d.Arms = append(d.Arms, soak.ArmResult{
			Name: x.Name, Kind: soak.ArmScenario, Verdict: soak.ArmUntested, Where: []soak.ComponentGrowth{}, LeftOut: true, Why: x.Why,
		})
	}
	d.ExitCode = ExitCode(d)
	switch {
	case s.interrupted:
		d.Ended, d.ExitCode = "it was interrupted", soak.ExitInterrupted
	case s.ended != "": // a restart, a switch that failed, no samples, the node's end
		d.Ended, d.ExitCode = s.ended, gone(d.ExitCode)
	case d.Brake != nil:
		d.Ended = "the brake: " + d.Brake.Reason
	case d.ExitCode == soak.ExitInconclusive:
		d.Ended = cmp.Or(s.e.over(), "before its end: it was broken off, or still goes on")
	}
	s.settles(&d)
	return d
}

// settles says how much longer it takes to decide what is open.
func (s *Story) settles(d *soak.Diagnosis) {
	blocks, ok := s.e.Needs()
	if more := blocks - len(s.e.seen); ok && more > 0 && !Decided(*d) {
		hours := float64(more) * (s.design.Block + s.design.Pause) / 3600
		d.HoursToDecide = &hours
	}
}

// gone is the exit code of an experiment that could not be gone on with.
func gone(code int) int {
	if code == soak.ExitFail {
		return code
	}
	return soak.ExitNotMeasured
}
