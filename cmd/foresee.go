package cmd

import (
	"fmt"
	"slices"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/judge"
	"leakcheck/soak/record"
)

// foresight tells what a run of its length can see, as soon as its own noise
// is known: somebody who looks for less had better plan longer now.
type foresight struct {
	run   *run
	began map[string]time.Time // by target; zero once it is told
}

// Record looks at the clock of each target's samples.
func (f *foresight) Record(b soak.Batch) error {
	for _, s := range b.Samples {
		began, known := f.began[s.Target]
		switch {
		case !known:
			f.began[s.Target] = s.At
		case !began.IsZero() && s.At.Sub(began) >= baseline(f.run.o.length()):
			f.began[s.Target] = time.Time{}
			f.tell(s)
		}
	}
	return nil
}

// baseline is how much of a run shows its noise.
func baseline(length time.Duration) time.Duration {
	return min(max(length/10, time.Minute), 10*time.Minute)
}

func (f *foresight) tell(s soak.Sample) {
	text, ok := foreseen(f.run.judge, s.Target, f.run.o.length())
	if !ok || f.run.told && s.Target == f.run.nodes[0].info.Name { // one figure is enough
		return
	}
	text = s.Target + ": by the noise so far, " + text
	f.run.mail.post(soak.Event{At: s.At, Target: s.Target, Kind: soak.EventPlan, Text: text})
	f.run.say(text)
}

// foreseen says what a run of a length sees of a target, and how long one must
// be to see what matters.
func foreseen(j *judge.Judge, target string, length time.Duration) (string, bool) {
	sees, ok := j.Sees(target, length)
	if !ok {
		return "", false
	}
	text := fmt.Sprintf("%s will see leaks above %s", soak.Duration(length), soak.FormatRate(sees))
	matters := j.Result(target).Tolerance
	if matters <= 0 || sees <= matters {
		return text, true
	}
	// Proof needs room above what matters: a leak of twice that is looked for.
	if needs := j.Needs(target, 2*matters); needs > length {
		return text + fmt.Sprintf("; for %s plan %s", soak.FormatRate(2*matters), soak.Planned(needs)), true
	}
	return text, true
}

// foretold says what a run of its length can see by the newest earlier soak of
// the same container; empty without one. A process has no name of its own.
func (r *run) foretold() string {
	if r.o.rehearse > 0 || r.nodes[0].info.Kind != "container" {
		return ""
	}
	runs, err := r.app.earlier(r.info.ID)
	if err != nil {
		return ""
	}
	target := r.nodes[0].info.Name
	for _, s := range slices.Backward(runs) {
		if !slices.Contains(s.Targets, target) || s.Last.Sub(s.Started) < baseline(r.o.length()) { // too short to know the noise
			continue
		}
		if text, ok := r.foretoldBy(s.Path, target); ok {
			return fmt.Sprintf("By the noise of run %s (%s), %s.", s.ID, soak.Duration(s.Last.Sub(s.Started).Round(time.Second)), text)
		}
	}
	return ""
}

// foretoldBy is what one record says of a target. An experiment has a noise of
// its own, and so has a rehearsal.
func (r *run) foretoldBy(path, target string) (string, bool) {
	rec, err := record.Open(path)
	if err != nil {
		return "", false
	}
	defer rec.Close()
	if m := rec.Meta().Info; m.Rehearsal > 0 || m.Kind == soak.KindDiagnose || m.Kind == soak.KindFire {
		return "", false
	}
	past, err := runSide(rec, r.o.judgeOptions)
	if err != nil {
		return "", false
	}
	return foreseen(past.Judge, target, r.o.length())
}
