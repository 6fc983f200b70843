package cmd

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"leakcheck/probe"
	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/judge"
	"leakcheck/soak/logscan"
	"leakcheck/soak/record"
	"leakcheck/soak/runner"
)

// run is one soak test, from its preparation to its report.
type run struct {
	app    *app
	o      soakOptions
	info   soak.RunInfo
	nodes  []node
	engine *probe.Engine
	tap    *tapLoad
	loads  loads
	record *record.Record // nil for a watch that keeps nothing
	told   bool           // what its length can see has been said, by an earlier run
	judge  *judge.Judge
	curves *report.Collector
	feeds  []*logscan.Feed
	notify *notifier // nil unless somebody is to be told
	mail   mailbox
	before *before // in a resumed run, as of the interruption
	lives  lives   // in a verification, as of earlier records
	ends   ends    // likewise
	page   *page   // nil unless somebody listens
	gates  gates
	// screened says that the terminal was filled, and is empty now.
	screened bool
	extended bool // beyond its first length; it is only once
	summary  runner.Summary
}

// chartPoints bounds what is kept of each curve for charts: up to four points
// for each unit of a chart's width. Of many curves less is kept of each, so that
// sixteen containers weigh no more than two.
const chartPoints = 1000

func newCurves(targets int) *report.Collector {
	return report.NewCollector(min(chartPoints, max(chartPoints/8, 2*chartPoints/max(targets, 1))))
}

// length is how long the run really takes.
func (o *soakOptions) length() time.Duration {
	if o.rehearse > 0 {
		return o.rehearse.D()
	}
	return o.duration.D()
}

// scale is how many times shorter a rehearsal is than the real thing.
func (o *soakOptions) scale() float64 {
	if o.rehearse == 0 {
		return 0
	}
	return float64(o.duration) / float64(o.rehearse)
}

// pace is when samples are due.
func (o *soakOptions) pace() runner.Pace {
	switch {
	case o.interval > 0:
		return runner.Every(o.interval.D())
	case o.rehearse > 0:
		return runner.Every(min(2*time.Second, max(o.rehearse.D()/120, 100*time.Millisecond)))
	}
	return runner.DefaultPace(max(o.duration, o.planned).D())
}

// prepare puts a run together. Every mistake that can be found without
// sending anything is found here.
func (a *app) prepare(ctx context.Context, o soakOptions) (r *run, err error) {
	o.fires = o.scenarios
	r = &run{app: a, o: o}
	whole := r
	defer func() {
		if err != nil {
			whole.close()
		}
	}()
	if r.tap, err = o.tapOptions.open(); err != nil { // before the node starts: it may call its service at once
		return nil, err
	}
	if r.nodes, r.engine, err = a.nodes(ctx, o.targetOptions, o.pace()(0, false)); err != nil {
		return nil, err
	}
	r.curves = newCurves(len(r.nodes))
	if r.loads, err = a.newLoads(o, r.nodes[0], o.scale()); err != nil {
		return nil, err
	}
	if r.loads.plan != nil && r.nodes[0].info.URL != "" {
		if err = reaches(ctx, r.nodes[0]); err != nil {
			return nil, err
		}
	}
	r.describe()
	profiles := r.profiles()
	if r.judge, err = judge.New(r.info, profiles, o.options()); err != nil {
		return nil, usage("%w", err)
	}
	if o.listen != "" {
		if r.page, err = listen(o.listen); err != nil {
			return nil, err
		}
	}
	if r.gates, err = a.openGates(o.gateOptions, o.judgeOptions); err != nil {
		return nil, err
	}
	if o.watching && o.out == "" {
		return r, nil
	}
	if r.record, err = record.Create(r.path(), record.Meta{Info: r.info, Profiles: profiles, Flags: o.kept}); err != nil {
		return nil, usage("%w", err)
	}
	r.point()
	return r, nil
}

// point lets a run that is recorded elsewhere be found by its id. Where nothing
// can be stored it is found by its folder alone, which is said.
func (r *run) point() {
	dir := record.Dir(r.app.getenv)
	if r.o.out == "" || !filepath.IsAbs(dir) {
		return
	}
	if err := record.Point(dir, r.info.ID, r.record.Path()); err != nil {
		r.app.say("The run is found by its folder %s, not by its id: %v", r.o.out, err)
	}
}

// describe fills in what the record says of the run.
func (r *run) describe() {
	now := time.Now()
	r.info = soak.RunInfo{
		ID:        record.NewID(now, rand.Reader),
		Version:   version(),
		Profile:   r.nodes[0].profile.Name,
		Started:   now.Add(r.wait()).Round(0),
		Planned:   r.o.length().Seconds(),
		Interval:  r.o.pace()(time.Hour, false).Seconds(),
		Rehearsal: r.o.scale(),
		LoadLevel: soak.LoadLevel(r.o.level),
		NoLog:     r.o.noLog,
		Kind:      r.o.kind,
		Tolerance: float64(r.o.tolerance),
		Limit:     float64(r.o.limit),
		Fills:     float64(r.o.fills),
	}
	if r.tap != nil {
		r.info.Tap = r.tap.URL()
	}
	for _, n := range r.nodes {
		r.info.Targets = append(r.info.Targets, n.info)
	}
}

// path is where the record goes.
func (r *run) path() string {
	if r.o.out != "" {
		return recordPath(r.o.out)
	}
	return filepath.Join(record.Dir(r.app.getenv), r.info.ID+".db")
}

func (r *run) profiles() map[string]*soak.Profile {
	all := map[string]*soak.Profile{}
	for _, n := range r.nodes {
		all[n.info.Name] = n.profile
	}
	return all
}

// drive fires, samples and reads until the run is over.
func (r *run) drive(ctx context.Context) error {
	c, err := r.config()
	if err != nil {
		return err
	}
	if err := r.begin(c.Recorder, r.endsBefore(ctx)...); err != nil {
		return err
	}
	return r.execute(ctx, c)
}

// begin records who is watched, and what had befallen them, before anything
// else.
func (r *run) begin(sink soak.Recorder, befell ...soak.Event) error {
	b := soak.Batch{Events: append(r.before.events(time.Now(), r.nodes), befell...)}
	for _, n := range r.nodes {
		b.Targets = append(b.Targets, n.info)
	}
	if err := sink.Record(b); err != nil {
		return notMeasured(fmt.Errorf("record: %w", err))
	}
	return nil
}

// config is what the runner is to do.
func (r *run) config() (runner.Config, error) {
	targets, err := r.targets()
	if err != nil {
		return runner.Config{}, err
	}
	mail := &r.mail
	sinks := fanout{r.judge, r.curves}
	if r.record != nil {
		sinks = append(fanout{r.record}, sinks...)
	}
	loads := []soak.Load{mail}
	for _, l := range []soak.Load{r.loads.plan, r.loads.health} {
		if l != nil {
			loads = append(loads, l)
		}
	}
	if r.tap != nil {
		r.tap.target = r.nodes[0].info.Name
		loads = append(loads, r.tap)
	}
	if r.loads.plan != nil {
		sinks = append(sinks, r.brake(mail))
	}
	if !r.o.watching && r.o.kind == soak.KindSoak && r.o.rehearse == 0 && r.before == nil {
		sinks = append(sinks, &foresight{run: r, began: map[string]time.Time{}})
	}
	if r.o.notify != "" {
		if r.notify == nil {
			r.notify = newNotifier(r.o.notifyOptions, r.info.ID, r.judge)
		}
		sinks = append(sinks, r.notify)
		r.notify.start(func(text string) {
			mail.post(soak.Event{At: time.Now(), Kind: soak.EventWarning, Text: text})
		})
	}
	c := runner.Config{
		Targets: targets, Loads: append(loads, fileChecks(r.nodes)...), Recorder: sinks,
		Pace: r.o.pace(), Duration: r.o.length(),
		Urgent: r.urgent, Done: r.done, Extend: r.extension,
	}
	var cost soak.Observer
	if r.before != nil {
		c.Requests, cost = r.before.requests, r.before.observer
	}
	c.Observe = observer(r.calls, cost)
	return c, nil
}

// execute lets the runner do it, and shows how it goes.
func (r *run) execute(ctx context.Context, c runner.Config) (err error) {
	if r.page != nil {
		r.page.announce(r.app.stderr)
		r.page.serve(r.view)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if c.Progress == nil {
		show := r.app.newProgress(ctx, r, r.leaver(stop))
		defer show.end()
		r.screened = show.screen != nil
		c.Progress, c.ProgressEvery = show.step, show.every
	}
	r.app.frugal(ctx)
	r.summary, err = runner.Run(ctx, c)
	for _, f := range r.feeds {
		r.summary.RecordErr = cmp.Or(r.summary.RecordErr, c.Recorder.Record(f.Flush()))
	}
	if r.notify != nil {
		r.notify.finish(r.info.Targets)
		r.notify.stop()
		r.summary.RecordErr = cmp.Or(r.summary.RecordErr, c.Recorder.Record(r.mail.Take()))
	}
	return err
}

// targets joins each node with the scanner of its log.
func (r *run) targets() ([]runner.Target, error) {
	var all []runner.Target
	compiled := map[*soak.Profile]*logscan.Rules{}
	for _, n := range r.nodes {
		t := runner.Target{Name: n.info.Name, Target: r.o.oldLog.within(n.Target), Since: n.info.Started, Describe: n.describer()}
		if r.before != nil {
			last := r.before.target(n.info.Name)
			t.Life, t.Started = last.life, last.started
			if !last.log.IsZero() {
				t.Since = last.log.Add(1) // since means that line too, and it was read
			}
		}
		if !r.o.noLog {
			if compiled[n.profile] == nil {
				rules, err := logscan.Compile(n.profile.Signals)
				if err != nil {
					return nil, usage("profile %s: %w", n.profile.Name, err)
				}
				compiled[n.profile] = rules
			}
			feed := compiled[n.profile].NewFeed(n.info.Name, time.Now)
			t.Scanner, r.feeds = feed, append(r.feeds, feed)
		}
		all = append(all, t)
	}
	return all, nil
}

func (r *run) calls() int64 {
	if r.engine == nil {
		return 0
	}
	return r.engine.Calls()
}

// close gives everything back; the record is complete without it.
func (r *run) close() {
	r.tap.close()
	_ = closeAll(r.nodes, r.engine) // nothing is lost by a connection that closes badly
	if r.page != nil {
		_ = r.page.close() // whoever reads it has it or not
	}
	if r.record != nil {
		_ = r.record.Close() // every batch was durable when it was taken
	}
}

// fanout hands a batch to every recorder, also behind one that fails.
type fanout []soak.Recorder

// Record returns the errors of all recorders.
func (f fanout) Record(b soak.Batch) error {
	var errs []error
	for _, r := range f {
		errs = append(errs, r.Record(b))
	}
	return errors.Join(errs...)
}

func names(nodes []node) string {
	var all []string
	for _, n := range nodes {
		all = append(all, n.info.Name)
	}
	return strings.Join(all, ", ")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
