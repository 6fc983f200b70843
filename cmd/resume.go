package cmd

import (
	"context"
	"time"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/judge"
	"leakcheck/soak/record"
)

// resume puts together the rest of a run that was interrupted: the same
// targets, profiles and load, for what is left of its time.
func (a *app) resume(ctx context.Context, o soakOptions) (r *run, err error) {
	path, err := record.Find(record.Dir(a.getenv), o.resume)
	if err != nil {
		return nil, missing(err)
	}
	r = &run{app: a, curves: report.NewCollector(chartPoints), lives: lives{}}
	whole := r
	defer func() {
		if err != nil {
			whole.close()
		}
	}()
	if r.record, err = record.Resume(path); err != nil {
		return nil, missing(err)
	}
	if o.listen != "" {
		if r.page, err = listen(o.listen); err != nil {
			return nil, err
		}
	}
	if r.gates, err = a.openGates(o.gateOptions, o.judgeOptions); err != nil {
		return nil, err
	}
	m := r.record.Meta()
	r.info = m.Info
	if r.o, err = o.goOn(m.Info, time.Now()); err != nil {
		return nil, err
	}
	if r.nodes, r.engine, err = a.nodes(ctx, r.o.targetOptions, r.o.pace()(0, false)); err != nil {
		return nil, err
	}
	for i := range r.nodes {
		if p := m.Profiles[r.nodes[i].info.Name]; p != nil {
			r.nodes[i].profile, r.nodes[i].info.Profile = p, p.Name
		}
	}
	if r.loads, err = a.newLoads(r.o, r.nodes[0], r.o.scale()); err != nil {
		return nil, err
	}
	if r.judge, err = judge.New(m.Info, m.Profiles, judge.Options{Inconclusive: o.inconclusive, Limit: float64(o.limit)}); err != nil {
		return nil, usage("%w", err)
	}
	if err = r.record.Replay(fanout{r.judge, r.curves, r.lives}); err != nil {
		return nil, notMeasured(err)
	}
	return r, nil
}

// goOn turns what a run was asked to do into the options for what is left of it.
func (o soakOptions) goOn(info soak.RunInfo, now time.Time) (soakOptions, error) {
	left := time.Duration(info.Planned*float64(time.Second)) - now.Sub(info.Started)
	if left <= 0 {
		return o, usage("run %s had its %s: there is nothing left to resume; judge it with `leakcheck report %s`",
			info.ID, soak.Duration(info.Planned*float64(time.Second)), info.ID)
	}
	if info.Rehearsal > 0 {
		return o, usage("run %s is a rehearsal: start it again instead", info.ID)
	}
	o.duration, o.level, o.tolerance = soak.Duration(left), string(info.LoadLevel), soak.Rate(info.Tolerance)
	for _, t := range info.Targets {
		if t.Kind != "container" {
			return o, usage("run %s watched %s, a %s: only runs of containers can be resumed", info.ID, t.Name, t.Kind)
		}
		o.containers = append(o.containers, t.Name)
	}
	if len(info.Targets) > 0 && o.url == "" {
		o.url = info.Targets[0].URL
	}
	return o, nil
}

// lives remembers each target's present life, so that a resumed run counts on.
type lives map[string]soak.Sample

// Record keeps the last sample of each target.
func (l lives) Record(b soak.Batch) error {
	for _, s := range b.Samples {
		l[s.Target] = soak.Sample{At: s.At, Life: s.Life, Started: s.Started}
	}
	return nil
}
