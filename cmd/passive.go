package cmd

import (
	"context"
	"errors"
	"slices"
	"time"

	"leakcheck/probe"
	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/judge"
	"leakcheck/soak/logscan"
	"leakcheck/soak/record"
)

// passive compares growth with what happened, of a stored run or of a
// container; nothing is fired.
func (a *app) passive(ctx context.Context, ref string, o diagnoseOptions) error {
	if err := textOrJSON(o.format); err != nil {
		return err
	}
	rec, err := a.openRun(ref)
	switch {
	case err == nil:
		defer rec.Close()
		return a.passiveRun(ctx, rec, o)
	case ref == "latest" || !errors.Is(err, record.ErrNoRun) && !errors.Is(err, record.ErrNotRecord):
		return err
	}
	o.containers = []string{ref}
	return noRunEither(a.passiveContainer(ctx, o), o.containers)
}

// passiveRun looks at a stored run, and at the log of its containers as far as
// they still exist.
func (a *app) passiveRun(ctx context.Context, rec *record.Record, o diagnoseOptions) error {
	j, _, err := rejudge(rec, judgeOptions{}, "")
	if err != nil {
		return err
	}
	until, engine := seenUntil(rec), (*probe.Engine)(nil)
	judged := j.Report(until)
	var all []soak.Passive
	for _, info := range rec.Meta().Info.Targets {
		w := &watching{name: info.Name}
		if err := errors.Join(rec.Replay(&w.extent), rec.Replay(w.begin())); err != nil {
			return notMeasured(err)
		}
		if engine == nil && info.Kind == "container" && !o.noLog {
			if engine, err = a.connect(ctx, o.dockerHost); err == nil {
				defer engine.Close()
			}
		}
		w.logOf(ctx, engine, info.ID, until)
		all = append(all, w.result(judged))
	}
	return a.tellPassive(ctx, all, o.format)
}

// passiveContainer looks at all that is known of a container: what earlier runs
// recorded of it and what its log says. If that is too little, it looks on.
func (a *app) passiveContainer(ctx context.Context, o diagnoseOptions) error {
	nodes, engine, err := a.nodes(ctx, o.targetOptions, o.interval.D())
	if err != nil {
		return err
	}
	defer func() { _ = closeAll(nodes, engine) }() // it was only read
	n := nodes[0]
	rules, err := logscan.Compile(n.profile.Signals)
	if err != nil {
		return usage("profile %s: %w", n.profile.Name, err)
	}
	c := n.Target.(*probe.Container) // it was named with --container
	info := soak.RunInfo{ID: "passive", Started: time.Now(), Targets: []soak.TargetInfo{n.info}}
	j, err := judge.New(info, map[string]*soak.Profile{n.info.Name: n.profile}, judge.Options{})
	if err != nil {
		return usage("%w", err)
	}
	w := &watching{name: n.info.Name}
	if err := w.past(ctx, a, n.info, c, rules, o.noLog, j); err != nil {
		return err
	}
	if !w.enough() {
		a.say("Too little is known of %s: watching it for %s (--max), without sending anything", n.info.Name, o.max)
		if err := w.live(ctx, n, rules, o, j); err != nil {
			return notMeasured(err)
		}
	}
	return a.tellPassive(ctx, []soak.Passive{w.result(j.Report(time.Now()))}, o.format)
}

func (a *app) tellPassive(ctx context.Context, all []soak.Passive, format string) error {
	if err := a.printSheet(format, report.PassiveSheet(all)); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ended(soak.ExitInterrupted)
	case slices.ContainsFunc(all, func(p soak.Passive) bool { return len(p.Seen) > 0 }):
		return ended(soak.ExitInconclusive) // a coincidence proves nothing, nor does its absence
	}
	return ended(soak.ExitNotMeasured)
}
