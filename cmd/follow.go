package cmd

import (
	"context"
	"fmt"
	"sync"
	"time"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/judge"
	"leakcheck/soak/record"
)

// follower looks on at a run that another process records.
type follower struct {
	app    *app
	o      soakOptions
	rec    *record.Record
	cursor *record.Cursor
	judge  *judge.Judge
	curves *report.Collector
	page   *page

	mu    sync.Mutex // guards state
	state record.State
}

// follow shows a run that goes on elsewhere until it is over or left, then
// leaves its first screen behind.
func (a *app) follow(ctx context.Context, rec *record.Record, o soakOptions) (err error) {
	id := rec.Meta().Info.ID
	if o.out != "" {
		return usage("--out: run %s has a record already; `leakcheck report %s --out %s` writes its reports", id, id, o.out)
	}
	profile := ""
	if len(o.profiles) > 0 {
		profile = o.profiles[0]
	}
	f := &follower{app: a, o: o, rec: rec, cursor: rec.Cursor(), curves: report.NewCollector(chartPoints)}
	if f.judge, err = judgeOf(rec.Meta(), o.judgeOptions, profile); err != nil {
		return err
	}
	if o.listen != "" {
		if f.page, err = listen(o.listen); err != nil {
			return err
		}
		defer f.page.close()
	}
	if err := f.show(ctx); err != nil {
		return err
	}
	return f.finish(ctx.Err() != nil)
}

// show repeats what is new until the run is over or left.
func (f *follower) show(ctx context.Context) error {
	if err := f.update(); err != nil {
		return err
	}
	if f.page != nil {
		f.page.announce(f.app.stderr)
		f.page.serve(f.view)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if f.o.duration > 0 {
		ctx, stop = context.WithTimeout(ctx, f.o.duration.D())
		defer stop()
	}
	if f.running() {
		s := f.app.openScreen(ctx, "leave; the run goes on", f.view, func(interrupted bool) {
			if interrupted {
				f.app.interrupt()
			}
			stop()
		})
		if s != nil {
			defer s.close()
		}
		return f.loop(ctx, s)
	}
	return nil
}

func (f *follower) loop(ctx context.Context, s *screen) error {
	tick := time.NewTicker(f.o.interval.D())
	defer tick.Stop()
	for f.running() {
		if !f.app.quiet && (s == nil || !s.open()) {
			fmt.Fprintln(f.app.stderr, report.Line(f.view()))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		if err := f.update(); err != nil {
			return err
		}
	}
	return nil
}

// update reads what was recorded since the last time. How the run stands is
// asked first, so that nothing recorded before its end is missed.
func (f *follower) update() error {
	s := record.Describe(f.rec.Path())
	if err := f.cursor.Replay(fanout{f.judge, f.curves}); err != nil {
		return notMeasured(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state = s.State
	return nil
}

func (f *follower) running() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state == record.Running
}

// view is the run as of now or, when nobody records it any more, as of its end.
func (f *follower) view() *report.View {
	now := time.Now()
	if !f.running() {
		now = seenUntil(f.rec)
	}
	return report.NewView(f.judge.Look(now), curvesOf(f.judge, f.curves), now)
}

// finish says how the run stands and leaves its first screen behind.
func (f *follower) finish(interrupted bool) error {
	meta := record.Meta{Info: f.rec.Meta().Info}
	if !f.running() {
		if again, err := record.Open(f.rec.Path()); err == nil { // what it was when it ended
			meta = again.Meta()
			_ = again.Close()
		}
	}
	id := meta.Info.ID
	switch {
	case f.app.quiet:
	case meta.Finished:
		fmt.Fprintf(f.app.stderr, "Run %s is over; `leakcheck report %s` tells all of it.\n", id, id)
	case f.running():
		fmt.Fprintf(f.app.stderr, "Run %s goes on.\n", id)
	case meta.Info.Left(time.Now()) == 0:
		fmt.Fprintf(f.app.stderr, "Run %s was killed; `leakcheck report %s` tells what it saw.\n", id, id)
	default:
		fmt.Fprintf(f.app.stderr, "Run %s was killed; `leakcheck soak --resume %s` goes on with it.\n", id, id)
	}
	if meta.Finished {
		f.judge.Finish(false)
	}
	v := f.view()
	judged := f.judge.Report(v.Now)
	if err := f.tell(v, judged); err != nil {
		return notMeasured(err)
	}
	if interrupted {
		return ended(soak.ExitInterrupted)
	}
	return ended(judged.ExitCode)
}

func (f *follower) tell(v *report.View, judged soak.Report) error {
	if err := f.o.writeFiles(v); err != nil {
		return err
	}
	f.app.tellCI(v)
	if f.o.format == "text" && !f.app.quiet {
		return report.Screen(f.app.stdout, v, f.app.textOptions(f.app.stdout))
	}
	return f.app.print(f.o.format, v, judged)
}
