package cmd

import (
	"errors"
	"time"

	"leakcheck/report"
	"leakcheck/scenarios"
	"leakcheck/soak"
	"leakcheck/soak/judge"
	"leakcheck/soak/record"
)

// openRun opens the record of a stored run for reading.
func (a *app) openRun(ref string) (*record.Record, error) {
	path, err := record.Find(record.Dir(a.getenv), ref)
	if err != nil {
		return nil, missing(err)
	}
	rec, err := record.Open(path)
	return rec, missing(err)
}

// missing turns a record's error into the exit code it means: a run that does
// not exist is a mistake, one that cannot be read was not measured.
func missing(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, record.ErrNoRun), errors.Is(err, record.ErrNotRecord), errors.Is(err, record.ErrInUse):
		return usage("%w", err)
	}
	return notMeasured(err)
}

// rejudge replays a record through a judge, by the profiles it was recorded
// with or, if named, by another one.
func rejudge(rec *record.Record, o judgeOptions, profile string) (*judge.Judge, *report.Collector, error) {
	j, err := judgeOf(rec.Meta(), o, profile)
	if err != nil {
		return nil, nil, err
	}
	curves := report.NewCollector(chartPoints)
	if err := rec.Replay(fanout{j, curves}); err != nil {
		return nil, nil, notMeasured(err)
	}
	return j, curves, nil
}

// judgeOf is the judge for a stored run before anything was replayed.
func judgeOf(m record.Meta, o judgeOptions, profile string) (*judge.Judge, error) {
	profiles := m.Profiles
	if profile != "" {
		p, err := scenarios.Load(profile)
		if err != nil {
			return nil, usage("%w", err)
		}
		profiles = map[string]*soak.Profile{}
		for i := range m.Info.Targets {
			profiles[m.Info.Targets[i].Name], m.Info.Targets[i].Profile = p, p.Name
		}
		m.Info.Profile = p.Name
	}
	if o.tolerance > 0 {
		m.Info.Tolerance = float64(o.tolerance)
	}
	j, err := judge.New(m.Info, profiles, o.options())
	if err != nil {
		return nil, usage("%w", err)
	}
	return j, nil
}

// seenUntil is the instant as of which a stored run is judged: the end of its
// data, which for a run that goes on is now.
func seenUntil(rec *record.Record) time.Time {
	if last := rec.Last(); !last.IsZero() {
		return last
	}
	return rec.Meta().Info.Started
}
