package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/judge"
	"leakcheck/soak/record"
)

// latestSoak is the record of the soak that began last: what was verified or
// fired since is not gone on with.
func (a *app) latestSoak() (string, error) {
	dir := record.Dir(a.getenv)
	latest, err := record.LatestOf(dir, soak.KindSoak)
	if errors.Is(err, record.ErrNoRun) {
		return "", usage("--resume latest: no soak is stored in %s yet", dir)
	}
	return latest.Path, missing(err)
}

// resume puts together the rest of a run that was interrupted: the same
// targets, profiles and load, for what is left of its time.
func (a *app) resume(ctx context.Context, o soakOptions) (r *run, err error) {
	path, err := record.Find(record.Dir(a.getenv), o.resume)
	if err != nil {
		return nil, missing(err)
	}
	r = &run{app: a, o: o}
	whole := r
	defer func() {
		if err != nil {
			whole.close()
		}
	}()
	rec, err := record.Open(path)
	if err != nil {
		return nil, missing(err)
	}
	m := rec.Meta()
	_ = rec.Close() // opened to be looked at only
	if r.o, err = o.goOn(m, time.Now()); err != nil {
		return nil, err
	}
	r.o.fires = r.o.scenarios
	if o.listen != "" {
		if r.page, err = listen(o.listen); err != nil {
			return nil, err
		}
	}
	if r.gates, err = a.openGates(o.gateOptions, o.judgeOptions); err != nil {
		return nil, err
	}
	if r.o.out == "" && filepath.Base(path) == record.FileName {
		r.o.out = filepath.Dir(path) // where it was to put its reports
	}
	if r.tap, err = r.o.tapOptions.open(); err != nil { // before the node starts: it may call its service at once
		return nil, err
	}
	if r.nodes, r.engine, err = a.nodes(ctx, r.o.targetOptions, r.o.pace()(0, false)); err != nil {
		return nil, err
	}
	if err = samePID(m.Info.Targets, r.nodes); err != nil {
		return nil, err
	}
	r.curves = newCurves(len(r.nodes))
	if r.loads, err = a.newLoads(r.o, r.nodes[0], r.o.scale()); err != nil {
		return nil, err
	}
	return r, r.reopen(path)
}

// begun is how much of the run is over when it is gone on with.
func (o *soakOptions) begun() time.Duration { return max(0, o.planned.D()-o.duration.D()) }

// reopen goes on with the record, from what it says so far.
func (r *run) reopen(path string) (err error) {
	// Only here, with everything else in place, does the interruption end.
	if r.record, err = record.Resume(path); err != nil {
		return missing(err)
	}
	m := r.record.Meta()
	r.info = m.Info
	if r.judge, err = judge.New(m.Info, m.Profiles, r.o.options()); err != nil {
		return usage("%w", err)
	}
	r.before = newBefore(m.Info)
	r.notify = newNotifier(r.o.notifyOptions, r.info.ID, r.judge)
	if err = r.record.Replay(fanout{r.judge, r.curves, r.before, r.notify}); err != nil {
		return notMeasured(err)
	}
	r.extended = r.before.extended
	if why := r.before.brake; why != "" && r.loads.plan != nil {
		fmt.Fprintln(r.app.stderr, "The load stays stopped;", why)
		r.loads = loads{health: r.loads.health}
	}
	return nil
}

// goOn turns what a run was asked to do into the options for what is left of it.
func (o soakOptions) goOn(m record.Meta, now time.Time) (soakOptions, error) {
	info := m.Info
	switch info.Kind {
	case soak.KindVerify:
		return o, usage("run %s is a verify, no soak: `leakcheck report %s` tells what it saw; for more, verify again", info.ID, info.ID)
	case soak.KindFire:
		return o, usage("run %s is a fire, no soak: `leakcheck report %s` tells what it saw; for more, fire again", info.ID, info.ID)
	case soak.KindDiagnose:
		return o, usage("run %s is a diagnose, no soak: `leakcheck diagnose --resume %s` goes on with it", info.ID, info.ID)
	}
	if info.Rehearsal > 0 {
		return o, usage("run %s is a rehearsal: start it again instead", info.ID)
	}
	planned, left := soak.Duration(info.Planned*float64(time.Second)), info.Left(now)
	if left == 0 {
		return o, usage("run %s had its %s: there is nothing left to resume; judge it with `leakcheck report %s`", info.ID, planned, info.ID)
	}
	o.planned, o.duration = planned, soak.Duration(left.Round(time.Millisecond))
	o.level, o.tolerance, o.recorded = string(info.LoadLevel), soak.Rate(info.Tolerance), m.Profiles
	for i, t := range info.Targets {
		switch pid, err := strconv.Atoi(t.ID); {
		case t.Kind == "container":
			o.containers = append(o.containers, t.Name)
		case o.pid != 0 && err == nil && o.pid == pid:
		default:
			return o, usage("run %s watched %s, which leakcheck itself had started: start it again instead", info.ID, t.Name)
		}
		if i == 0 && o.url == "" && withPassword(t.URL) {
			return o, usage("run %s fired at %s: a record keeps no passwords, so give --url again", info.ID, t.URL)
		}
	}
	return o, nil
}

// resumable reports whether the run can be gone on with: some of it is left, and
// what it watched outlives leakcheck.
func (r *run) resumable(now time.Time) bool {
	if r.info.Left(now) == 0 {
		return false
	}
	return r.o.pid != 0 || !slices.ContainsFunc(r.info.Targets, func(t soak.TargetInfo) bool { return t.Kind != "container" })
}

// samePID refuses a process that only has the number of the one before.
func samePID(before []soak.TargetInfo, nodes []node) error {
	for _, n := range nodes {
		for _, t := range before {
			if t.Name == n.info.Name && t.Kind == "process" && t.Started.Sub(n.info.Started).Abs() > time.Second {
				return usage("process %s is another one than the run watched: it started %s", n.info.ID, n.info.Started.Format(time.RFC3339))
			}
		}
	}
	return nil
}

// lives remembers each target's present life.
type lives map[string]soak.Sample

// Record keeps the last sample of each target.
func (l lives) Record(b soak.Batch) error {
	for _, s := range b.Samples {
		l[s.Target] = soak.Sample{At: s.At, Life: s.Life, Started: s.Started}
	}
	return nil
}
