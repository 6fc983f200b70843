package cmd

import (
	"fmt"
	"time"

	"leakcheck/soak"
)

// before is what the record of an interrupted run says of it so far: from here
// a resumed run counts on. Its methods do for nil, a run that begins.
type before struct {
	info     soak.RunInfo
	targets  map[string]*reached
	requests int64
	observer soak.Observer
	brake    string // why all load was stopped; empty if it was not
	extended bool   // the run was made longer already
}

// reached is how far a target had come.
type reached struct {
	life    int
	started time.Time // of that life
	sampled time.Time // when last
	ended   time.Time // the last end of its main process that was told
	log     time.Time // the last line that was read
	info    soak.TargetInfo
}

func newBefore(info soak.RunInfo) *before { return &before{info: info, targets: map[string]*reached{}} }

func (b *before) target(name string) *reached {
	t := b.targets[name]
	if t == nil {
		t = &reached{}
		b.targets[name] = t
	}
	return t
}

// Record takes what was recorded.
func (b *before) Record(batch soak.Batch) error {
	for _, info := range batch.Targets {
		t := b.target(info.Name)
		if t.log.IsZero() && t.info.Name == "" && !info.Started.IsZero() {
			t.log = info.Started.Add(-1) // nothing was read yet
		}
		t.info = info
	}
	for _, s := range batch.Samples {
		t := b.target(s.Target)
		t.life, t.started, t.sampled = s.Life, s.Started, s.At
		if n, ok := s.Get(soak.Requests); ok {
			b.requests = n
		}
	}
	for _, e := range batch.Events {
		switch e.Kind {
		case soak.EventLife:
			t := b.target(e.Target)
			t.life, t.started = e.Life, e.At
		case soak.EventExit:
			b.target(e.Target).ended = e.At
		case soak.EventDeath:
			b.target(e.Target).life = e.Life + 1
		case soak.EventBrake:
			b.brake = e.Text
		case soak.EventPlan:
			b.extended = b.extended || e.Duration > 0
		}
	}
	for _, l := range batch.Logs {
		if t := b.target(l.Target); l.To.After(t.log) {
			t.log = l.To
		}
	}
	if batch.Observer != nil {
		b.observer = *batch.Observer
	}
	return nil
}

// events tell that the run goes on, and what has become of its targets
// meanwhile that no sample will show.
func (b *before) events(now time.Time, nodes []node) (all []soak.Event) {
	if b == nil {
		return nil
	}
	if n := len(b.info.Interruptions); n > 0 {
		i := b.info.Interruptions[n-1]
		gap := i.To.Sub(i.From)
		all = append(all, soak.Event{At: i.To, Kind: soak.EventInterrupt, Duration: gap, Text: fmt.Sprintf(
			"resumed: for %s nobody looked, since %s", soak.Duration(gap.Round(time.Second)), i.Reason)})
	}
	for _, n := range nodes {
		old := b.target(n.info.Name).info
		if n.info.Kind == "container" && old.ID != "" && old.ID != n.info.ID {
			all = append(all, soak.Event{At: now, Target: n.info.Name, Life: b.target(n.info.Name).life, Kind: soak.EventRecreate, Text: fmt.Sprintf(
				"a new container (%.12s, image %s) stands under the name since nobody looked", n.info.ID, n.info.Image)})
		}
	}
	return all
}
